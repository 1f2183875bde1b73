export {
  finiteScalarQuantizer,
  lookupFreeQuantizer,
  productQuantizer,
  type Quantized,
  type QuantizedStep,
  type Quantizer,
  QuantizerConfig,
  quantizerOf,
  residualQuantizer,
  simQuantizer,
  vectorQuantizer,
} from "./quantizers/mod.ts";
export {
  encoderFromOnnx,
  encoderFromSafetensors,
  type OnnxEncoderOptions,
  type Preprocessing,
  type Teacher,
  TeacherError,
} from "./teachers/mod.ts";
export { CONCEPT_ENCODER, ConceptEncoder, type ConceptEncoderConfig } from "./concept_encoder.ts";
export {
  type FeatureSource,
  FeatureTokenizer,
  FeatureTokenizerConfig,
  featureTokenizerConfig,
} from "./feature_tokenizer.ts";
export { TOKENIZER_PRESETS, TokenizerConfig } from "./config.ts";
export {
  type EncodedPicture,
  PictureTokenizer,
  type TokenizerOptions,
  tokenizerParameters,
} from "./picture_tokenizer.ts";
export { TOKENIZER_BUDGETS, type TokenizerBudgets, tokenizerStages } from "./training.ts";
