/** Choosing the next token from logits. */
import type { Random } from "../runtime/mod.ts";

/** How the next token is chosen. */
export interface Sampling {
  /** 0 takes the likeliest. */
  readonly temperature: number;
  /** How many of the likeliest are sampled from. */
  readonly topK: number;
}

/**
 * Classifier-free guidance on log-probabilities: u + s·(c − u) (arXiv 2207.12598, eq. 6), over the
 * allowed ids. Scale 1 is no guidance.
 *
 * @example
 * ```ts
 * import { guided } from "./sampling.ts";
 *
 * const even = Float32Array.of(0, 0), lean = Float32Array.of(0, 1);
 * const [first, second] = guided(lean, even, 2);
 * if (Math.abs(second - first - 2) > 1e-6) throw new Error("Expected twice the lead");
 * ```
 */
export function guided(
  conditional: Float32Array,
  unconditional: Float32Array,
  scale: number,
): Float32Array {
  const c = logSoftmax(conditional);
  const u = logSoftmax(unconditional);
  return c.map((value, i) => u[i] + scale * (value - u[i]));
}

/** log softmax(logits), the natural logarithm. */
export function logSoftmax(logits: Float32Array): Float32Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = logits.reduce((sum, x) => sum + Math.exp(x - largest), 0);
  const shift = largest + Math.log(total);
  return logits.map((x) => x - shift);
}

/**
 * The index of a sample of softmax(logits / temperature), among the `topK` largest.
 *
 * @example
 * ```ts
 * import { Random } from "../runtime/mod.ts";
 * import { sample } from "./sampling.ts";
 *
 * const logits = Float32Array.of(1, 3, 2);
 * const index = sample(logits, { temperature: 1, topK: 1 }, new Random(0));
 * if (index !== 1) throw new Error(`${index}`);
 * ```
 */
export function sample(
  logits: Float32Array,
  { temperature, topK }: Sampling,
  random: Random,
): number {
  if (temperature === 0) return logits.reduce((best, x, i) => x > logits[best] ? i : best, 0);
  const order = Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a]);
  const kept = order.slice(0, topK);
  const weights = kept.map((i) => Math.exp((logits[i] - logits[kept[0]]) / temperature));
  let threshold = random.uniform() * weights.reduce((a, b) => a + b, 0);
  const chosen = weights.findIndex((weight) => (threshold -= weight) < 0);
  return kept[chosen < 0 ? kept.length - 1 : chosen];
}
