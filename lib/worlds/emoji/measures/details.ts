/** How well a model counts, and tells which colour is whose and where things stand, the more there are. */
import type { Answers } from "../../../evaluation/abilities.ts";
import { evaluateQuestions, type PictureQuestion } from "../../../evaluation/answers.ts";
import { checkNumber, COUNT, Random } from "../../../runtime/mod.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import { detailQuestions } from "../questions.ts";
import { NUMBERS } from "../words.ts";

/** The forms of the questions, by how they begin. */
const FORMS = {
  "what color": "color",
  "where": "where",
  "what is": "what",
  "is": "yesNo",
} as const;
type Form = "count" | typeof FORMS[keyof typeof FORMS];

/** Of each form of question the share that was answered right, word for word. */
export type DetailScores = Readonly<Record<"count" | "color" | "where" | "what" | "yesNo", number>>;

const THINGS = [2, 3, 4] as const;

/**
 * Asks about pictures of two, three and four tinted things, `questions` or a few more of each: "what
 * color is a", "where is a from b", "what is above a", "is a above b"; and "how many a", a
 * quarter as often, where two, three and four of four things are.
 *
 * @throws RangeError where `questions` is no count
 */
export async function evaluateDetails(
  model: Answers,
  scenes: EmojiScenes,
  { questions, seed }: { questions: number; seed: number },
): Promise<Readonly<Record<2 | 3 | 4, DetailScores>>> {
  checkNumber("questions", questions, COUNT);
  const scores = [];
  for (const objects of THINGS) {
    const random = new Random(seed, "measure", objects);
    const about: PictureQuestion<Form>[] = [];
    while (about.length < questions) {
      const { picture, scene } = scenes.reading(random, { objects, tinted: 1 });
      about.push(
        ...detailQuestions(scene, random).filter(({ kind }) => kind !== "counting")
          .map(({ question, answer }) => ({ kind: formOf(question), picture, question, answer })),
      );
    }
    while (about.length < 1.25 * questions) {
      const { picture, scene } = scenes.reading(random, { objects: 4, alike: objects });
      const { question, answer } = detailQuestions(scene, random)
        .find(({ kind }) => kind === "counting")!;
      if (answer === NUMBERS[objects]) about.push({ kind: "count", picture, question, answer });
    }
    const right = await evaluateQuestions(model, about);
    const shares = (["count", ...Object.values(FORMS)] as const).map((
      form,
    ) => [form, right[form] ?? NaN]);
    scores.push([objects, Object.fromEntries(shares)]);
  }
  return Object.fromEntries(scores);
}

function formOf(question: string): Form {
  const beginning = Object.keys(FORMS).find((words) => question.startsWith(`${words} `));
  if (beginning !== undefined) return FORMS[beginning as keyof typeof FORMS];
  throw new RangeError(`Expected a question about a detail, but found "${question}"`);
}
