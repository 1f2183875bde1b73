/** Measures of models, typed to what they can do: draw, answer, edit, judge, encode. */
export type {
  Answers,
  CodedDrawing,
  Describes,
  Drawing,
  Draws,
  Edits,
  Encodes,
  Recognizes,
  Sampled,
} from "./abilities.ts";

// What is drawn and edited.
export {
  geneval,
  type GenevalResult,
  type GenevalScores,
  genevalScores,
  type ScoredTask,
} from "./geneval.ts";
export { type GenevalPrompt, readGeneval, scoreGeneval } from "./geneval_file.ts";
export { type EditingScores, scoreEditing, type SeenEdit, type SeenOn } from "./editing.ts";
export {
  evaluateDistances,
  type Features,
  frechetDistance,
  kernelDistance,
  type SetDistances,
} from "./frechet.ts";

// What is read.
export {
  evaluateYesNo,
  meanAccuracy,
  parseYesNo,
  type PopeObjects,
  popeObjects,
  type PopeScores,
  popeScores,
  type PopeSplit,
  type YesNo,
  type YesNoQuestion,
} from "./pope.ts";
export {
  evaluatePope,
  type PopeAnswer,
  type PopeFileScores,
  type PopeQuestion,
  popeYesNo,
  readPope,
  readPopeAnswers,
  scorePope,
} from "./pope_file.ts";
export { evaluateQuestions, type PictureQuestion } from "./answers.ts";
export { wordOverlap } from "./word_overlap.ts";

// What is judged.
export { accuracyOf, type AxisAccuracy, type JudgeAccuracy } from "./judging.ts";
export {
  auroc,
  type Calibration,
  type CalibrationBin,
  calibrationOf,
  cohensKappa,
  type TrueJudgement,
} from "./calibration.ts";

// Tokens and features.
export {
  codebookUse,
  evaluateReconstruction,
  featureCosine,
  perplexity,
  psnr,
  type ReconstructionScores,
} from "./reconstruction.ts";
export { probePatches } from "./probes.ts";
export { linearProbe, type ProbedRows } from "./linear_probe.ts";
export type { LabelledPicture } from "./labelled_patches.ts";
export { codePurity, type CodesPictures, type Labelled, patchPurity } from "./purity.ts";
export {
  type CaptionRetrieval,
  evaluateRetrieval,
  ranked,
  type Retrieval,
  retrieve,
} from "./retrieval.ts";

// Sums of it.
export { bootstrapMean, type Interval } from "./bootstrap.ts";
export { mean } from "./mean.ts";
export {
  Report,
  type ReportedDetails,
  type ReportedDistances,
  type ReportedEdits,
  type ReportedPope,
  type ReportedRecall,
  type ReportedTasks,
} from "./report.ts";
