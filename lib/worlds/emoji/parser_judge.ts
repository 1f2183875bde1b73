/**
 * The judge that stands where ILLUME (arXiv 2412.06673) has GPT-4o: it parses the picture and holds
 * what it saw against the caption. Its verdicts are those of GenEval.
 */
import { shown } from "../../notebook/mod.ts";
import { CaptionError, readCaption } from "./captions.ts";
import type { Picture } from "../../data/picture.ts";
import { assessScene } from "./axes.ts";
import type { Judge } from "../../assessment/judge.ts";
import type { ParsedScene } from "./parser/parsed_scene.ts";
import { requirementsOf } from "./requirements.ts";
import type { SceneParser } from "./parser/scene_parser.ts";

/**
 * A judge that sees through a scene parser. The same picture and caption always get the same
 * assessment. What nobody can read as a caption it cannot judge, and says so before it judges any.
 *
 * It labels drawings for self-enhancement, and it scores GenEval: a model that learned from its
 * labels may draw what this parser takes for right. `codeReader` judges without pixels, and without
 * any part in the labels; reports give both (`evaluateDrawingByCodes`).
 *
 * @example
 * ```ts
 * import { assess } from "../../assessment/judge.ts";
 * import { drawScene } from "./draw.ts";
 * import { parserJudge } from "./parser_judge.ts";
 * import { SceneParser } from "./parser/scene_parser.ts";
 * import { loadSprites } from "./sprites.ts";
 * import { worldOf } from "./world.ts";
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
export function parserJudge(parser: SceneParser): Judge {
  const { world } = parser;
  const words = `Judge: a parser of scenes of the world "${world.name}"`;
  return shown<Judge>({
    judge: (items) =>
      Promise.try(() => {
        const asked = items.map(({ caption }) => {
          try {
            return readCaption(caption, world);
          } catch (error) {
            if (error instanceof CaptionError) {
              throw new CaptionError(`Cannot judge: ${error.message}`);
            }
            throw error;
          }
        });
        const seen = new Map<Picture, ParsedScene>();
        for (const { picture } of items) {
          if (!seen.has(picture)) seen.set(picture, parser.parse(picture));
        }
        return items.map(({ picture }, i) => ({
          assessment: assessScene(requirementsOf(asked[i]), seen.get(picture)!),
        }));
      }),
  }, () => words);
}
