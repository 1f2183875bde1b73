/** How well a model says what it sees: questions of every kind, and descriptions of pictures. */
import type { EmojiScenes } from "../worlds/emoji/emoji_scenes.ts";
import { describe } from "../worlds/emoji/describe.ts";
import type { Question } from "../worlds/emoji/questions.ts";
import type { Illume } from "../recipes/mod.ts";
import { checkNumber, COUNT, Random } from "../runtime/mod.ts";

export interface AnswerScores {
  /** Of each kind of question the share that was answered right, word for word. */
  readonly questions: Readonly<Record<Question["kind"], number>>;
  /** The share of pictures of which every object was named, with its count and colour. */
  readonly descriptions: number;
  /** Mean of the descriptions' score and of the questions', whose kinds count alike. */
  readonly overall: number;
}

const KINDS: readonly Question["kind"][] = ["presence", "counting", "color", "position"];

/** Asks all questions about `pictures` scenes that were never trained on, and for descriptions. */
export async function evaluateAnswers(
  model: Illume,
  scenes: EmojiScenes,
  { pictures, seed }: { pictures: number; seed: number },
): Promise<AnswerScores> {
  checkNumber("pictures", pictures, COUNT);
  const random = new Random(seed, "answers");
  const read = Array.from({ length: pictures }, () => scenes.reading(random));
  const asked = read.flatMap(({ picture, questions }) =>
    questions.map((question) => ({ ...question, picture }))
  );
  const answers = await model.askAll(asked);
  const questions = Object.fromEntries(KINDS.map((kind) => {
    const right = asked.flatMap((question, i) =>
      question.kind === kind ? [answers[i] === question.answer] : []
    );
    return [kind, share(right)];
  })) as Record<Question["kind"], number>;
  const said = await model.describeAll(read.map(({ picture }) => picture));
  const descriptions = share(
    read.map(({ scene }, i) =>
      said[i].replace(/^a picture of /, "") === describe(scene, scenes.world)
    ),
  );
  const answered = KINDS.reduce((sum, kind) => sum + questions[kind] / KINDS.length, 0);
  return { questions, descriptions, overall: (answered + descriptions) / 2 };
}

/** NaN of none. */
function share(right: readonly boolean[]): number {
  return right.filter(Boolean).length / right.length;
}
