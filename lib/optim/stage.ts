/** A stage of a training: what learns, at which rates, from which batches, for how long. */
import type { Precision, Tensor } from "../graph/mod.ts";
import { Scope } from "../nn/mod.ts";
import { htmlBundle, shown } from "../notebook/mod.ts";
import { type Device, Random, type StateStore } from "../runtime/mod.ts";
import { type Budget, checkBudget } from "./budget.ts";
import { type Batch, type TrainingEvent, trainingLoop } from "./loop.ts";
import { checkFits, type StepMemory } from "./memory.ts";
import { stageInTable, stageInWords } from "./stage_shown.ts";
import { ALL, rateByGroup, type Rates } from "./rates.ts";
import { type Losses, type StepResult, TrainStep } from "./train_step.ts";
import { forgetOptimizer, type Transform } from "./transform.ts";

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | {
  readonly [key: string]: Json;
};

/** A named part of a training: a number of steps, which can begin in the middle and be stopped. */
export interface Stage {
  /** What it is called: "encoder", "understanding" … */
  readonly name: string;
  /** How many it has. */
  readonly steps: number;
  /** Samples in a batch. */
  readonly batchSize: number;
  /** All that decides what the stage does, as far as it is data: a run resumes only with the same. */
  readonly settings?: Json;
  /** What a step needs, with batches of another size where it is given. */
  memory(batchSize?: number): Promise<StepMemory>;
  /** Trains from step `done` + 1 to the end. State lives in the store that the stage was made for. */
  run(options?: { done?: number; signal?: AbortSignal }): AsyncGenerator<TrainingEvent, void>;
}

/** A loss that a stage lowers. Its inputs are the rows of a batch, or of a part of one. */
export interface StageGraph {
  /** Traces the loss of this many rows. */
  readonly losses: (scope: Scope, rows: number) => Losses;
  /** Further tensors to read after each step, such as which codes were chosen. */
  readonly outputs?: (scope: Scope, rows: number) => Readonly<Record<string, Tensor>>;
}

/** The graphs of a stage, by name. */
export type Graphs = Readonly<Record<string, StageGraph>>;

/** A batch of a stage. */
export interface StageBatch extends Omit<Batch, "trainStep"> {
  /** Which of the stage's graphs takes it; the only one where there is one. */
  readonly graph?: string;
}

/** Where a step draws its rows from. */
export interface Rows {
  /** From 1 on. */
  readonly step: number;
  /** How many rows are to be drawn. */
  readonly count: number;
  /** The stream of a row: the same rows come, whatever the batch is split into. */
  random(row: number): Random;
  /** The stream of what the whole batch has in common. */
  readonly shared: Random;
}

/** What a stage learns, and from what. */
export interface Learning {
  /** Each is compiled for itself, over the same parameters. A function where they have to be measured. */
  readonly graphs: Graphs | (() => Promise<Graphs>);
  /** What a step learns from. */
  readonly batch: (rows: Rows) => StageBatch | Promise<StageBatch>;
  /** What becomes of the gradients. */
  readonly optimizer: Transform;
  /** Default: all learn at the peak rate. */
  readonly rates?: Rates;
  /** In how many equal parts a batch is computed, to need the memory of one; default 1. */
  readonly parts?: number;
  /** Default float32. */
  readonly precision?: Precision;
  /** Called after each step, before its event is seen. */
  readonly after?: (step: number, result: StepResult) => void | Promise<void>;
  /** What else decides the stage, such as its mixture. */
  readonly settings?: Readonly<Record<string, Json>>;
}

/**
 * A stage that trains parameters in a store.
 *
 * @throws RangeError naming the number of the budget that is not as expected, and where a batch does
 * not come in equal parts; when it runs, also where the rates do not fit the parameters
 *
 * @example
 * ```ts
 * import { input, ops } from "../graph/mod.ts";
 * import { meanAll } from "../nn/mod.ts";
 * import { openDevice, StateStore } from "../runtime/mod.ts";
 * import { adamw } from "./transform.ts";
 * import { trainingStage } from "./stage.ts";
 *
 * using device = await openDevice("cpu");
 * using store = new StateStore(device);
 * const budget = { steps: 20, batchSize: 8, peakRate: 0.1 };
 * const stage = trainingStage({ device, store, seed: 0 }, "fitting", budget, {
 *   graphs: {
 *     fit: {
 *       losses(scope, rows) {
 *         const slope = scope.parameter("slope", [1], { kind: "constant", value: 0 });
 *         const x = input("x", "float32", [rows]);
 *         const error = ops.sub(ops.mul(x, slope), ops.mul(x, 2));
 *         return { loss: meanAll(ops.mul(error, error)) };
 *       },
 *     },
 *   },
 *   optimizer: adamw(),
 *   batch: ({ count, random }) => ({
 *     inputs: { x: Float32Array.from({ length: count }, (_, row) => random(row).normal()) },
 *   }),
 * });
 * for await (const _ of stage.run());
 * const [slope] = await store.read("slope");
 * if (slope < 1) throw new Error(`Expected the slope to come near 2, but found ${slope}`);
 * ```
 */
export function trainingStage(
  { device, store, seed }: {
    readonly device: Device;
    readonly store: StateStore;
    readonly seed: number;
  },
  name: string,
  budget: Budget,
  learning: Learning,
): Stage {
  checkBudget(budget, name);
  const { steps, batchSize, peakRate } = budget;
  const { optimizer, rates = ALL, parts = 1, precision, after } = learning;
  if (!Number.isInteger(batchSize / parts) || parts < 1) {
    throw new RangeError(
      `Expected the batch of ${batchSize} of stage "${name}" to come in equal parts, ` +
        `but found ${parts} parts`,
    );
  }
  let prepared: Promise<Graphs> | undefined;
  const prepare = async () =>
    typeof learning.graphs === "function" ? await learning.graphs() : learning.graphs;
  /** How each graph is compiled, for batches of a size. */
  const compiling = async (batch: number) => {
    const graphs = await (prepared ??= prepare());
    const rows = Math.ceil(batch / parts);
    const scope = new Scope();
    for (const { losses } of Object.values(graphs)) losses(scope, rows);
    const rateOf = rateByGroup(rates, scope.specs().map(({ name }) => name), name);
    return Object.entries(graphs).map(([graph, { losses, outputs }]) => ({
      graph,
      losses: (scope: Scope) => losses(scope, rows),
      outputs: outputs && ((scope: Scope) => outputs(scope, rows)),
      accumulate: parts > 1,
      precision,
      rateOf,
      optimizer,
    }));
  };
  const memory = async (batch = batchSize) =>
    (await compiling(batch)).map((options) => TrainStep.memory(options))
      .reduce((most, next) => next.total > most.total ? next : most);
  const stage: Stage = {
    name,
    steps,
    batchSize,
    settings: { ...budget, rates, parts, precision: precision ?? "float32", ...learning.settings },
    memory,
    async *run({ done = 0, signal } = {}) {
      await checkFits({ name, batchSize, memory }, device);
      if (done === 0) forgetOptimizer(store);
      using compiled = new DisposableStack();
      const trainSteps = new Map<string, TrainStep>();
      for (const options of await compiling(batchSize)) {
        const trainStep = await TrainStep.compile({ ...options, device, store, seed });
        trainSteps.set(options.graph, compiled.use(trainStep));
      }
      const [only] = trainSteps.keys();
      yield* trainingLoop({
        stage: name,
        steps,
        batchSize,
        peakRate,
        done,
        signal,
        after,
        async batch(step) {
          const { graph = only, ...batch } = await learning.batch({
            step,
            count: batchSize,
            random: (row) => new Random(seed, name, step, row),
            shared: new Random(seed, name, step),
          });
          return { trainStep: trainSteps.get(graph)!, ...batch };
        },
      });
      forgetOptimizer(store);
    },
  };
  return shown(
    stage,
    stageInWords,
    async (stage) => htmlBundle(await stageInTable(stage), stageInWords(stage)),
  );
}
