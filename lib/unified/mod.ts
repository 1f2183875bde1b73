/** One causal language model over text and pictures. */
export {
  batchOf,
  type BatchShape,
  fits,
  partsOfBatch,
  type SequenceBatch,
  shapeOf,
} from "./batch.ts";
export { checkSampling } from "./check_sampling.ts";
export { LanguageModelConfig } from "./config.ts";
export { type GenerationOptions, Generator } from "./generation.ts";
export type { GenerationShape } from "./generation_graphs.ts";
export {
  type Asked,
  type Begun,
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
export { type Computing, tokenLosses, unifiedLosses } from "./losses.ts";
export type {
  DrawnModality,
  GivenRows,
  Modality,
  PictureModality,
  Speech,
  Targets,
  TokenTable,
} from "./modality.ts";
export {
  codesModality,
  type CodesOptions,
  VISION_EMBEDDINGS,
  VISION_HEAD,
} from "./modalities/codes.ts";
export { type DreamsConfig, dreamsModality, PROJECTOR, QUERIES } from "./modalities/dreams.ts";
export {
  type FeatureLoss,
  featuresModality,
  type FeaturesOptions,
  type SeenFeatures,
  seenFeaturesModality,
} from "./modalities/features.ts";
export { ADAPTER, readModality, type ReadOptions } from "./modalities/read.ts";
export {
  type Choices,
  type SaidText,
  type TextModality,
  textModality,
  type TextOptions,
} from "./modalities/text.ts";
export { type Entry, Row, type Said } from "./row.ts";
export {
  blankSequence,
  type PictureContents,
  type PictureInDocument,
  picturesOf,
  promptsOf,
  sequenceOf,
  sequencesOf,
} from "./sequence.ts";
export {
  type Sequence,
  type SequenceRow,
  type SequenceTarget,
  SequenceWriter,
} from "./sequence_writer.ts";
export { UnifiedModel, type UnifiedParts } from "./unified_model.ts";
export { type StagePlan, type Trainee, unifiedStages } from "./stage.ts";
export { SPECIAL_TOKENS, Vocabulary, type Words } from "./vocabulary.ts";
