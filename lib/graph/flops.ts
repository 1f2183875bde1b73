/** How much arithmetic a graph asks for. */
import { elements } from "../../kernels/mod.ts";
import { sorted } from "./sorted.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Floating-point operations of a matrix product, two for each multiplication; 0 for anything else.
 *
 * @example
 * ```ts
 * import { input, matmulFlops, ops } from "./mod.ts";
 *
 * const product = ops.matmul(input("a", "float32", [2, 3]), input("b", "float32", [3, 5]));
 * if (matmulFlops(product) !== 2 * 2 * 3 * 5) throw new Error(`${matmulFlops(product)}`);
 * ```
 */
export function matmulFlops({ source, shape }: Tensor): number {
  if (source.kind !== "kernel" || source.kernel !== "matmul") return 0;
  const { inputs: [a], attributes } = source;
  return 2 * elements(shape) * a.shape.at(attributes.transposeA ? -2 : -1)!;
}

/**
 * Floating-point operations of all matrix products that the outputs need.
 *
 * @example
 * ```ts
 * import { graphFlops, input, ops } from "./mod.ts";
 *
 * const a = input("a", "float32", [4, 4]);
 * const cube = ops.matmul(ops.matmul(a, a), a);
 * if (graphFlops([cube]) !== 2 * 2 * 4 ** 3) throw new Error(`${graphFlops([cube])}`);
 * ```
 */
export function graphFlops(outputs: Iterable<Tensor>): number {
  return sorted([...outputs]).reduce((sum, tensor) => sum + matmulFlops(tensor), 0);
}
