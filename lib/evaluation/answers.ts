/** How well a model answers: questions about pictures, each with the one answer that is right. */
import type { Picture } from "../data/picture.ts";
import type { Answers } from "./abilities.ts";

/** A question about a picture, its kind, and its right answer. */
export interface PictureQuestion<Kind extends string = string> {
  /** What scores are told apart by. */
  readonly kind: Kind;
  /** What is asked about. */
  readonly picture: Picture;
  /** In words that the model was taught. */
  readonly question: string;
  /** What has to be answered, word for word. */
  readonly answer: string;
}

/**
 * Of each kind of question that occurs the share that is answered right, word for word, from 0 to 1.
 *
 * @example
 * ```ts
 * import { evaluateQuestions } from "./answers.ts";
 *
 * const picture = { width: 1, height: 1, data: new Uint8Array([255, 0, 0]) };
 * const questions = ["red", "blue"].map((answer) => {
 *   return { kind: "color", picture, question: "what color is it", answer };
 * });
 * const model = { askAll: () => Promise.resolve(["red", "red"]) };
 * const { color } = await evaluateQuestions(model, questions);
 * if (color !== 0.5) throw new Error(`Expected one of two to be right, but found ${color}`);
 * ```
 */
export async function evaluateQuestions<Kind extends string>(
  model: Answers,
  questions: readonly PictureQuestion<Kind>[],
): Promise<Partial<Record<Kind, number>>> {
  const answers = await model.askAll(questions);
  const right = questions.map(({ kind, answer }, i) => ({ kind, isRight: answers[i] === answer }));
  const shares = [...Map.groupBy(right, ({ kind }) => kind)].map(([kind, those]) =>
    [kind, those.filter(({ isRight }) => isRight).length / those.length] as const
  );
  return Object.fromEntries(shares) as Partial<Record<Kind, number>>;
}
