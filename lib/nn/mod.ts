/** Layers as functions of a scope and inputs; the transformer; model files. */
export { ensureParameters } from "./state.ts";
export { type Initializer, initialValue, type ParameterSpec, type Role, Scope } from "./scope.ts";
export {
  cosine,
  gelu,
  layerNorm,
  linear,
  meanAll,
  normalize,
  rmsNorm,
  smoothL1,
  squaredError,
  standardize,
  sumAll,
  table,
} from "./layers.ts";
export { type KeyValues, scaledDotProduct, type Visible } from "./attention.ts";
export { type CacheShape, KeyValueCache } from "./key_value_cache.ts";
export { guided, logSoftmax, sample, type Sampling } from "./sampling.ts";
export {
  attention,
  type AttentionContext,
  gatedMlp,
  rotaryTable,
  rowsOfEach,
  transformer,
  type TransformerConfig,
} from "./transformer.ts";
export {
  CheckpointError,
  type CheckpointFormat,
  readConfig,
  readParameters,
  saveCheckpoint,
  type SaveOptions,
} from "./checkpoint.ts";
