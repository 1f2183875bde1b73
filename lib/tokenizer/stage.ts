/** Parts of tokenizers as stages of a training. */
import type { Tensor } from "../graph/mod.ts";
import type { Scope } from "../nn/mod.ts";
import {
  type Budget,
  checkFits,
  forgetOptimizer,
  type Losses,
  type Stage,
  type StepResult,
  trainingLoop,
  TrainStep,
  type Transform,
} from "../optim/mod.ts";
import { type Device, Random, type StateStore } from "../runtime/mod.ts";

/** What a part learns, and from what. */
export interface Part {
  readonly losses: (scope: Scope, batch: number) => Losses;
  readonly outputs?: (scope: Scope, batch: number) => Readonly<Record<string, Tensor>>;
  readonly optimizer: Transform;
  readonly batch: (random: Random) => Readonly<Record<string, Float32Array | Int32Array>>;
  /** Beginnings of the names of parameters that do not learn. */
  readonly frozen?: readonly string[];
  readonly after?: (step: number, result: StepResult) => Promise<void>;
}

/** A stage that trains a part whose parameters live in a store. */
export function stage(
  { device, store, seed }: {
    readonly device: Device;
    readonly store: StateStore;
    readonly seed: number;
  },
  name: string,
  budget: Budget,
  part: Part,
): Stage {
  const { steps, batchSize, peakRate } = budget;
  const { losses, outputs, optimizer, frozen = [] } = part;
  const step = (batch: number) => ({
    losses: (scope: Scope) => losses(scope, batch),
    outputs: outputs && ((scope: Scope) => outputs(scope, batch)),
    rateOf: (parameter: string) => frozen.some((start) => parameter.startsWith(start)) ? 0 : 1,
    optimizer,
  });
  const memory = (batch = batchSize) => TrainStep.memory(step(batch));
  return {
    name,
    steps,
    batchSize,
    memory,
    async *run({ done = 0, signal } = {}) {
      checkFits({ name, batchSize, memory }, device);
      if (done === 0) forgetOptimizer(store);
      using trainStep = await TrainStep.compile({ ...step(batchSize), device, store, seed });
      yield* trainingLoop({
        stage: name,
        steps,
        batchSize,
        peakRate,
        done,
        signal,
        after: part.after,
        batch: (step) => ({ trainStep, inputs: part.batch(new Random(seed, name, step)) }),
      });
      forgetOptimizer(store);
    },
  };
}
