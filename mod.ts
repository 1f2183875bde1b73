/**
 * Illume: unified multimodal language models that read pictures, draw them and judge what they drew,
 * to train and look at in a notebook.
 *
 * The parts, in the order in which a picture meets them:
 *
 * - data: {@link emojiScenes}, pictures with captions, questions, edits and exact truth
 * - tokenizer: {@link PictureTokenizer}, pictures to tokens and back; {@link FeatureTokenizer}, those
 *   of any encoder
 * - model: {@link Illume}, one language model over text and pictures
 * - training: {@link Training} runs {@link tokenizerStages} and {@link illumeStages}
 * - assessment: {@link SceneParser} and {@link parserJudge}; {@link selfGenerate} closes the loop
 * - evaluation: {@link evaluateDrawing} (GenEval), {@link evaluateReading} (POPE)
 * - figures: {@link plot}
 *
 * @module
 */

// What is computed with: devices, graphs, layers, optimizers.
export {
  type Device,
  DeviceError,
  type DeviceInfo,
  devices,
  openDevice,
  Program,
  Random,
  StateStore,
} from "./lib/runtime/mod.ts";
export {
  checkpoint,
  compose,
  gradient,
  inPrecision,
  input,
  ops,
  type Precision,
  ShapeError,
  Tensor,
  toOnnx,
} from "./lib/graph/mod.ts";
export { Scope } from "./lib/nn/mod.ts";
export {
  adamw,
  type Budget,
  MemoryError,
  muon,
  NonFiniteError,
  shortened,
  type Stage,
  type StepMemory,
  type TrainingEvent,
  TrainStep,
} from "./lib/optim/mod.ts";

// What is learned from.
export {
  type Emoji,
  EMOJI_STYLES,
  EmojiSet,
  type EmojiStyle,
  LEARNED_STYLES,
} from "./lib/worlds/emoji/emoji.ts";
export { ConceptEncoder } from "./lib/worlds/emoji/concept_encoder.ts";
export { plainView, randomView } from "./lib/worlds/emoji/emoji_view.ts";
export { type EmojiScenes, emojiScenes } from "./lib/worlds/emoji/emoji_scenes.ts";
export {
  CaptionError,
  captionOf,
  type CaptionSpec,
  parseCaption,
  readCaption,
  readInstruction,
  readQuestion,
  type Sentence,
  specOf,
} from "./lib/worlds/emoji/captions.ts";
export { evaluationCaptions, heldOut } from "./lib/worlds/emoji/splits.ts";
export {
  encodePng,
  type Picture,
  PictureError,
  pictureOf,
  readPicture,
  reduced,
} from "./lib/data/picture.ts";
export {
  type Captioned,
  type DataSet,
  drawnFrom,
  endless,
  listed,
  mapped,
} from "./lib/data/data_set.ts";
export { contactSheet } from "./lib/data/contact_sheet.ts";
export { type Color, COLORS, type Scene, type SceneObject } from "./lib/worlds/emoji/scene.ts";
export { tokenizerSources } from "./lib/worlds/emoji/tokenizer_sources.ts";
export { type World, worldOf, WORLDS } from "./lib/worlds/emoji/world.ts";
export { readLines, type TextLine } from "./lib/files/records.ts";

// The text tokenizer and the vision tokenizer.
export { TextTokenizer } from "./lib/text/mod.ts";
export {
  type CaptionedView,
  type EncodedPicture,
  EncoderError,
  encoderFromOnnx,
  encoderFromSafetensors,
  FeatureTokenizer,
  featureTokenizerConfig,
  finiteScalarQuantizer,
  lookupFreeQuantizer,
  type PictureToDraw,
  PictureTokenizer,
  type Quantized,
  type Quantizer,
  QuantizerConfig,
  quantizerOf,
  residualQuantizer,
  simQuantizer,
  TOKENIZER_BUDGETS,
  TOKENIZER_PRESETS,
  type TokenizerBudgets,
  TokenizerConfig,
  type TokenizerSources,
  tokenizerStages,
  vectorQuantizer,
  type VisionEncoder,
} from "./lib/vision/mod.ts";

// The unified model, its stages, and what it makes of its own pictures.
export {
  type AssessedDrawing,
  type Drawings,
  type DrawOptions,
  ENHANCEMENT_BUDGETS,
  type EnhancementOptions,
  enhancementStage,
  Illume,
  ILLUME_STAGES,
  illumeStages,
  type Preset,
  readDrawings,
  type SamplingOptions,
  saveIllume,
  selfGenerate,
  type SelfGenerationOptions,
} from "./lib/recipes/mod.ts";
export type { StagePlan } from "./lib/unified/mod.ts";
export { loadIllume } from "./lib/worlds/mod.ts";
export { askedCaptions, truePicture } from "./lib/worlds/emoji/asked_captions.ts";
export { emojiDocuments } from "./lib/worlds/emoji/documents.ts";
export { emojiLanguage, worldOfModel } from "./lib/worlds/emoji/language.ts";
export { trainTextTokenizer } from "./lib/worlds/emoji/text.ts";
export { Assessment } from "./lib/assessment/assessment.ts";
export {
  assess,
  type Judge,
  type Judged,
  JudgeError,
  type Judgement,
} from "./lib/assessment/judge.ts";
export {
  EndpointJudge,
  type EndpointOptions,
  type EndpointUsage,
} from "./lib/assessment/endpoint_judge.ts";
export { parserJudge } from "./lib/worlds/emoji/parser_judge.ts";
export { SceneParser } from "./lib/worlds/emoji/parser/scene_parser.ts";

// Training, and what came of it.
export { Interrupted } from "./lib/notebook/mod.ts";
export { Progress } from "./lib/training/progress.ts";
export { readMetrics } from "./lib/training/metrics.ts";
export { FolderInUseError, writeFileAtomic } from "./lib/files/mod.ts";
export { CheckpointError } from "./lib/nn/mod.ts";
export {
  ExistingError,
  ResumeError,
  type StageSummary,
  Training,
  type TrainingOptions,
} from "./lib/training/training.ts";
export {
  type AnswerScores,
  type Ceilings,
  type CodeReader,
  codeReader,
  type CodeScores,
  type DetailScores,
  type DrawingScores,
  evaluateAnswers,
  evaluateCeilings,
  type EvaluatedCaption,
  evaluateDetails,
  evaluateDrawing,
  evaluateDrawingByCodes,
  evaluateEditing,
  evaluateGeneval,
  evaluateJudge,
  evaluateJudgeOnDrawings,
  evaluateProbes,
  evaluatePurity,
  evaluateReading,
  isOfWorld,
  type JudgedDrawing,
  type ProbeScores,
  type Purity,
  toGeneval,
  unseenPictures,
} from "./lib/worlds/emoji/measures/mod.ts";
export { GENEVAL_TASKS, type GenevalTask } from "./lib/assessment/geneval_words.ts";
export {
  codebookUse,
  evaluateReconstruction,
  featureCosine,
  perplexity,
  psnr,
  type ReconstructionScores,
} from "./lib/evaluation/reconstruction.ts";
export { type AxisAccuracy, type JudgeAccuracy } from "./lib/evaluation/judging.ts";
export { evaluateYesNo, meanAccuracy, parseYesNo } from "./lib/evaluation/pope.ts";
export {
  evaluatePope,
  type PopeAnswer,
  type PopeFileScores,
  type PopeQuestion,
  popeYesNo,
  readPope,
  readPopeAnswers,
  scorePope,
} from "./lib/evaluation/pope_file.ts";
export { bootstrapMean, type Interval } from "./lib/evaluation/bootstrap.ts";
export {
  auroc,
  type Calibration,
  calibrationOf,
  cohensKappa,
  type TrueJudgement,
} from "./lib/evaluation/calibration.ts";
export { type AskedQuestion, evaluateQuestions } from "./lib/evaluation/answers.ts";
export { type EditingScores, scoreEditing } from "./lib/evaluation/editing.ts";
export { type GenevalPrompt, readGeneval, scoreGeneval } from "./lib/evaluation/geneval_file.ts";
export {
  evaluateDistances,
  frechetDistance,
  kernelDistance,
  type SetDistances,
} from "./lib/evaluation/frechet.ts";
export { codePurity, patchPurity } from "./lib/evaluation/purity.ts";
export {
  type CaptionRetrieval,
  evaluateRetrieval,
  ranked,
  type Retrieval,
  retrieve,
} from "./lib/evaluation/retrieval.ts";
export { linearProbe, type ProbedRows } from "./lib/evaluation/linear_probe.ts";
export { probePatches } from "./lib/evaluation/probes.ts";
export type { LabelledPicture } from "./lib/evaluation/labelled_patches.ts";
export type {
  Answers,
  CodedDrawing,
  Describes,
  Drawing,
  Draws,
  Edits,
  Encodes,
  Recognizes,
} from "./lib/evaluation/abilities.ts";
export { Report } from "./lib/evaluation/report.ts";

/** Figures that show themselves in a notebook and save themselves from a script. */
export * as plot from "./lib/plot/mod.ts";
