/** How well a model tells which colour is whose, and where things stand, the more of them there are. */
import type { EmojiScenes } from "../worlds/emoji/emoji_scenes.ts";
import type { Picture } from "../data/picture.ts";
import { detailQuestions, type Question } from "../worlds/emoji/questions.ts";
import type { Illume } from "../recipes/mod.ts";
import { checkNumber, COUNT, Random } from "../runtime/mod.ts";

/** The forms of the questions, by how they begin. */
const FORMS = {
  "what color": "color",
  "where": "where",
  "what is": "what",
  "is": "yesNo",
} as const;
type Form = typeof FORMS[keyof typeof FORMS];

/** Of each form of question the share that was answered right, word for word. */
export type DetailScores = Readonly<Record<Form, number>>;

const THINGS = [2, 3, 4] as const;

/**
 * Asks about pictures of two, three and four tinted things, `questions` or a few more of each: "what color
 * is a", "where is a from b", "what is above a", "is a above b".
 *
 * @throws RangeError where `questions` is no count
 */
export async function evaluateDetails(
  model: Pick<Illume, "askAll">,
  scenes: EmojiScenes,
  { questions, seed }: { questions: number; seed: number },
): Promise<Readonly<Record<typeof THINGS[number], DetailScores>>> {
  checkNumber("questions", questions, COUNT);
  const scores = [];
  for (const objects of THINGS) {
    const random = new Random(seed, "measure", objects);
    const asked: (Question & { readonly picture: Picture })[] = [];
    while (asked.length < questions) {
      const { picture, scene } = scenes.reading(random, { objects, tinted: 1 });
      asked.push(...detailQuestions(scene, random).map((question) => ({ ...question, picture })));
    }
    const answers = await model.askAll(asked);
    const shares = Object.entries(FORMS).map(([beginning, form]) => {
      const right = asked.flatMap(({ question, answer }, i) =>
        question.startsWith(`${beginning} `) ? [answers[i] === answer] : []
      );
      return [form, right.filter(Boolean).length / right.length];
    });
    scores.push([objects, Object.fromEntries(shares)]);
  }
  return Object.fromEntries(scores);
}
