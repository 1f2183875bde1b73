/** Optimizers, the training step, the loop, and stages. */
export { muon, orthogonalizeMomentum } from "./muon.ts";
export {
  adamw,
  chain,
  clipByGlobalNorm,
  decayWeights,
  forgetOptimizer,
  isOfOptimizer,
  type OptimizerContext,
  type RememberedState,
  scaleByAdam,
  type Transform,
  type Updates,
} from "./transform.ts";
export { warmupCosine } from "./schedule.ts";
export {
  countOf,
  countsOf,
  type Inputs,
  type Losses,
  NonFiniteError,
  type StepResult,
  TrainStep,
  type TrainStepOptions,
} from "./train_step.ts";
export { FittingSamples, MEASURED } from "./fitting.ts";
export { type Batch, type LoopOptions, type TrainingEvent, trainingLoop } from "./loop.ts";
export { type Budget, checkBudget, shortened } from "./budget.ts";
export { ALL, rateByGroup, type Rates } from "./rates.ts";
export {
  type Graphs,
  type Json,
  type Learning,
  type Rows,
  type Stage,
  type StageBatch,
  type StageGraph,
  trainingStage,
} from "./stage.ts";
export { checkFits, MemoryError, type StepMemory } from "./memory.ts";
