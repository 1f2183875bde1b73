/** ILLUME, its stages, and what it makes of its own pictures. */
export {
  type DrawnPicture,
  type DrawOptions,
  Illume,
  LANGUAGE_MODEL_PRESETS,
  type SamplingOptions,
} from "./illume.ts";
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
  type Drawings,
  readDrawings,
  selfGenerate,
  type SelfGenerationOptions,
} from "./self_generation.ts";
export {
  ENHANCEMENT_BUDGETS,
  type EnhancementOptions,
  enhancementStage,
} from "./self_enhancement.ts";
