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
export { removeLeftOvers, writeFileAtomic, writeFilesAtomic } from "./atomic_file.ts";
export { decodeSafetensors, encodeSafetensors, type NamedTensor } from "./safetensors.ts";
export { readAt } from "./read_at.ts";
export { SafetensorsFile } from "./safetensors_file.ts";
export { SafetensorsError } from "./safetensors_header.ts";
export {
  CheckpointError,
  type CheckpointFormat,
  readConfig,
  readParameters,
  saveCheckpoint,
} from "./checkpoint.ts";
export { FolderInUseError, FolderLock } from "./folder_lock.ts";
export { JsonLines, type LineFormat, readJsonLines } from "./json_lines.ts";
