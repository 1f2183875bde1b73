/** Whatever can judge pictures against captions: a parser, the model itself, a model elsewhere. */
import type { Picture } from "../data/picture.ts";
import type { Assessment } from "./assessment.ts";

/** A picture, and the caption that it is held against. */
export interface Judged {
  /** What is judged. */
  readonly picture: Picture;
  /** What it should show. */
  readonly caption: string;
}

/** What a judge says: an assessment, or words that are none. */
export type Judgement =
  | {
    readonly assessment: Assessment;
    /** How probable it is for the judge that all is right, from 0 to 1; absent where it cannot say. */
    readonly confidence?: number;
  }
  | { readonly assessment?: undefined; readonly said: string };

/**
 * How sure a judge is that all is right: as it says, or else by the overall score.
 *
 * @example
 * ```ts
 * import { assessmentOf } from "./assessment.ts";
 * import { sureness } from "./judge.ts";
 *
 * const assessment = assessmentOf({ object: { score: 10, analysis: "cat seen" } });
 * const sure = [sureness({ assessment }), sureness({ assessment, confidence: 0.7 })];
 * if (sure.join() !== "1,0.7") throw new Error(sure.join());
 * ```
 */
export function sureness(
  { assessment, confidence }: Judgement & { assessment: Assessment },
): number {
  return confidence ?? assessment.overall / 10;
}

/** Says of pictures how well they show their captions. */
export interface Judge {
  /**
   * Judges each picture against its caption, in order.
   * @throws CaptionError "Cannot judge: …" for captions that this judge does not understand
   */
  judge(items: readonly Judged[]): Promise<Judgement[]>;
}

/** A judge that gave no assessment, or cannot be asked. */
export class JudgeError extends Error {
  /** What tells it from other errors. */
  override name = "JudgeError";
}

/**
 * Assesses one picture against its caption.
 *
 * @throws {JudgeError} where the judge's words are no assessment.
 *
 * @example
 * ```ts
 * import { assessmentOf } from "./assessment.ts";
 * import { axisOf } from "./facts.ts";
 * import { assess, type Judge } from "./judge.ts";
 *
 * // A judge of single pixels: is one as red as its caption says?
 * const judge: Judge = {
 *   judge: (items) =>
 *     Promise.resolve(items.map(({ picture: { data: [red, green, blue] }, caption }) => {
 *       const seen = red > 2 * Math.max(green, blue) ? "red" : "none";
 *       const color = axisOf("color", `${seen} seen, ${caption} asked`);
 *       return { assessment: assessmentOf({ color }) };
 *     })),
 * };
 * const picture = { width: 1, height: 1, data: new Uint8Array([0, 0, 255]) };
 * const { color, verdict } = await assess(picture, "red", { judge });
 * if (color?.score !== 0 || verdict !== "bad") throw new Error("Expected blue to be found wrong");
 * ```
 */
export async function assess(
  picture: Picture,
  caption: string,
  { judge }: { readonly judge: Judge },
): Promise<Assessment> {
  const [judgement] = await judge.judge([{ picture, caption }]);
  if (judgement.assessment !== undefined) return judgement.assessment;
  throw new JudgeError(`Expected an assessment, but found ${JSON.stringify(judgement.said)}`);
}
