/** What drawings show, told by their codes: a truth in which neither pixels nor a parser have a part. */
import { assessScene } from "../worlds/emoji/axes.ts";
import type { Judge } from "../assessment/judge.ts";
import { seenIn } from "../worlds/emoji/parser/parsed_scene.ts";
import { requirementsOf } from "../worlds/emoji/requirements.ts";
import type { EmojiScenes } from "../worlds/emoji/emoji_scenes.ts";
import type { Picture } from "../data/picture.ts";
import type { Scene, SceneObject } from "../worlds/emoji/scene.ts";
import { checkNumber, COUNT, Random } from "../runtime/mod.ts";
import type { PictureTokenizer } from "../vision/mod.ts";
import type { EvaluatedCaption } from "./drawing.ts";
import { accuracyOf, type JudgeAccuracy } from "./judging.ts";
import { codeNames } from "./purity.ts";
import { objectsByPatch } from "./tokenizing.ts";

type Tokenizer = Pick<PictureTokenizer, "encode" | "config" | "quantizer">;

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
  tokenizer: Tokenizer,
  scenes: EmojiScenes,
  { pictures, seed }: { pictures: number; seed: number },
): Promise<CodeReader> {
  checkNumber("pictures", pictures, COUNT);
  const random = new Random(seed, "code reader");
  const examples = Array.from({ length: pictures }, () => scenes.reading(random));
  const encoded = await tokenizer.encode(examples.map(({ picture }) => picture));
  const patches = examples.flatMap(({ scene }, i) => {
    const codes = codesByPatch(encoded[i].ids, tokenizer);
    return objectsByPatch(scene, tokenizer).map((object, patch) => ({
      code: codes[patch],
      label: JSON.stringify(object ? [object.concept, object.color, object.size] : []),
    }));
  });
  const names = codeNames(patches);
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

function codesByPatch(ids: ArrayLike<number>, { quantizer: { depth }, config }: Tokenizer) {
  const all = Array.from(ids);
  return Array.from(
    { length: config.grid ** 2 },
    (_, patch) => all.slice(patch * depth, (patch + 1) * depth).join(),
  );
}

/** Holds a judge of drawings against what their codes say that they show. */
export async function evaluateJudgeOnDrawings(
  judge: Judge,
  drawings: readonly (EvaluatedCaption & {
    readonly picture: Picture;
    readonly ids: ArrayLike<number>;
  })[],
  read: CodeReader,
): Promise<JudgeAccuracy> {
  const judgements = await judge.judge(drawings);
  const truths = drawings.map(({ spec, ids }) =>
    assessScene(requirementsOf(spec), seenIn(read(ids)))
  );
  return accuracyOf(judgements, truths);
}
