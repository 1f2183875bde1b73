/**
 * What all quantizers share. A latent becomes the nearest of a set of codes, and gradients pass
 * straight through to the latent (arXiv 1308.3432); quantizers differ in where the codes come from,
 * and in what a loss asks of them.
 */
import { meanAll, type Scope, sumAll } from "../../nn/mod.ts";
import { constant, ops, type Tensor } from "../../graph/mod.ts";
import type { StateStore } from "../../runtime/mod.ts";

/** Latents as codes, while a graph is traced. */
export interface Quantized {
  /** What was quantized: `[patches, codeSize]`. */
  readonly latents: Tensor;
  /** Which code each became: int32 `[patches · depth]`, those of a patch side by side. */
  readonly ids: Tensor;
  /** The codes, through which gradients pass straight to the latents: `[patches, codeSize]`. */
  readonly codes: Tensor;
  /** What codes and latents have to do with each other, as a scalar. */
  readonly loss: Tensor;
}

/** Makes one or several codes of each latent, and knows what each code stands for. */
export interface Quantizer {
  /** How many codes there are. */
  readonly codes: number;
  /** Numbers in a code, and in the latent that it stands for. */
  readonly codeSize: number;
  /** How many codes a patch becomes. */
  readonly depth: number;
  /** The codes from which the one at a place of a patch is chosen, from and to; default all. */
  range?(place: number): readonly [number, number];
  /** Beginnings of the names of its parameters that do not learn by gradients. */
  readonly frozen: readonly string[];
  /** Quantizes latents `[patches, codeSize]`. */
  quantize(scope: Scope, latents: Tensor): Quantized;
  /** What ids `[patches · depth]` stand for: `[patches, codeSize]`. */
  lookUp(scope: Scope, ids: Tensor): Tensor;
  /** All codes: `[codes, codeSize]`. */
  entries(scope: Scope): Tensor;
  /** What is done between steps of training: moving averages, dead codes. */
  after?(store: StateStore, step: QuantizedStep): Promise<void>;
}

/** A step of training, as it is seen between steps. */
export interface QuantizedStep {
  /** How the names of the quantizer's parameters begin, such as `quantizer.`. */
  readonly prefix: string;
  /** Of the training. */
  readonly seed: number;
  /** From 1. */
  readonly step: number;
  /** How many steps the stage has. */
  readonly steps: number;
  /** Codes of the batch: `[patches · depth]`. */
  readonly ids: Int32Array;
  /** Latents of the batch: `[patches, codeSize]`. */
  readonly latents: Float32Array;
}

/** Share of the commitment loss, β in eq. 3 of arXiv 1711.00937. */
export const COMMITMENT = 0.25;

/** argmin ‖z − e‖² = argmax (z·e − ‖e‖²/2) over the entries e: int32 `[patches]`. */
export function nearest(latents: Tensor, entries: Tensor): Tensor {
  const products = ops.matmul(latents, entries, { transposeB: true });
  const norms = ops.sum(ops.mul(entries, entries), { axes: [1], keepAxes: false });
  return ops.stopGradient(ops.argmax(ops.sub(products, ops.mul(norms, 0.5)), { axis: 1 }));
}

/** The codes in the forward pass, the latents in the backward pass. */
export function straightThrough(latents: Tensor, codes: Tensor): Tensor {
  return ops.add(latents, ops.stopGradient(ops.sub(codes, latents)));
}

/** Each latent becomes the nearest of learned entries: ‖sg(z) − e‖² + β‖z − sg(e)‖². */
export function quantizeByTable(latents: Tensor, entries: Tensor): Quantized {
  const ids = nearest(latents, entries);
  const chosen = ops.gather(entries, ids);
  const pull = squaredDistance(ops.stopGradient(latents), chosen);
  const commit = squaredDistance(latents, ops.stopGradient(chosen));
  return {
    latents,
    ids,
    codes: straightThrough(latents, chosen),
    loss: ops.add(pull, ops.mul(commit, COMMITMENT)),
  };
}

/** Mean over patches of ‖a − b‖². */
export function squaredDistance(a: Tensor, b: Tensor): Tensor {
  const d = ops.sub(a, b);
  return ops.mul(meanAll(ops.mul(d, d)), a.shape[1]);
}

/**
 * How the codes of a batch are used: the share of them that occurs, and the perplexity
 * exp(−Σ p log p) of their frequencies, from 1 to the number of codes; scalars without gradient.
 */
export function usageOf(ids: Tensor, codes: number): { used: Tensor; perplexity: Tensor } {
  const counts = ops.scatterAdd(constant(1, "float32", ids.shape), ids, { rows: codes });
  const p = ops.mul(counts, 1 / ids.shape[0]);
  const entropy = ops.neg(sumAll(ops.mul(p, ops.log(ops.add(p, 1e-12)))));
  const occurs = ops.where(ops.greater(counts, 0), 1, 0);
  return { used: meanAll(occurs), perplexity: ops.exp(entropy) };
}
