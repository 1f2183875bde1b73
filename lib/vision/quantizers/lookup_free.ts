/**
 * Lookup-free quantization (MAGVIT-v2, arXiv 2310.05737, section 3.1; Show-o's quantizer): a code is
 * the signs of a latent's numbers. An entropy term asks that each latent be sure of its code, and
 * that all codes be used.
 */
import { constant, ops, type Tensor } from "../../graph/mod.ts";
import { meanAll, sumAll } from "../../nn/mod.ts";
import {
  COMMITMENT,
  nearest,
  type Quantizer,
  squaredDistance,
  straightThrough,
} from "./quantizer.ts";

/** Share of the entropy term in the loss. */
const ENTROPY = 0.1;

/**
 * 2^bits codes, all corners of a cube.
 *
 * @param bits numbers of a latent
 *
 * @example
 * ```ts
 * import { input } from "../../graph/mod.ts";
 * import { Scope } from "../../nn/mod.ts";
 * import { lookupFreeQuantizer } from "./lookup_free.ts";
 *
 * const quantizer = lookupFreeQuantizer({ bits: 4 });
 * const { ids, codes } = quantizer.quantize(new Scope(), input("z", "float32", [6, 4]));
 * if (`${ids} ${codes}` !== "int32[6] float32[6, 4]") throw new Error(`${ids} ${codes}`);
 * ```
 */
export function lookupFreeQuantizer({ bits }: { readonly bits: number }): Quantizer {
  const codes = 2 ** bits;
  const signs = Array.from(
    { length: codes },
    (_, code) => Array.from({ length: bits }, (_, bit) => code >> (bits - 1 - bit) & 1 ? 1 : -1),
  ).flat();
  const entries = () => constant(signs, "float32", [codes, bits]);
  return {
    codes,
    codeSize: bits,
    depth: 1,
    frozen: [],
    entries,
    lookUp: (_, ids) => ops.gather(entries(), ids),
    quantize(_, latents) {
      const ids = nearest(latents, entries());
      const chosen = ops.gather(entries(), ids);
      const commit = squaredDistance(latents, ops.stopGradient(chosen));
      const entropy = ops.sub(sureness(latents), variety(latents, entries()));
      return {
        latents,
        ids,
        codes: straightThrough(latents, chosen),
        loss: ops.add(ops.mul(commit, COMMITMENT), ops.mul(entropy, ENTROPY)),
      };
    },
  };
}

/**
 * E[H(p(code | z))] with p ∝ exp(−‖z − code‖²): the bits are independent, σ(4zᵢ) each, and the
 * entropy of a bit with logit x is log(1 + eˣ) − x·σ(x).
 */
function sureness(latents: Tensor): Tensor {
  const logits = ops.mul(latents, 4);
  const entropies = ops.sub(ops.softplus(logits), ops.mul(logits, ops.sigmoid(logits)));
  return ops.mul(meanAll(entropies), latents.shape[1]);
}

/** H(E[p(code | z)]) over the latents of a batch. */
function variety(latents: Tensor, entries: Tensor): Tensor {
  const p = ops.softmax(ops.matmul(latents, entries, { transposeB: true, scale: 2 }));
  const mean = ops.mean(p, { axes: [0], keepAxes: false });
  return ops.neg(sumAll(ops.mul(mean, ops.log(ops.add(mean, 1e-12)))));
}
