/** What stages that train a quantizer have in common: the codes' own loss and care. */
import { ops, type Tensor } from "../../graph/mod.ts";
import type { Scope } from "../../nn/mod.ts";
import { adamw, ALL, type Budget, type Learning } from "../../optim/mod.ts";
import type { StateStore } from "../../runtime/mod.ts";
import { type Quantized, type Quantizer, usageOf } from "./mod.ts";

/**
 * All that such a stage needs but its batches.
 *
 * @param build what is quantized, and the loss beside that of the codes
 */
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
): Omit<Learning, "batch"> {
  const prefix = "quantizer.";
  return {
    graphs: {
      codebook: {
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
      },
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
