/** The static type of a tensor: what it holds, in which shape. */

export type DType = "float32" | "float64" | "int32" | "int64" | "bool";

/** The static type of a tensor. A scalar has shape `[]`. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** `float32[2, 3]` */
export function show(type: TensorType): string {
  return `${type.dtype}[${type.shape.join(", ")}]`;
}

/** How many values a tensor of this shape holds. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
