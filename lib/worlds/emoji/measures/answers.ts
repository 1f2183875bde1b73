/** How well a model says what it sees: questions of every kind, and descriptions of pictures. */
import type { Answers, Describes } from "../../../evaluation/abilities.ts";
import { evaluateQuestions } from "../../../evaluation/answers.ts";
import { checkNumber, COUNT, Random } from "../../../runtime/mod.ts";
import { describe } from "../describe.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import type { Question } from "../questions.ts";

/** How well a model answers, and describes. */
export interface AnswerScores {
  /** Of each kind of question the share that was answered right, word for word; NaN of none. */
  readonly questions: Readonly<Record<Question["kind"], number>>;
  /** The share of pictures of which every object was named, with its count and colour. */
  readonly descriptions: number;
  /** Mean of the descriptions' score and of the questions', whose kinds count alike. */
  readonly overall: number;
}

const KINDS: readonly Question["kind"][] = ["presence", "counting", "color", "position"];

/** Asks all questions about `pictures` scenes that were never trained on, and for descriptions. */
export async function evaluateAnswers(
  model: Answers & Describes,
  scenes: EmojiScenes,
  { pictures, seed }: { pictures: number; seed: number },
): Promise<AnswerScores> {
  checkNumber("pictures", pictures, COUNT);
  const random = new Random(seed, "answers");
  const read = Array.from({ length: pictures }, () => scenes.reading(random));
  const right = await evaluateQuestions(
    model,
    read.flatMap(({ picture, questions }) =>
      questions.map((question) => ({ ...question, picture }))
    ),
  );
  const questions = Object.fromEntries(
    KINDS.map((kind) => [kind, right[kind] ?? NaN]),
  ) as Record<Question["kind"], number>;
  const said = await model.describeAll(read.map(({ picture }) => picture));
  const described = read.filter(({ scene }, i) =>
    said[i].replace(/^a picture of /, "") === describe(scene, scenes.world)
  );
  const descriptions = described.length / read.length;
  const answered = KINDS.reduce((sum, kind) => sum + questions[kind] / KINDS.length, 0);
  return { questions, descriptions, overall: (answered + descriptions) / 2 };
}
