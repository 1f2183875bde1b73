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
export { removeLeftOvers, writeFileAtomic, writeFilesAtomic } from "../files/atomic_file.ts";
export { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../files/safetensors.ts";
export { readAt } from "../files/read_at.ts";
export { SafetensorsFile } from "../files/safetensors_file.ts";
export { SafetensorsError } from "../files/safetensors_header.ts";
export {
  CheckpointError,
  type CheckpointFormat,
  readConfig,
  readParameters,
  saveCheckpoint,
} from "./checkpoint.ts";
export { FolderInUseError, FolderLock } from "../files/folder_lock.ts";
export { JsonLines, type LineFormat, readJsonLines } from "../files/json_lines.ts";
