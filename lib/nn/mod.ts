export { ensureParameters } from "./state.ts";
export { type Initializer, initialValue, type ParameterSpec, Scope } from "./scope.ts";
export {
  cosine,
  linear,
  meanAll,
  normalize,
  rmsNorm,
  smoothL1,
  squaredError,
  sumAll,
} from "./layers.ts";
export { scaledDotProduct, type Visible } from "./attention.ts";
export {
  attention,
  type AttentionContext,
  gatedMlp,
  type KeyValues,
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
