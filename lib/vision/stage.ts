/** Parts of tokenizers as stages of a training. */
import { ops, type Tensor } from "../graph/mod.ts";
import type { Scope } from "../nn/mod.ts";
import {
  adamw,
  type Budget,
  checkBudget,
  checkFits,
  forgetOptimizer,
  type Losses,
  shownStage,
  type Stage,
  type StepResult,
  trainingLoop,
  TrainStep,
  type Transform,
} from "../optim/mod.ts";
import { type Device, Random, type StateStore } from "../runtime/mod.ts";
import { type Quantized, type Quantizer, usageOf } from "./quantizers/mod.ts";

/** The inputs of a part's loss. */
export interface PartBatch {
  readonly inputs: Readonly<Record<string, Float32Array | Int32Array>>;
  /** Samples that were too long for it, and had others drawn in their place. */
  readonly leftOut?: number;
}

/** What a part learns, and from what. */
export interface Part {
  readonly losses: (scope: Scope, batch: number) => Losses;
  readonly outputs?: (scope: Scope, batch: number) => Readonly<Record<string, Tensor>>;
  readonly optimizer: Transform;
  readonly batch: (random: Random) => PartBatch | Promise<PartBatch>;
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
  checkBudget(budget, name);
  const { steps, batchSize, peakRate } = budget;
  const { losses, outputs, optimizer, frozen = [] } = part;
  const step = (batch: number) => ({
    losses: (scope: Scope) => losses(scope, batch),
    outputs: outputs && ((scope: Scope) => outputs(scope, batch)),
    rateOf: (parameter: string) => frozen.some((start) => parameter.startsWith(start)) ? 0 : 1,
    optimizer,
  });
  const memory = (batch = batchSize) => TrainStep.memory(step(batch));
  return shownStage({
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
        batch: async (step) => ({
          trainStep,
          ...await part.batch(new Random(seed, name, step)),
        }),
      });
      forgetOptimizer(store);
    },
  });
}

/** What a part that trains a quantizer has in common with others: the codes' own loss and care. */
export function quantizing(
  { quantizer, store, seed }: {
    readonly quantizer: Quantizer;
    readonly store: StateStore;
    readonly seed: number;
  },
  { steps }: Budget,
  build: (scope: Scope, batch: number) => {
    readonly quantized: Quantized;
    readonly loss: Tensor;
    readonly parts: Readonly<Record<string, Tensor>>;
  },
): Omit<Part, "batch"> {
  const prefix = "quantizer.";
  return {
    losses(scope, batch) {
      const { quantized, loss, parts } = build(scope, batch);
      const usage = usageOf(quantized.ids, quantizer.codes);
      return {
        loss: ops.add(loss, quantized.loss),
        parts: { ...parts, codes: quantized.loss, ...usage },
      };
    },
    outputs(scope, batch) {
      const { latents, ids } = build(scope, batch).quantized;
      return { latents, ids };
    },
    optimizer: adamw(),
    frozen: ["encoder.", ...quantizer.frozen.map((name) => prefix + name)],
    after: async (step, { outputs }) =>
      await quantizer.after?.(store, {
        prefix,
        seed,
        step,
        steps,
        ids: outputs.ids as Int32Array,
        latents: outputs.latents as Float32Array,
      }),
  };
}
