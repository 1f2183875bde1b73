/**
 * The judge that stands where ILLUME (arXiv 2412.06673) has GPT-4o: it parses the picture and holds
 * what it saw against the caption. Its verdicts are those of GenEval.
 */
import { CaptionError, readCaption } from "./captions.ts";
import type { Picture } from "../../data/picture.ts";
import { assessScene } from "./axes.ts";
import type { Judge } from "../../assessment/judge.ts";
import type { ParsedScene } from "./parser/parsed_scene.ts";
import { requirementsOf } from "./requirements.ts";
import type { SceneParser } from "./parser/scene_parser.ts";

/**
 * A judge that sees through a scene parser; `assess` shows how it is asked. The same picture and
 * caption always get the same assessment. What nobody can read as a caption it cannot judge, and
 * says so before it judges any.
 */
export function parserJudge(parser: SceneParser): Judge {
  const { world } = parser;
  return {
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
  };
}
