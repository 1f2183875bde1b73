/**
 * Illume: unified multimodal language models that read pictures, draw them and judge what they drew,
 * to train and look at in a notebook.
 *
 * This is a table of contents, by what one comes for. What it is made of, from graphs and layers to
 * the training loop, stands in rooms of its own: `@illume/illume/graph`, `/runtime`, `/files`, `/nn`,
 * `/optim`, `/text`, `/data`, `/vision`, `/assessment`, `/unified`, `/training`, `/recipes`,
 * `/evaluation`, `/plot` and `/emoji`.
 *
 * @module
 */

// To use a model: it draws, describes, answers, edits and judges.
export {
  type DrawOptions,
  Illume,
  loadIllume,
  type SamplingOptions,
  saveIllume,
} from "./lib/recipes/mod.ts";
export {
  contactSheet,
  encodePng,
  type Picture,
  pictureOf,
  readPicture,
  reduced,
} from "./lib/data/mod.ts";

// To train one: its tokenizer, its stages, and a folder that a stopped training goes on from.
export {
  EncoderError,
  encoderFromOnnx,
  encoderFromSafetensors,
  type FeatureSource,
  FeatureTokenizer,
  featureTokenizerConfig,
  PictureTokenizer,
  type QuantizerConfig,
  TOKENIZER_BUDGETS,
  TOKENIZER_PRESETS,
  type TokenizerBudgets,
  type TokenizerConfig,
  tokenizerStages,
  type VisionEncoder,
} from "./lib/vision/mod.ts";
export {
  ILLUME_STAGES,
  illumeStages,
  type StagePlan,
  trainTextTokenizer,
} from "./lib/recipes/mod.ts";
export type { Precision } from "./lib/graph/mod.ts";
export { type Budget, shortened, type Stage, type TrainingEvent } from "./lib/optim/mod.ts";
export {
  type Best,
  Progress,
  readMetrics,
  type StageSummary,
  Training,
  type TrainingOptions,
} from "./lib/training/mod.ts";

// To let it learn from its own pictures.
export {
  type AssessedDrawing,
  type Drawings,
  ENHANCEMENT_BUDGETS,
  type EnhancementOptions,
  enhancementStage,
  readDrawings,
  selfGenerate,
  type SelfGenerationOptions,
} from "./lib/recipes/mod.ts";

// To have pictures judged: by a model, a parser of scenes, or an endpoint.
export {
  assess,
  Assessment,
  EndpointJudge,
  type EndpointOptions,
  type EndpointUsage,
  type Judge,
  type Judged,
  type Judgement,
} from "./lib/assessment/mod.ts";
export { parserJudge, SceneParser } from "./lib/worlds/emoji/mod.ts";

// To learn from a world whose truth is known: emoji in scenes.
export {
  captionOf,
  type Emoji,
  type EmojiScenes,
  emojiScenes,
  EmojiSet,
  evaluationCaptions,
  heldOut,
  parseCaption,
  type Scene,
  type SceneObject,
  TASKS as CAPTION_TASKS,
  type World,
  worldOf,
  WORLDS,
} from "./lib/worlds/emoji/mod.ts";
export { type Color, COLORS } from "./lib/worlds/emoji/scene.ts";

// To measure it: what it draws, reads, edits and judges, and what its tokens keep.
export {
  type AnswerScores,
  type AxisAccuracy,
  bootstrapMean,
  type Calibration,
  calibrationOf,
  type Ceilings,
  type CodeReader,
  codeReader,
  type DetailScores,
  type DrawingScores,
  type EditingScores,
  evaluateAnswers,
  evaluateCeilings,
  type EvaluatedCaption,
  evaluateDetails,
  evaluateDrawing,
  evaluateEditing,
  evaluateGeneval,
  evaluateJudge,
  evaluateJudgeOnDrawings,
  evaluatePope,
  evaluateProbes,
  evaluatePurity,
  evaluateReading,
  evaluateReconstruction,
  frechetDistance,
  type Interval,
  type JudgeAccuracy,
  type JudgedDrawing,
  meanAccuracy,
  type PopeFileScores,
  type Purity,
  readGeneval,
  readPope,
  readPopeAnswers,
  Report,
  type Retrieval,
  retrieve,
  scorePope,
} from "./lib/evaluation/mod.ts";

// To see it: figures that show themselves in a notebook and save themselves from a script.
export * as plot from "./lib/plot/mod.ts";

// What it runs on, what keeps its parameters, where chance comes from, and how files are written.
export { type Device, devices, openDevice, Random, StateStore } from "./lib/runtime/mod.ts";
export { readLines, type TextLine, writeFileAtomic } from "./lib/files/mod.ts";

// What may go wrong, and is worth catching.
export { DeviceError } from "./lib/runtime/mod.ts";
export { FolderInUseError } from "./lib/files/mod.ts";
export { Interrupted } from "./lib/notebook/mod.ts";
export { CheckpointError } from "./lib/nn/mod.ts";
export { MemoryError, NonFiniteError } from "./lib/optim/mod.ts";
export { PictureError } from "./lib/data/mod.ts";
export { JudgeError } from "./lib/assessment/mod.ts";
export { ExistingError, ResumeError } from "./lib/training/mod.ts";
export { CaptionError } from "./lib/worlds/emoji/mod.ts";
