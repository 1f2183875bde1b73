/** Static types of tensors. */

/** What an element is. */
export type DType = "float16" | "float32" | "float64" | "int32" | "int64" | "bool";

/** What a tensor holds, in which shape. A scalar has shape `[]`. */
export interface TensorType {
  /** What its elements are. */
  readonly dtype: DType;
  /** Its sizes, the outermost axis first. */
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

/** Whether two shapes have the same sizes in the same order. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
