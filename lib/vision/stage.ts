/** Parts of tokenizers as stages of a training. */
import { ops, type Tensor } from "../graph/mod.ts";
import type { Scope } from "../nn/mod.ts";
import {
  adamw,
  ALL,
  type Budget,
  type Learning,
  type Stage,
  type StageGraph,
  trainingStage,
} from "../optim/mod.ts";
import type { Device, StateStore } from "../runtime/mod.ts";
import { type Quantized, type Quantizer, usageOf } from "./quantizers/mod.ts";

/** What a part of a tokenizer learns, and from what. */
export type Part = StageGraph & Omit<Learning, "graphs"> & {
  /** Done once, before anything is traced: what has to be measured first. */
  readonly prepare?: () => Promise<void>;
};

/** A stage that trains a part whose parameters live in a store. */
export function stage(
  owner: { readonly device: Device; readonly store: StateStore; readonly seed: number },
  name: string,
  budget: Budget,
  { losses, outputs, prepare, ...learning }: Part,
): Stage {
  return trainingStage(owner, name, budget, {
    ...learning,
    async graphs() {
      await prepare?.();
      return { part: { losses, outputs } };
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
    rates: { ...ALL, ...Object.fromEntries(quantizer.frozen.map((name) => [prefix + name, 0])) },
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
