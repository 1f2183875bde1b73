/** What a differentiable operation is: one row of the kernel table. */
import type { Ops } from "./ops.ts";
import { type DType, sameShape, show, type TensorType } from "./tensor_type.ts";

/** Attributes of an operation: plain values, known while tracing. */
export type Attributes = Readonly<Record<string, number | string | boolean | readonly number[]>>;

/** Writes ONNX nodes. Names stand for values; constants are shared. */
export interface OnnxWriter {
  /** Adds a node of the standard operator set with one output, and returns that output's name. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, number | string | readonly number[] | { float: number }>>,
  ): string;
  /** A one-dimensional int64 constant, as shapes, axes and bounds are given in ONNX. */
  ints(values: readonly number[]): string;
  /** A constant of any type, row by row. */
  constant(data: readonly number[], type: TensorType): string;
  /** A constant of rank zero. */
  scalar(value: number, dtype: DType): string;
}

/** TensorProto.DataType, as Cast takes it. */
export const ONNX_DTYPE: Readonly<Record<DType, number>> = {
  float32: 1,
  float16: 10,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** What a gradient rule sees: the operation as it was applied, and ∂loss/∂output. */
export interface Applied<V extends TensorType> {
  readonly inputs: readonly V[];
  readonly output: V;
  readonly gradient: V;
}

/**
 * One differentiable operation: its shape rule, its form in standard ONNX operators and its
 * gradient. `A` are its attributes.
 */
export interface Kernel<A extends Attributes = Attributes> {
  /** The output's type. Throws {@link KernelError} where the inputs do not fit. */
  infer(inputs: readonly TensorType[], attributes: A): TensorType;
  /** Writes the operation, and returns the name of its output. */
  onnx(
    writer: OnnxWriter,
    inputs: readonly string[],
    attributes: A,
    types: { readonly inputs: readonly TensorType[]; readonly output: TensorType },
  ): string;
  /** ∂loss/∂input for each input; undefined where no gradient flows (indices, conditions). */
  gradient<V extends TensorType>(
    ops: Ops<V>,
    applied: Applied<V>,
    attributes: A,
  ): readonly (V | undefined)[];
}

/** Inputs that an operation cannot take. */
export class KernelError extends Error {
  override name = "KernelError";
}

/** Throws a {@link KernelError} that says what was expected and found, unless the condition holds. */
export function expect(condition: boolean, expected: string, found: string): asserts condition {
  if (!condition) throw new KernelError(`Expected ${expected}, but found ${found}`);
}

/** Throws unless all of the tensors have one floating-point type. */
export function expectFloats(...types: readonly TensorType[]): void {
  const [{ dtype }] = types;
  expect(
    dtype.startsWith("float") && types.every((type) => type.dtype === dtype),
    types.length === 1 ? "a floating-point tensor" : "floating-point tensors of one type",
    types.map(show).join(" and "),
  );
}

/** An axis counted from the front, also where it was given from the back. */
export function axisOf(axis: number, rank: number): number {
  const front = axis < 0 ? axis + rank : axis;
  expect(
    Number.isInteger(axis) && front >= 0 && front < rank,
    `an axis in [-${rank}, ${rank})`,
    `${axis}`,
  );
  return front;
}

/** The common shape of two shapes that broadcast (sizes of 1 stretch, missing leading axes too). */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    expect(
      x === y || x === 1 || y === 1,
      "shapes that broadcast",
      `[${a.join(", ")}] and [${b.join(", ")}]`,
    );
    return x === 1 ? y : x;
  });
}

/** Sums a gradient over the axes along which its input was broadcast. */
export function unbroadcast<V extends TensorType>(
  ops: Ops<V>,
  gradient: V,
  shape: readonly number[],
): V {
  if (sameShape(gradient.shape, shape)) return gradient;
  const extra = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((size, i) =>
    i < extra || (shape[i - extra] === 1 && size !== 1) ? [i] : []
  );
  const summed = ops.sum(gradient, { axes, keepAxes: true });
  return ops.reshape(summed, { shape });
}
