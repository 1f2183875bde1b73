/** What only scenes can measure, since all that is true of them is known: one measure a file. */
export { type AnswerScores, evaluateAnswers } from "./answers.ts";
export { type Ceilings, evaluateCeilings, type ReconstructedScene } from "./ceilings.ts";
export { type CodeReader, codeReader } from "./code_reader.ts";
export { type DetailScores, evaluateDetails } from "./details.ts";
export { type DiversityScores, evaluateDiversity } from "./diversity.ts";
export {
  type Asked,
  type CodeScores,
  type DrawingScores,
  type EvaluatedCaption,
  evaluateDrawing,
  evaluateDrawingByCodes,
  type JudgedDrawing,
  judgeDrawings,
} from "./drawing.ts";
export { evaluateDescribing } from "./describing.ts";
export {
  type EditedScene,
  type EditingByKind,
  editScenes,
  evaluateEditing,
  scoreEdits,
} from "./editing.ts";
export { type DrawsFrames, evaluateFrames, type FrameScores } from "./frames.ts";
export { evaluateGeneval, isOfWorld, toGeneval } from "./geneval_file.ts";
export { evaluateJudge, evaluateJudgeOnDrawings } from "./judging.ts";
export { evaluateReading, type PopeItem, popeQuestions } from "./pope.ts";
export { evaluateProbes, type ProbeScores } from "./probes.ts";
export { evaluatePurity, type Purity } from "./purity.ts";
export type { IllustrationScores } from "./illustrations.ts";
export {
  evaluateIllustrating,
  evaluateStories,
  type IllustratesStories,
  type StoryScores,
  type TellsStories,
} from "./stories.ts";
export {
  evaluateThinking,
  type ThinkingScores,
  type Thinks,
  type ThoughtScores,
} from "./thinking.ts";
export { unseenPictures } from "./unseen_pictures.ts";
export { evaluateVisualizer, type VisualizerScores } from "./visualizing.ts";
