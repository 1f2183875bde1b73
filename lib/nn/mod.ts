export { ensureParameters } from "./state.ts";
export { type Initializer, initialValue, type ParameterSpec, type Role, Scope } from "./scope.ts";
export {
  cosine,
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
export { KeyValueCache } from "./key_value_cache.ts";
export {
  attention,
  type AttentionContext,
  gatedMlp,
  rotaryTable,
  transformer,
  type TransformerConfig,
} from "./transformer.ts";
export { writeFileAtomic, writeFilesAtomic } from "./atomic_file.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
  SafetensorsError,
} from "./safetensors.ts";
export {
  CheckpointError,
  type CheckpointFormat,
  readConfig,
  readParameters,
  saveCheckpoint,
} from "./checkpoint.ts";
export { JsonLines, type LineFormat, readJsonLines } from "./json_lines.ts";
