/** A training in a folder: it resumes, shows its progress, and keeps its metrics and its best. */
export {
  type Best,
  ExistingError,
  ResumeError,
  type Settings,
  type StageSummary,
  Training,
  type TrainingOptions,
} from "./training.ts";
export { differences } from "./settings.ts";
export { type PlannedStage, Progress, type ProgressStep, quietly } from "./progress.ts";
export {
  LogView,
  NotebookView,
  type ProgressView,
  progressView,
  TerminalView,
} from "./progress_view.ts";
export { METRICS, type Metrics, readMetrics } from "./metrics.ts";
