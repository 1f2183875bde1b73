/**
 * softmax(q·kᵀ/√dim + mask)·v (arXiv 1706.03762, eq. 1), with the gradient of FlashAttention
 * (arXiv 2205.14135, appendix B.2), which sums over `dim` where the chain rule sums over keys.
 */
import { elements } from "../../kernels/mod.ts";
import { compose, ops, type Tensor } from "../graph/mod.ts";

/** Keys and values: `[batch, heads, tokens, dim]` each. */
export interface KeyValues {
  /** What queries are compared with. */
  readonly keys: Tensor;
  /** What is taken of each. */
  readonly values: Tensor;
}

/** Which keys a query sees: all, those up to its own place, or what a mask adds to the logits. */
export type Visible = "all" | "causal" | Tensor;

/**
 * Attention of queries `[batch, heads, tokens, dim]` over keys and values
 * `[batch, heads, keys, dim]`: `[batch, heads, tokens, dim]`. A mask is 0 where a query sees a key
 * and −1e9 where not, and stretches to `[batch, heads, tokens, keys]`. With "causal" there are as
 * many keys as tokens, and blocks of queries leave out the keys that come after all of them.
 *
 * @example
 * ```ts
 * import { input } from "../graph/mod.ts";
 * import { scaledDotProduct } from "./attention.ts";
 *
 * const q = input("q", "float32", [1, 2, 3, 4]);
 * const [k, v] = ["k", "v"].map((name) => input(name, "float32", [1, 2, 7, 4]));
 * const y = scaledDotProduct(q, k, v, "all");
 * if (String(y) !== "float32[1, 2, 3, 4]") throw new Error(`${y}`);
 * ```
 */
export function scaledDotProduct(q: Tensor, k: Tensor, v: Tensor, visible: Visible): Tensor {
  if (visible !== "causal") return block(q, k, v, visible === "all" ? undefined : visible);
  const tokens = q.shape[2];
  const blocks = Math.max(1, Math.floor(tokens / BLOCK));
  const bounds = Array.from({ length: blocks + 1 }, (_, i) => Math.round(tokens * i / blocks));
  const parts = bounds.slice(1).map((end, i) => {
    const start = bounds[i];
    const rows = (x: Tensor, start: number) =>
      end - start === x.shape[2] ? x : ops.slice(x, { axis: 2, start, end });
    return block(rows(q, start), rows(k, 0), rows(v, 0), causalMask(start, end));
  });
  return ops.concat(parts, { axis: 2 });
}

/** Queries that share the keys they see; smaller blocks leave out more, but are more nodes. */
const BLOCK = 128;

/**
 * With P = softmax(s·q·kᵀ + mask), o = P·v and g = ∂loss/∂o: ∂v = Pᵀ·g, ∂S = P∘(g·vᵀ − Σ g∘o),
 * ∂q = s·∂S·k, ∂k = s·∂Sᵀ·q; the sum is over `dim`.
 */
function block(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | undefined): Tensor {
  const scale = 1 / Math.sqrt(q.shape[3]);
  const logits = ops.matmul(q, k, { transposeB: true, scale });
  const weights = ops.softmax(mask ? ops.add(logits, mask) : logits);
  return compose(
    [q, k, v],
    () => ops.matmul(weights, v),
    (g, output) => {
      const total = ops.sum(ops.mul(g, output), { axes: [-1], keepAxes: true });
      const dWeights = ops.matmul(g, v, { transposeB: true });
      const dLogits = ops.mul(weights, ops.sub(dWeights, total));
      const dq = ops.matmul(dLogits, k, { scale });
      const dk = ops.matmul(q, dLogits, { transposeA: true, scale });
      const dv = ops.matmul(g, weights, { transposeA: true });
      return [dq, swapped(dk), swapped(dv)];
    },
  );
}

/** `[…, dim, keys]` to `[…, keys, dim]`: a product of few rows is faster than one of few columns. */
const swapped = (x: Tensor) => ops.transpose(x, { order: [0, 1, 3, 2] });

/** 0 for keys up to a query's place, −1e9 for later ones: `[end − start, end]`. */
function causalMask(start: number, end: number): Tensor {
  const queries = ops.slice(ops.range({ size: end }), { axis: 0, start, end });
  const later = ops.greater(
    ops.range({ size: end }),
    ops.reshape(queries, { shape: [end - start, 1] }),
  );
  return ops.where(later, -1e9, 0);
}

/**
 * Attention over keys and values that come in parts, one after the other: as `scaledDotProduct` over
 * all of them, without putting them together.
 */
export function attendToParts(
  q: Tensor,
  parts: readonly KeyValues[],
  visible: "all" | Tensor,
): Tensor {
  if (parts.length === 1) return scaledDotProduct(q, parts[0].keys, parts[0].values, visible);
  const scaled = scaledByItself(q, 1 / Math.sqrt(q.shape[3]));
  const logits = ops.concat(
    parts.map(({ keys }) => ops.matmul(scaled, keys, { transposeB: true })),
    { axis: 3 },
  );
  const weights = ops.softmax(visible === "all" ? logits : ops.add(logits, visible));
  let start = 0;
  return parts.map(({ values }) => {
    const end = start + values.shape[2];
    const own = ops.slice(weights, { axis: 3, start, end });
    start = end;
    return ops.matmul(own, values);
  }).reduce((a, b) => ops.add(a, b));
}

/**
 * scale·q, for a product of its own: ONNX Runtime would make the scale a part of the products, and
 * those of one query are two to three times as fast without.
 */
function scaledByItself(q: Tensor, scale: number): Tensor {
  const flat = ops.reshape(q, { shape: [elements(q.shape)] });
  return ops.reshape(ops.mul(flat, scale), { shape: q.shape });
}
