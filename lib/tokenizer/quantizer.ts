/**
 * Vector quantization (VQ-VAE, arXiv 1711.00937): each feature becomes the nearest entry of a
 * codebook, by Euclidean distance.
 */
import { linear, meanAll, type Scope } from "../nn/mod.ts";
import { ops, type Tensor } from "../graph/mod.ts";
import type { TokenizerConfig } from "./config.ts";

/** Share of the commitment loss, β in eq. 3 of the paper. */
const COMMITMENT = 0.25;

export interface Quantized {
  /** What stands before the codebook: `[tokens, codeSize]`. */
  readonly latents: Tensor;
  /** Which entry each became: int32 `[tokens]`. */
  readonly ids: Tensor;
  /** The entries, through which gradients pass straight to the latents: `[tokens, codeSize]`. */
  readonly codes: Tensor;
  /** ‖sg(z) − e‖² + β‖z − sg(e)‖², as a scalar. */
  readonly loss: Tensor;
}

/** The codebook: `[codes, codeSize]`. */
export function codebook(
  scope: Scope,
  { codes, codeSize }: Pick<TokenizerConfig, "codes" | "codeSize">,
): Tensor {
  return scope.at("codebook").parameter("weight", [codes, codeSize], {
    kind: "normal",
    deviation: 1,
  });
}

/** Quantizes features `[…, featureSize]`. */
export function quantize(scope: Scope, features: Tensor, config: TokenizerConfig): Quantized {
  const tokens = features.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const projected = linear(scope.at("project_in"), features, config.codeSize, { bias: true });
  const latents = ops.reshape(projected, { shape: [tokens, config.codeSize] });
  const table = codebook(scope, config);
  const ids = ops.stopGradient(nearest(latents, table));
  const chosen = ops.gather(table, ids);
  const pull = squaredDistance(ops.stopGradient(latents), chosen);
  const commit = squaredDistance(latents, ops.stopGradient(chosen));
  return {
    latents,
    ids,
    codes: ops.add(latents, ops.stopGradient(ops.sub(chosen, latents))),
    loss: ops.add(pull, ops.mul(commit, COMMITMENT)),
  };
}

/** The entries of the codebook with these ids: `[…]` to `[…, codeSize]`. */
export function lookUp(scope: Scope, ids: Tensor, config: TokenizerConfig): Tensor {
  return ops.gather(codebook(scope, config), ids);
}

/** argmin ‖z − e‖² = argmax (z·e − ‖e‖²/2) over the entries e. */
function nearest(latents: Tensor, table: Tensor): Tensor {
  const products = ops.matmul(latents, table, { transposeB: true });
  const norms = ops.sum(ops.mul(table, table), { axes: [1], keepAxes: false });
  return ops.argmax(ops.sub(products, ops.mul(norms, 0.5)), { axis: 1 });
}

/** Mean over tokens of ‖a − b‖². */
function squaredDistance(a: Tensor, b: Tensor): Tensor {
  const d = ops.sub(a, b);
  return ops.mul(meanAll(ops.mul(d, d)), a.shape[1]);
}
