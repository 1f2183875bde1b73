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
  type SingleQuantizerConfig,
  vectorQuantizer,
} from "./quantizers/mod.ts";
export {
  EncoderError,
  encoderFromOnnx,
  encoderFromSafetensors,
  type Interpolation,
  type OnnxEncoderOptions,
  type Preprocessing,
  type VisionEncoder,
} from "./encoders/mod.ts";
export {
  FeatureTokenizer,
  FeatureTokenizerConfig,
  featureTokenizerConfig,
} from "./tokenizers/feature_tokenizer.ts";
export type { FeatureLossWeights } from "./decoders/feature_decoder.ts";
export { TokenizerConfig } from "./config.ts";
export type { VisionModel } from "./vision_model.ts";
export type { VisionModelOptions } from "./vision_model_files.ts";
export {
  type Preset,
  TOKENIZER_BUDGETS,
  TOKENIZER_PRESETS,
  type TokenizerBudgets,
  VISUALIZER_BUDGETS,
  VISUALIZER_PRESETS,
} from "./presets.ts";
export type { CaptionedView, PictureToDraw, TokenizerSources } from "./sources.ts";
export {
  type DecodeOptions,
  type EncodedPicture,
  featureSizeOf,
  PictureTokenizer,
  type TokenizerOptions,
  tokenizerParameters,
} from "./tokenizers/picture_tokenizer.ts";
export { tokenizerStages } from "./training.ts";
export {
  codeEntries,
  DECODER,
  DECODER_SAMPLING,
  decoderScope,
  diffusionOf,
  LatentDecoder,
  LatentDecoderConfig,
  latentDecoderParameters,
  type Visualized,
  type VisualizeOptions,
} from "./latent_decoder.ts";
export {
  diffusionLosses,
  type HiddenCodes,
  hideSome,
  type LatentDiffusionConfig,
} from "./decoders/latent_diffusion.ts";
export {
  type SeenPicture,
  Visualizer,
  VisualizerConfig,
  visualizerParameters,
} from "./visualizer.ts";
export { type VisualizerBudgets, visualizerStages } from "./stages/visualizer.ts";
