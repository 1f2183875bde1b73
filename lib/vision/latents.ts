/**
 * A tokenizer's codes as the latents of a flow, of mean 0 and variance 1 over the codebook, and back: the
 * nearest codes take up what the flow leaves of noise (VQ-regularized latents, arXiv 2112.10752, section
 * 3.1).
 */
import { ops, type Tensor } from "../graph/mod.ts";
import type { Scope } from "../nn/mod.ts";
import type { TokenizerConfig } from "./config.ts";
import { quantizerOf } from "./quantizers/mod.ts";
import { byPicture, quantize } from "./tokenizers/quantization.ts";

/** How many latents a picture has, and numbers in one. */
export function latentsOf({ grid, quantizer }: TokenizerConfig) {
  return { latents: grid ** 2, latentSize: quantizerOf(quantizer).codeSize };
}

/** Mean and deviation of each number over all codes, `[1, codeSize]`. */
function spreadOf(scope: Scope, config: TokenizerConfig) {
  const entries = ops.stopGradient(quantizerOf(config.quantizer).entries(scope));
  const mean = ops.mean(entries, { axes: [0], keepAxes: true });
  const centered = ops.sub(entries, mean);
  const variance = ops.mean(ops.mul(centered, centered), { axes: [0], keepAxes: true });
  return { mean, deviation: ops.sqrt(ops.add(variance, 1e-6)) };
}

/** Latents of features `[batch, grid², featureSize]`: `[batch, grid², codeSize]`, without gradient. */
export function codeLatents(scope: Scope, features: Tensor, config: TokenizerConfig): Tensor {
  const { codes } = quantize(scope, features, config);
  const { mean, deviation } = spreadOf(scope, config);
  return ops.stopGradient(byPicture(ops.div(ops.sub(codes, mean), deviation), config));
}

/** The codes nearest to latents `[batch, grid², codeSize]`: int32 `[batch · grid² · depth]`. */
export function nearestCodes(scope: Scope, latents: Tensor, config: TokenizerConfig): Tensor {
  const [batch, patches, codeSize] = latents.shape;
  const rows = ops.reshape(latents, { shape: [batch * patches, codeSize] });
  const { mean, deviation } = spreadOf(scope, config);
  const codes = ops.add(ops.mul(rows, deviation), mean);
  return quantizerOf(config.quantizer).quantize(scope, codes).ids;
}
