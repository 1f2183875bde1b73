/** A tiny model that reads pictures as random features and dreams them: a few queries, four codes. */
import type { Picture } from "../lib/data/picture.ts";
import { ensureParameters, Scope } from "../lib/nn/mod.ts";
import { type Device, StateStore } from "../lib/runtime/mod.ts";
import {
  dreamsModality,
  readModality,
  type Row,
  unifiedLosses,
  UnifiedModel,
} from "../lib/unified/mod.ts";
import { codeEntries, diffusionOf, type LatentDecoderConfig } from "../lib/vision/mod.ts";
import { TINY, TINY_CONFIG, tinyCodes, tinyFeatures, tinyParts } from "./tiny_model.ts";

/** Its decoder draws pictures of 2 × 2 patches. */
export const DECODER_CONFIG: LatentDecoderConfig = {
  tokenizer: {
    kind: "semantic",
    pictureSize: 8,
    grid: 2,
    featureSize: TINY.featureSize,
    encoderLayers: 1,
    textLayers: 1,
    heads: 2,
    quantizer: { kind: "vector", codes: TINY.codes, codeSize: 2 },
    featureDecoderLayers: 1,
    pixelDecoderLayers: 1,
  },
  conditions: 3,
  conditionSize: 6,
  hiddenSize: 16,
  heads: 2,
  layers: 1,
};

export const DIFFUSION = diffusionOf(DECODER_CONFIG);
/** Each says one and a half of three conditions. */
export const QUERY_COUNT = 2;

const { vocabulary, ...parts } = tinyParts();
const { hiddenSize } = TINY_CONFIG;

/** The house's shape, and the paper's: no token shift, no places, plain queries and keys. */
const SHAPES = {
  house: TINY_CONFIG,
  paper: { ...TINY_CONFIG, places: 0, grid: 0, tokenShift: false, queryKeyNorm: false },
} as const;

/** @param see features of a picture, as if an encoder had read it */
export function modelOf(
  shape: keyof typeof SHAPES = "house",
  see: (picture: Picture) => Float32Array = tinyFeatures,
): UnifiedModel {
  return new UnifiedModel({
    ...parts,
    vocabulary,
    config: SHAPES[shape],
    read: readModality(vocabulary, {
      ...TINY,
      hiddenSize,
      encode: (pictures) => Promise.resolve(pictures.map(see)),
    }),
    draw: dreamsModality(vocabulary, {
      hiddenSize,
      diffusion: DIFFUSION,
      queries: QUERY_COUNT,
      entries: (root) => codeEntries(root, DECODER_CONFIG.tokenizer),
      encode: (pictures) => Promise.resolve(pictures.map(tinyCodes)),
    }),
  });
}

/** Random parameters, the decoder's among them. */
export function storeOf(device: Device, model: UnifiedModel): StateStore {
  const store = new StateStore(device);
  const scope = new Scope();
  unifiedLosses(scope, model, {
    batch: 1,
    length: 1,
    learned: 1,
    given: { read: 1 },
    targets: { dreams: 1 },
  });
  ensureParameters(store, scope.specs(), 0);
  return store;
}

/** Dreams a picture, and gives the conditions that it is drawn from: `[queries, conditionSize]`. */
export async function* dreamt(
  { draw }: UnifiedModel,
  row: Row,
): AsyncGenerator<void, Float32Array> {
  const conditions = yield* draw.generate(row);
  if (conditions instanceof Float32Array) return conditions;
  throw new TypeError("Expected conditions of a picture");
}
