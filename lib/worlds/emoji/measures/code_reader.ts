/** What drawings show, told by their codes: a truth in which neither pixels nor a parser have a part. */
import { codeNames, codesByPatch, type CodesPictures } from "../../../evaluation/purity.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import type { Scene, SceneObject } from "../scene.ts";
import { labelledScenes } from "./labelled_scenes.ts";

/** From a picture's codes to what stands in it, each thing in the middle of its patch. */
export type CodeReader = (ids: ArrayLike<number>) => Scene;

/** What a patch is named after; nothing where nothing stands in it. */
type Named = readonly [concept?: string, color?: SceneObject["color"], size?: number];

/**
 * Names the codes of a patch after what most often stands in it, in pictures that were never trained
 * on. Codes that did not come up stand for nothing. As good as the codes are pure (`evaluatePurity`),
 * in worlds whose objects stand in one patch each.
 */
export async function codeReader(
  tokenizer: CodesPictures,
  scenes: EmojiScenes,
  { pictures, seed }: { pictures: number; seed: number },
): Promise<CodeReader> {
  const labelled = labelledScenes(scenes, tokenizer, { pictures, seed, name: "code reader" }, {
    object: (object) => JSON.stringify(object ? [object.concept, object.color, object.size] : []),
  });
  const encoded = await tokenizer.encode(labelled.map(({ picture }) => picture));
  const names = codeNames(
    labelled.flatMap(({ labels: { object } }, i) =>
      codesByPatch(encoded[i].ids, tokenizer).map((code, patch) => ({
        code,
        label: object[patch]!,
      }))
    ),
  );
  const { grid, pictureSize } = tokenizer.config;
  const { backgrounds, styles } = scenes.world;
  const middle = (place: number) => (place + 0.5) * pictureSize / grid;
  return (ids) => ({
    background: backgrounds[0].name,
    style: styles[0],
    objects: codesByPatch(ids, tokenizer).flatMap((code, patch): SceneObject[] => {
      const [concept, color, size]: Named = JSON.parse(names.get(code) ?? "[]");
      if (concept === undefined || size === undefined) return [];
      const [x, y] = [middle(patch % grid), middle(Math.floor(patch / grid))];
      return [{ concept, x, y, size, ...(color ? { color } : {}) }];
    }),
  });
}
