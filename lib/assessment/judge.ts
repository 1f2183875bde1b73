/** Whatever can judge pictures against captions: a parser, the model itself, a model elsewhere. */
import type { Picture } from "../data/picture.ts";
import type { Assessment } from "./assessment.ts";

/** A picture, and the caption that it is held against. */
export interface Judged {
  readonly picture: Picture;
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

/** How sure a judge is that all is right: as it says, or else by the overall score. */
export function sureness(
  { assessment, confidence }: Judgement & { assessment: Assessment },
): number {
  return confidence ?? assessment.overall / 10;
}

export interface Judge {
  /**
   * Judges each picture against its caption, in order.
   * @throws CaptionError "Cannot judge: …" for captions that this judge does not understand
   */
  judge(items: readonly Judged[]): Promise<Judgement[]>;
}

/** A judge that gave no assessment, or cannot be asked. */
export class JudgeError extends Error {
  override name = "JudgeError";
}

/**
 * Assesses one picture against its caption.
 *
 * @throws {JudgeError} where the judge's words are no assessment.
 *
 * @example
 * ```ts
 * import { drawScene } from "../worlds/emoji/draw.ts";
 * import { loadSprites } from "../worlds/emoji/sprites.ts";
 * import { worldOf } from "../worlds/emoji/world.ts";
 * import { assess } from "./judge.ts";
 * import { parserJudge } from "../worlds/emoji/parser_judge.ts";
 * import { SceneParser } from "../worlds/emoji/parser/scene_parser.ts";
 *
 * const world = worldOf("nano");
 * const sprites = await loadSprites(world);
 * const judge = parserJudge(SceneParser.create(world, sprites));
 * const objects = [{ concept: "heart", x: 24, y: 40, size: 14 }];
 * const picture = drawScene({ background: "sky", style: "fluent-flat", objects }, sprites, world);
 * const { count, verdict } = await assess(picture, "two hearts", { judge });
 * if (count?.analysis !== "one heart seen, two asked" || verdict !== "bad") throw new Error();
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
