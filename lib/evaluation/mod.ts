/** Measures of models: of what they draw, answer, edit and judge, and of their tokenizers. */
export type { Answers, Describes, Drawing, Draws, Edits, Sampled } from "./abilities.ts";

// What is drawn and edited.
export {
  type DrawingScores,
  type EvaluatedCaption,
  evaluateDrawing,
  type JudgedDrawing,
  judgeDrawings,
} from "./drawing.ts";
export { geneval, type GenevalResult, type GenevalScores, genevalScores } from "./geneval.ts";
export {
  evaluateGeneval,
  type GenevalPrompt,
  isOfWorld,
  readGeneval,
  toGeneval,
} from "./geneval_file.ts";
export { type EditingScores, evaluateEditing } from "./editing.ts";
export { frechetDistance, kernelDistance } from "./frechet.ts";

// What is read.
export { evaluateReading } from "./reading.ts";
export {
  meanAccuracy,
  parseYesNo,
  type PopeItem,
  popeQuestions,
  type PopeScores,
  popeScores,
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
export { type AnswerScores, evaluateAnswers } from "./answers.ts";
export { type DetailScores, evaluateDetails } from "./details.ts";

// What is judged.
export { type AxisAccuracy, evaluateJudge, type JudgeAccuracy } from "./judging.ts";
export { type CodeReader, codeReader, evaluateJudgeOnDrawings } from "./code_reader.ts";
export {
  auroc,
  type Calibration,
  calibrationOf,
  cohensKappa,
  type TrueJudgement,
} from "./calibration.ts";

// Tokens and features.
export {
  type Ceilings,
  evaluateCeilings,
  evaluateProbes,
  evaluateReconstruction,
  type ProbeScores,
  type ReconstructionScores,
} from "./tokenizing.ts";
export { codebookUse, featureCosine, perplexity, psnr } from "./reconstruction.ts";
export { codePurity, evaluatePurity, type Purity } from "./purity.ts";
export { linearProbe, type ProbedRows } from "./probe.ts";
export { type Retrieval, retrieve } from "./retrieval.ts";

// Sums of it.
export { bootstrapMean, type Interval } from "./bootstrap.ts";
export { mean } from "./mean.ts";
export { Report } from "./report.ts";
