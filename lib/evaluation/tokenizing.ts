/** How well a tokenizer reconstructs, and the scores that its pictures allow at best. */
import type { SceneParser } from "../worlds/emoji/parser/scene_parser.ts";
import type { CaptionSpec, Sentence } from "../worlds/emoji/captions.ts";
import type { EmojiScenes } from "../worlds/emoji/emoji_scenes.ts";
import { type Picture, reduced } from "../data/picture.ts";
import { sceneFor } from "../worlds/emoji/random_scenes.ts";
import { COLORS, type Scene } from "../worlds/emoji/scene.ts";
import { checkNumber, COUNT, Random } from "../runtime/mod.ts";
import { PictureTokenizer } from "../vision/mod.ts";
import { type EvaluatedCaption, judgeDrawings } from "./drawing.ts";
import type { GenevalScores } from "./geneval.ts";
import { mean } from "./mean.ts";
import { linearProbe, type ProbedRows } from "./probe.ts";
import { codebookUse, featureCosine, perplexity, psnr } from "./reconstruction.ts";

export interface ReconstructionScores {
  readonly featureCosine: number;
  readonly psnr: number;
  readonly codebookUse: number;
  readonly perplexity: number;
}

/** Reconstructs pictures that were never trained on. */
export async function evaluateReconstruction(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  { pictures, seed }: { pictures: number; seed: number },
): Promise<ReconstructionScores> {
  checkNumber("pictures", pictures, COUNT);
  const random = new Random(seed, "reconstruction");
  const originals = Array.from({ length: pictures }, () => scenes.reading(random).picture);
  const { config, device, store } = tokenizer;
  const continuous = config.reads === "codes"
    ? new PictureTokenizer({ device, store, config: { ...config, reads: "features" } })
    : tokenizer;
  const encoded = await continuous.encode(originals);
  const ids = encoded.map((picture) => picture.ids);
  const features = await tokenizer.decodeFeatures(ids);
  const { featureSize } = config;
  const { codes } = tokenizer.quantizer;
  // Where a row holds more than semantic features, these come first.
  const semantic = (rows: Float32Array) =>
    rows.filter((_, i) => i % continuous.featureSize < featureSize);
  const allIds = ids.flatMap((picture) => [...picture]);
  const shown = Math.min(pictures, 256);
  const decoded = await redrawn(tokenizer, ids.slice(0, shown), seed);
  return {
    featureCosine: mean(
      encoded.map((picture, i) =>
        featureCosine(features[i], semantic(picture.features), featureSize)
      ),
    ),
    psnr: mean(decoded.map((picture, i) => psnr(picture, originals[i]))),
    codebookUse: codebookUse(allIds, codes),
    perplexity: perplexity(allIds, codes),
  };
}

/** What linear probes read from the features of single patches, as shares from 0 to 1. */
export interface ProbeScores {
  /** Which concept stands in the patch of an object's centre. */
  readonly concept: number;
  /** Its colour, of those that are tinted. */
  readonly color: number;
  /** Whether a patch has an object's centre in it at all: where objects stand. */
  readonly position: number;
}

/**
 * Probes what a model reads of pictures that were never trained on; two thirds of them fit the probes.
 */
export async function evaluateProbes(
  tokenizer: Pick<PictureTokenizer, "config" | "device" | "encode" | "featureSize">,
  scenes: EmojiScenes,
  { pictures, seed }: { pictures: number; seed: number },
): Promise<ProbeScores> {
  checkNumber("pictures", pictures, COUNT);
  const random = new Random(seed, "probes");
  const examples = Array.from({ length: pictures }, () => scenes.reading(random));
  const encoded = await tokenizer.encode(examples.map(({ picture }) => picture));
  const patches = examples.flatMap(({ scene }, picture) =>
    objectsByPatch(scene, tokenizer).map((object, patch) => ({ object, picture, patch }))
  );
  const { concepts } = scenes.world;
  const read = (classes: number, labelOf: (patch: typeof patches[number]) => number) => {
    const labelled = patches.map((patch) => ({ ...patch, label: labelOf(patch) }))
      .filter(({ label }) => label >= 0);
    const rows = (part: typeof labelled): ProbedRows => ({
      features: concatenated(part.map(({ picture, patch }) => {
        const { featureSize } = tokenizer;
        return encoded[picture].features.subarray(patch * featureSize, (patch + 1) * featureSize);
      })),
      labels: Int32Array.from(part, ({ label }) => label),
    });
    const isFitted = ({ picture }: { picture: number }) => picture < 2 / 3 * pictures;
    const train = rows(labelled.filter(isFitted));
    const test = rows(labelled.filter((patch) => !isFitted(patch)));
    return linearProbe(tokenizer.device, { train, test, classes, seed });
  };
  return {
    concept: await read(concepts.length, ({ object }) => concepts.indexOf(object?.concept ?? "")),
    color: await read(
      COLORS.length,
      ({ object }) => object?.color ? COLORS.indexOf(object.color) : -1,
    ),
    position: await read(2, ({ object }) => object ? 1 : 0),
  };
}

/** The object whose centre stands in each patch, row by row. */
export function objectsByPatch(
  scene: Scene,
  { config: { grid, pictureSize } }: Pick<PictureTokenizer, "config">,
) {
  const side = pictureSize / grid;
  return Array.from(
    { length: grid * grid },
    (_, patch) =>
      scene.objects.find(({ x, y }) =>
        Math.floor(x / side) === patch % grid && Math.floor(y / side) === Math.floor(patch / grid)
      ),
  );
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export interface Ceilings {
  /** GenEval of true scenes: what the parser can see at best. */
  readonly truth: GenevalScores;
  /** GenEval of true scenes after the tokenizer: what a drawing can reach at best. */
  readonly reconstructed: GenevalScores;
  readonly pictures: readonly { readonly picture: Picture; readonly reconstruction: Picture }[];
}

/** Scores true scenes of captions, before and after the tokenizer. */
export async function evaluateCeilings(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  parser: SceneParser,
  captions: readonly EvaluatedCaption<CaptionSpec | Sentence>[],
  { seed }: { seed: number },
): Promise<Ceilings> {
  const random = new Random(seed, "ceilings");
  const originals = captions.map(({ spec }) => scenes.draw(sceneFor(spec, scenes.world, random)));
  const encoded = await tokenizer.encode(originals);
  const decoded = await redrawn(tokenizer, encoded.map(({ ids }) => ids), seed);
  return {
    truth: judgeDrawings(parser, captions, originals).scores,
    reconstructed: judgeDrawings(parser, captions, decoded).scores,
    pictures: originals.map((picture, i) => ({ picture, reconstruction: decoded[i] })),
  };
}

/** Pictures drawn from codes, as large as those that were read. */
async function redrawn(
  tokenizer: PictureTokenizer,
  ids: readonly Int32Array[],
  seed: number,
): Promise<Picture[]> {
  const drawn = await tokenizer.decode(ids, { seed });
  return drawn.map((picture) => reduced(picture, tokenizer.config.enlarge ?? 1));
}
