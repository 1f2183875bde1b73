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
import "./lib/worlds/mod.ts";
export {
  type DrawOptions,
  DreamLLM,
  Illume,
  loadModel,
  type LoadOptions,
  MetaMorph,
  type RecipeModel,
  type SamplingOptions,
} from "./lib/recipes/mod.ts";
export {
  contactSheet,
  encodePng,
  type Picture,
  pictureOf,
  readPicture,
  reduced,
  reducedTo,
} from "./lib/data/mod.ts";

// To bring pictures of one's own: a folder of them with captions, and the words that are in those; or
// a folder of documents in which texts and pictures alternate.
export {
  type Captioned,
  CaptionedPictures,
  countsByReason,
  type DataSet,
  type Document,
  endless,
  type FolderDocument,
  type FolderSample,
  holdsDocuments,
  type InterleavedDocument,
  InterleavedDocuments,
  InterleavedFolder,
  interleavedFolder,
  type InterleavedFolderOptions,
  listed,
  mapped,
  PictureFolder,
  pictureFolder,
  type PictureFolderOptions,
  type Segment,
  type Skipped,
  skippedInWords,
  type Turn,
} from "./lib/data/mod.ts";
export {
  captionWords,
  knowLanguage,
  type Language,
  plainCaption,
  PlainLanguage,
  TextTokenizer,
} from "./lib/text/mod.ts";
export {
  captionedDocuments,
  captionTokenizer,
  type DocumentStory,
  interleavedDocuments,
  OWN_TOKENIZER_PRESETS,
  ownPicturesPlan,
  storyOf,
} from "./lib/recipes/mod.ts";

// To bring an encoder of others, and make tokens of its features.
export {
  EncoderError,
  encoderFromOnnx,
  encoderFromSafetensors,
  FeatureTokenizer,
  featureTokenizerConfig,
  type VisionEncoder,
} from "./lib/vision/mod.ts";

// To train: a tokenizer, what draws of vectors, a model on them, and a folder that a stopped
// training goes on from; or all of a recipe by its name.
export {
  LatentDecoder,
  LatentDecoderConfig,
  PictureTokenizer,
  QuantizerConfig,
  TOKENIZER_BUDGETS,
  TOKENIZER_PRESETS,
  type TokenizerBudgets,
  TokenizerConfig,
  type TokenizerSources,
  tokenizerStages,
  Visualizer,
  VISUALIZER_BUDGETS,
  VISUALIZER_PRESETS,
  type VisualizerBudgets,
  VisualizerConfig,
  visualizerStages,
} from "./lib/vision/mod.ts";
export {
  type Begun,
  DREAMLLM_STAGES,
  dreamllmStages,
  type DreamtPicture,
  ILLUME_STAGES,
  illumeStages,
  METAMORPH_STAGES,
  metamorphStages,
  type MorphedPicture,
  type Preset,
  QUERIES_OF,
  type Recipe,
  type RecipeName,
  type RecipeParts,
  type RecipePlan,
  RECIPES,
  type RecipeSources,
  shortenedPlan,
} from "./lib/recipes/mod.ts";
export type { StagePlan } from "./lib/unified/mod.ts";
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

// To let it learn from its own pictures, once they are judged.
export {
  type AssessedDrawing,
  type Drawings,
  enhancementBudget,
  type EnhancementOptions,
  enhancementStage,
  readDrawings,
  selfGenerate,
  type SelfGenerationOptions,
} from "./lib/recipes/mod.ts";
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

// To try all of it in a world whose truth is known: emoji in scenes, with a parser and a judge.
export {
  askedCaptions,
  captionOf,
  type EmojiDocuments,
  emojiDocuments,
  emojiLanguage,
  type EmojiScenes,
  emojiScenes,
  EmojiSet,
  evaluationCaptions,
  heldOut,
  parseCaption,
  parserJudge,
  type Scene,
  type SceneObject,
  SceneParser,
  tokenizerSources,
  trainTextTokenizer,
  truePicture,
  visualizerSource,
  type World,
  worldOf,
  worldOfModel,
  WORLDS,
} from "./lib/worlds/emoji/mod.ts";
export { type Color, COLORS } from "./lib/assessment/mod.ts";

// To measure a model in that world: what it draws, reads, edits and judges, and what its tokens keep.
export {
  type AnswerScores,
  type Ceilings,
  type CodeReader,
  codeReader,
  type CodeScores,
  type DetailScores,
  type DiversityScores,
  type DrawingScores,
  type EditedScene,
  type EditingByKind,
  editScenes,
  evaluateAnswers,
  evaluateCeilings,
  type EvaluatedCaption,
  evaluateDescribing,
  evaluateDetails,
  evaluateDiversity,
  evaluateDrawing,
  evaluateDrawingByCodes,
  evaluateEditing,
  evaluateFrames,
  evaluateGeneval,
  evaluateIllustrating,
  evaluateJudge,
  evaluateJudgeOnDrawings,
  evaluateProbes,
  evaluatePurity,
  evaluateReading,
  evaluateStories,
  evaluateThinking,
  evaluateVisualizer,
  type FrameScores,
  type IllustrationScores,
  type JudgedDrawing,
  type ProbeScores,
  type Purity,
  scoreEdits,
  type StoryScores,
  type ThinkingScores,
  unseenPictures,
  type VisualizerScores,
} from "./lib/worlds/emoji/mod.ts";

// To see how well a MetaMorph says the visual tokens that it draws of.
export { cosinesByPosition, type PredictedTokens, predictTokens } from "./lib/recipes/mod.ts";

// To measure any model: benchmarks' own files, sets of pictures, retrieval, and how sure a score is.
export {
  type Answers,
  bootstrapMean,
  type Calibration,
  calibrationOf,
  type CaptionRetrieval,
  type Describes,
  type Draws,
  type Edits,
  evaluateDistances,
  evaluatePope,
  evaluateQuestions,
  evaluateReconstruction,
  evaluateRetrieval,
  evaluateYesNo,
  frechetDistance,
  type GenevalPrompt,
  type Interval,
  meanAccuracy,
  type PictureQuestion,
  type PopeFileScores,
  readGeneval,
  readPope,
  readPopeAnswers,
  type ReconstructionScores,
  Report,
  type Retrieval,
  retrieve,
  scoreGeneval,
  scorePope,
  type SetDistances,
  wordOverlap,
} from "./lib/evaluation/mod.ts";
export { GENEVAL_TASKS, type GenevalTask } from "./lib/assessment/mod.ts";

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
export { CaptionError } from "./lib/text/mod.ts";
export { PictureError } from "./lib/data/mod.ts";
export { JudgeError } from "./lib/assessment/mod.ts";
export { ExistingError, ResumeError } from "./lib/training/mod.ts";
