/** A tiny model that reads and draws pictures as random visual tokens. */
import type { Picture } from "../lib/data/picture.ts";
import { ensureParameters, Scope } from "../lib/nn/mod.ts";
import { type Device, Random, StateStore } from "../lib/runtime/mod.ts";
import {
  type FeatureLoss,
  featuresModality,
  unifiedLosses,
  UnifiedModel,
} from "../lib/unified/mod.ts";
import { TINY_CONFIG, tinyParts } from "./tiny_model.ts";

/** Visual tokens of a picture, and numbers in one. */
export const TOKENS = 3, SIZE = 5;
const { vocabulary, ...parts } = tinyParts();

/** Random visual tokens of length 1, but those of the picture's pixels. */
export function visualTokens({ data }: Picture): Float32Array {
  const random = new Random(0, "visual tokens", ...data);
  const tokens = Array.from({ length: TOKENS }, () => random.normals(SIZE));
  return Float32Array.from(tokens.flatMap((x) => Array.from(x, (v) => v / Math.hypot(...x))));
}

export const featuresOf = (loss: FeatureLoss = "cosine", see = visualTokens, firstPlace = 1) =>
  featuresModality(vocabulary, {
    firstPlace,
    hiddenSize: TINY_CONFIG.hiddenSize,
    tokens: TOKENS,
    tokenSize: SIZE,
    loss,
    encode: (pictures) => Promise.resolve(pictures.map(see)),
  });

/** The house's shape, and the paper's: no token shift, no places, plain queries and keys. */
const SHAPES = {
  house: { ...TINY_CONFIG, places: TOKENS, grid: 0 },
  paper: { ...TINY_CONFIG, places: 0, grid: 0, tokenShift: false, queryKeyNorm: false },
} as const;

export function modelOf(
  features = featuresOf(),
  shape: keyof typeof SHAPES = "house",
): UnifiedModel {
  return new UnifiedModel({
    ...parts,
    vocabulary,
    config: SHAPES[shape],
    read: features,
    draw: features,
  });
}

/** Random parameters, the vision head's among them. */
export function storeOf(device: Device, model: UnifiedModel): StateStore {
  const store = new StateStore(device);
  const scope = new Scope();
  const each = { features: 1 };
  unifiedLosses(scope, model, { batch: 1, length: 1, learned: 1, given: each, targets: each });
  ensureParameters(store, scope.specs(), 0);
  return store;
}
