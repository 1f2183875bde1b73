/**
 * The judge that stands where ILLUME (arXiv 2412.06673) has GPT-4o: it parses the picture and holds
 * what it saw against the caption.
 */
import type { CaptionSpec } from "../data/caption_spec.ts";
import { CaptionError, parseCaption } from "../data/parse_caption.ts";
import type { Picture } from "../data/picture.ts";
import type { Assessment } from "./assessment.ts";
import { assess } from "./axes.ts";
import { requirementsOf } from "./requirements.ts";
import type { SceneParser } from "./scene_parser.ts";

/** Whatever can judge pictures against captions. */
export interface Judge {
  judge(picture: Picture, caption: string | CaptionSpec): Assessment;
}

/**
 * A judge that sees through a scene parser. Its verdicts are those of GenEval.
 *
 * `judge` throws a `CaptionError`, "Cannot judge: …", for a caption outside the six templates.
 *
 * @example
 * ```ts
 * import { drawScene } from "../data/draw.ts";
 * import { loadSprites } from "../data/sprites.ts";
 * import { worldOf } from "../data/world.ts";
 * import { parserJudge } from "./parser_judge.ts";
 * import { SceneParser } from "./scene_parser.ts";
 *
 * const world = worldOf("nano");
 * const sprites = await loadSprites(world);
 * const objects = [{ concept: "heart", x: 24, y: 40, size: 14 }];
 * const picture = drawScene({ background: "sky", style: "fluent-flat", objects }, sprites, world);
 * const judge = parserJudge(SceneParser.create(world, sprites));
 * const { count, verdict } = judge.judge(picture, "two hearts");
 * if (count?.analysis !== "one heart seen, two asked" || verdict !== "bad") throw new Error();
 * ```
 */
export function parserJudge(parser: SceneParser): Judge {
  return {
    judge(picture, caption) {
      const spec = typeof caption === "string" ? read(caption, parser) : caption;
      return assess(requirementsOf(spec), parser.parse(picture));
    },
  };
}

function read(caption: string, { world }: SceneParser): CaptionSpec {
  try {
    return parseCaption(caption, world);
  } catch (error) {
    if (error instanceof CaptionError) throw new CaptionError(`Cannot judge: ${error.message}`);
    throw error;
  }
}
