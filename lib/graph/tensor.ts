/** Symbolic tensors: what a model computes with while it is traced. */
import {
  type Attributes,
  type DType,
  elements,
  ONNX_DTYPE,
  show,
  type TensorType,
} from "../../kernels/mod.ts";
import type { KernelName } from "../../kernels/mod.ts";
import { inspect } from "../notebook/mod.ts";
import { type Origin, origin } from "./origin.ts";
import { brief } from "./brief.ts";

/**
 * Where a tensor comes from: given from outside, written in the graph, computed, or computed from
 * others with a gradient of its own (`compose.ts`).
 */
export type Source =
  | { readonly kind: "input"; readonly name: string }
  | { readonly kind: "constant"; readonly data: readonly number[] }
  | {
    readonly kind: "kernel";
    readonly kernel: KernelName;
    readonly inputs: readonly Tensor[];
    readonly attributes: Attributes;
  }
  | {
    readonly kind: "composed";
    readonly inputs: readonly Tensor[];
    readonly value: Tensor;
    /** ∂loss/∂input for each input, given ∂loss/∂value. */
    readonly gradient: (gradient: Tensor) => readonly (Tensor | undefined)[];
  };

let made = 0;

/** The number of the tensor that was made last. */
export const lastNumber = (): number => made;

/**
 * A value of a graph that has not run: a type and where it comes from. Operations on tensors
 * (`ops.ts`) make new tensors; nothing is computed until a graph is compiled and run.
 */
export class Tensor implements TensorType {
  /** The line of the program that made it. */
  readonly origin: Origin = origin();
  /** Tensors are numbered in the order in which they are made. */
  readonly number = ++made;

  /** Use `input`, `constant` and `ops`, which check what they are given. */
  constructor(
    readonly dtype: DType,
    readonly shape: readonly number[],
    readonly source: Source,
  ) {}

  /** Its type, and its name where it is an input: `float32[2, 3] "x"`. */
  toString(): string {
    const name = this.source.kind === "input" ? ` "${this.source.name}"` : "";
    return `${show(this)}${name}`;
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    const { source } = this;
    const how = source.kind === "kernel" ? ` by ${source.kernel}` : "";
    return `Tensor ${this}${how}`;
  }
}

/** What a tensor is computed from. */
export function inputsOf({ source }: Tensor): readonly Tensor[] {
  switch (source.kind) {
    case "kernel":
      return source.inputs;
    case "composed":
      return [...source.inputs, source.value];
    default:
      return [];
  }
}

/** Throws a TypeError where a type or a shape is none. */
function expectType(dtype: DType, shape: readonly number[]): void {
  if (typeof dtype !== "string" || !Object.hasOwn(ONNX_DTYPE, dtype)) {
    const known = Object.keys(ONNX_DTYPE).join(", ");
    throw new TypeError(`Expected a type that is one of ${known}, but found ${brief(dtype)}`);
  }
  const isShape = Array.isArray(shape) &&
    shape.every((size) => Number.isInteger(size) && size >= 0);
  if (!isShape) throw new TypeError(`Expected a shape such as [2, 3], but found ${brief(shape)}`);
}

/**
 * A value given when the graph runs: a parameter, a batch, a rate.
 *
 * @throws TypeError where the name, type or shape is none
 *
 * @example
 * ```ts
 * import { input } from "./tensor.ts";
 *
 * const x = input("x", "float32", [2, 3]);
 * if (String(x) !== 'float32[2, 3] "x"') throw new Error(String(x));
 * ```
 */
export function input(name: string, dtype: DType, shape: readonly number[]): Tensor {
  if (typeof name !== "string") throw new TypeError(`Expected a name, but found ${brief(name)}`);
  expectType(dtype, shape);
  return new Tensor(dtype, shape, { kind: "input", name });
}

/**
 * A value written into the graph: one number for all elements, or all of them, row by row.
 *
 * @throws RangeError where the numbers do not fill the shape; TypeError where the type or shape is none
 *
 * @example
 * ```ts
 * import { constant } from "./tensor.ts";
 *
 * const mask = constant([1, 0, 0, 1], "bool", [2, 2]);
 * const ones = constant(1, "float32", [2, 3]);
 * if (`${mask} ${ones}` !== "bool[2, 2] float32[2, 3]") throw new Error(`${mask} ${ones}`);
 * ```
 */
export function constant(
  data: number | readonly number[],
  dtype: DType = "float32",
  shape: readonly number[] = typeof data === "number" ? [] : [data.length],
): Tensor {
  expectType(dtype, shape);
  const values = typeof data === "number" ? [data] : data;
  if (values.length !== 1 && values.length !== elements(shape)) {
    throw new RangeError(
      `Expected ${elements(shape)} values for a constant of shape [${shape.join(", ")}], ` +
        `but found ${values.length}`,
    );
  }
  return new Tensor(dtype, shape, { kind: "constant", data: values });
}
