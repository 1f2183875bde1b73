/** Pictures to features and codes, and back to pixels. */
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
  EncoderError,
  encoderFromOnnx,
  encoderFromSafetensors,
  type OnnxEncoderOptions,
  type Preprocessing,
  type VisionEncoder,
} from "./encoders/mod.ts";
export {
  type FeatureSource,
  FeatureTokenizer,
  FeatureTokenizerConfig,
  featureTokenizerConfig,
} from "./tokenizers/feature_tokenizer.ts";
export { TOKENIZER_PRESETS, TokenizerConfig } from "./config.ts";
export {
  type EncodedPicture,
  PictureTokenizer,
  type TokenizerOptions,
  tokenizerParameters,
} from "./tokenizers/picture_tokenizer.ts";
export { TOKENIZER_BUDGETS, type TokenizerBudgets, tokenizerStages } from "./training.ts";
