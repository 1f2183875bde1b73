/** One causal language model over text and pictures. */
export { batchOf, type BatchShape, fits, partsOfBatch, shapeOf } from "./batch.ts";
export { checkSampling } from "./check_sampling.ts";
export { LanguageModelConfig } from "./config.ts";
export { type GenerationOptions, Generator } from "./generation.ts";
export type { GenerationShape } from "./generation_graphs.ts";
export {
  type Asked,
  type ComposingOptions,
  type DrawingOptions,
  Inference,
  type InferenceParts,
} from "./inference.ts";
export {
  type Interleaved,
  interleaved,
  type InterleavedOptions,
  type Painted,
} from "./interleaved.ts";
export { Likelihood } from "./likelihood.ts";
export { tokenLosses, unifiedLosses } from "./losses.ts";
export type {
  DrawnModality,
  GivenRows,
  Modality,
  PictureModality,
  Speech,
  Targets,
  TokenTable,
} from "./modality.ts";
export { codesModality, VISION_EMBEDDINGS, VISION_HEAD } from "./modalities/codes.ts";
export { type DreamsConfig, dreamsModality, PROJECTOR, QUERIES } from "./modalities/dreams.ts";
export {
  type FeatureLoss,
  featuresModality,
  type FeaturesOptions,
  type SeenFeatures,
  seenFeaturesModality,
} from "./modalities/features.ts";
export { ADAPTER, readModality } from "./modalities/read.ts";
export { type SaidText, type TextModality, textModality } from "./modalities/text.ts";
export { type Entry, Row } from "./row.ts";
export { blankSequence, picturesOf, promptsOf, sequenceOf, sequencesOf } from "./sequence.ts";
export { type Sequence, SequenceWriter } from "./sequence_writer.ts";
export { UnifiedModel, type UnifiedParts } from "./unified_model.ts";
export { type StagePlan, type Trainee, unifiedStages } from "./stage.ts";
export { SPECIAL_TOKENS, Vocabulary, type Words } from "./vocabulary.ts";
