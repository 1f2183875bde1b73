/** A tokenizer's codes as the latents of a flow: of mean 0 and covariance 1 over the codebook. */
import { ops, type Tensor } from "../graph/mod.ts";
import { type Scope, sumAll } from "../nn/mod.ts";
import type { TokenizerConfig } from "./config.ts";
import { quantizerOf } from "./quantizers/mod.ts";

/** How many latents a picture has, and numbers in one. */
export function latentsOf({ grid, quantizer }: TokenizerConfig) {
  return { latents: grid ** 2, latentSize: quantizerOf(quantizer).codeSize };
}

/**
 * All codes as latents, without correlation (whitened), `[codes, codeSize]`, without gradient: what little
 * tells two backgrounds apart, in every patch, is then seen as early as what tells two things apart.
 */
export function codeLatents(scope: Scope, { quantizer }: TokenizerConfig): Tensor {
  const entries = ops.stopGradient(quantizerOf(quantizer).entries(scope));
  const [codes, size] = entries.shape;
  const centered = ops.sub(entries, ops.mean(entries, { axes: [0], keepAxes: true }));
  const covariance = ops.matmul(centered, centered, { transposeA: true, scale: 1 / codes });
  return ops.matmul(centered, inverseRoot(ops.add(covariance, identity(size, 1e-4))));
}

/** Steps that bring the smallest of singular values, some ten-thousandths of the largest, to 1. */
const ROOT_STEPS = 20;

/** A^(−1/2) of a positive matrix, by Newton's and Schulz's iteration (N. J. Higham, 2008, eq. 6.35). */
function inverseRoot(a: Tensor): Tensor {
  const [size] = a.shape;
  const trace = sumAll(ops.mul(a, identity(size, 1)));
  let y = ops.div(a, trace);
  let z = identity(size, 1);
  for (let step = 0; step < ROOT_STEPS; step++) {
    const turn = ops.mul(ops.sub(identity(size, 3), ops.matmul(z, y)), 0.5);
    y = ops.matmul(y, turn);
    z = ops.matmul(turn, z);
  }
  return ops.div(z, ops.sqrt(trace));
}

function identity(size: number, value: number): Tensor {
  const index = ops.range({ size });
  return ops.where(ops.equal(index, ops.reshape(index, { shape: [size, 1] })), value, 0);
}
