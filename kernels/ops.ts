/**
 * The vocabulary: every operation that a model can be written in, by its signature. The kernel
 * table has one row for each; `V` is whatever stands for a tensor.
 */
import type { DType } from "./tensor_type.ts";

/**
 * Operations on values of one kind: tensors of a graph, or types alone while shapes are checked.
 */
export interface Ops<V> {
  // elementwise, with broadcasting; a number stands for a constant of the other operand's type
  /** a + b */
  add(a: V | number, b: V | number): V;
  /** a − b */
  sub(a: V | number, b: V | number): V;
  /** a · b */
  mul(a: V | number, b: V | number): V;
  /** a / b */
  div(a: V | number, b: V | number): V;
  /** 1 where a = b, else 0, as a boolean. No gradient. */
  equal(a: V | number, b: V | number): V;
  /** 1 where a > b, else 0, as a boolean. No gradient. */
  greater(a: V | number, b: V | number): V;
  /** a where the condition holds, else b. */
  where(condition: V, a: V | number, b: V | number): V;

  /** −x */
  neg(x: V): V;
  /** |x| */
  abs(x: V): V;
  /** eˣ */
  exp(x: V): V;
  /** ln x */
  log(x: V): V;
  /** √x */
  sqrt(x: V): V;
  /** tanh x */
  tanh(x: V): V;
  /** 2/√π · ∫₀ˣ e^(−t²) dt */
  erf(x: V): V;
  /** σ(x) = 1 / (1 + e⁻ˣ) */
  sigmoid(x: V): V;
  /** x·σ(x) (arXiv 1702.03118) */
  silu(x: V): V;
  /** max(x, 0) */
  relu(x: V): V;
  /** log(1 + eˣ) */
  softplus(x: V): V;
  /** The same value, but no gradient flows through it. */
  stopGradient(x: V): V;
  /** The same values as another type. */
  cast(x: V, attributes: { dtype: DType }): V;

  // over axes (default all of them), which are left out, or kept with size 1
  /** The sum of the elements. */
  sum(x: V, attributes?: { axes?: readonly number[]; keepAxes?: boolean }): V;
  /** The mean of the elements. */
  mean(x: V, attributes?: { axes?: readonly number[]; keepAxes?: boolean }): V;
  /**
   * The largest element. Its gradient goes to where that stands, in equal parts where it is there
   * twice.
   */
  max(x: V, attributes?: { axes?: readonly number[]; keepAxes?: boolean }): V;
  /** The index of the largest value along an axis, as int32. No gradient. */
  argmax(x: V, attributes: { axis: number }): V;

  /** The same elements, row by row, in another shape of as many. */
  reshape(x: V, attributes: { shape: readonly number[] }): V;
  /** Axis i of the result is axis `order[i]` of x. */
  transpose(x: V, attributes: { order: readonly number[] }): V;
  /** Repeats axes of size 1 up to a shape, as broadcasting does. */
  expand(x: V, attributes: { shape: readonly number[] }): V;
  /** Elements `start` to `end` (exclusive) along an axis. */
  slice(x: V, attributes: { axis: number; start: number; end: number }): V;
  /** Zeros before and after along an axis. */
  pad(x: V, attributes: { axis: number; before: number; after: number }): V;
  /** One after the other along an axis. */
  concat(xs: readonly V[], attributes: { axis: number }): V;

  /** 0, 1, …, size − 1 as int32. */
  range(attributes: { size: number }): V;
  /** Rows of a table `[rows, …]` by int32 indices of any shape: `[…indices, …]`. */
  gather(table: V, indices: V): V;
  /** A table `[rows, …]` of zeros to which values `[…indices, …]` are added at their rows. */
  scatterAdd(values: V, indices: V, attributes: { rows: number }): V;
  /** x `[batch, heads, slots, dim]` with values `[batch, heads, 1, dim]` in the slots that int32
   * indices `[batch]` name. */
  write(x: V, values: V, indices: V): V;
  /** x[i, indexᵢ] of each row: `[rows, columns]` and int32 `[rows]` to `[rows]`. */
  pick(x: V, indices: V): V;
  /** x with valueᵢ added to x[i, indexᵢ]: `[rows, columns]`, `[rows]` and int32 `[rows]`. */
  addAt(x: V, values: V, indices: V): V;

  /** Matrix product over the last two axes, times a scale, default 1; leading axes broadcast. */
  matmul(
    a: V,
    b: V,
    attributes?: { transposeA?: boolean; transposeB?: boolean; scale?: number },
  ): V;
  /** Softmax over the last axis. */
  softmax(x: V): V;
  /** x / √(mean(x²) + ε) · weight over the last axis (arXiv 1910.07467). */
  rmsNorm(x: V, weight: V, attributes: { epsilon: number }): V;
  /** Rotary positions (arXiv 2104.09864) of x `[batch, heads, tokens, dim]` by cos and sin
   * `[batch, tokens, dim/2]`; the halves of `dim` are the pairs, as in Llama. No gradient for cos
   * and sin. */
  rotary(x: V, cos: V, sin: V): V;
  /** −log softmax(logits)[label] for logits `[tokens, classes]` and int32 labels `[tokens]`. */
  crossEntropy(logits: V, labels: V): V;
}

/** The name of an operation. */
export type KernelName = keyof Ops<unknown>;
