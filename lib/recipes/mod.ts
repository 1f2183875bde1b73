export { type DrawnPicture, type DrawOptions, Illume, LANGUAGE_MODEL_PRESETS } from "./illume.ts";
export { loadIllume, saveIllume } from "./illume_files.ts";
export {
  ILLUME_STAGES,
  illumeStages,
  type StagePlan,
  unifiedStage,
  type Weighted,
} from "./illume_stages.ts";
export { type Example, type Task, type TaskName, tasksOf } from "./tasks.ts";
export { trainTextTokenizer } from "./text.ts";
export {
  type AssessedDrawing,
  AssessedDrawings,
  ENHANCEMENT_BUDGETS,
  enhancementStage,
  selfGenerate,
} from "./self_enhancement.ts";
