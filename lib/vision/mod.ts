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
  FeatureTokenizer,
  FeatureTokenizerConfig,
  featureTokenizerConfig,
} from "./tokenizers/feature_tokenizer.ts";
export { TokenizerConfig } from "./config.ts";
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
