/** A tokenizer's codes as the latents of a flow: of mean 0 and variance 1 over the codebook. */
import { ops, type Tensor } from "../graph/mod.ts";
import type { Scope } from "../nn/mod.ts";
import type { TokenizerConfig } from "./config.ts";
import { quantizerOf } from "./quantizers/mod.ts";

/** How many latents a picture has, and numbers in one. */
export function latentsOf({ grid, quantizer }: TokenizerConfig) {
  return { latents: grid ** 2, latentSize: quantizerOf(quantizer).codeSize };
}

/** All codes as latents: `[codes, codeSize]`, without gradient. */
export function codeLatents(scope: Scope, { quantizer }: TokenizerConfig): Tensor {
  const entries = ops.stopGradient(quantizerOf(quantizer).entries(scope));
  const mean = ops.mean(entries, { axes: [0], keepAxes: true });
  const centered = ops.sub(entries, mean);
  const variance = ops.mean(ops.mul(centered, centered), { axes: [0], keepAxes: true });
  return ops.div(centered, ops.sqrt(ops.add(variance, 1e-6)));
}
