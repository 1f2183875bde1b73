/** How much arithmetic a graph asks for. */
import { elements } from "../../kernels/mod.ts";
import { sorted } from "./sorted.ts";
import type { Tensor } from "./tensor.ts";

/** Floating-point operations of a matrix product, two for each multiplication; 0 for anything else. */
export function matmulFlops({ source, shape }: Tensor): number {
  if (source.kind !== "kernel" || source.kernel !== "matmul") return 0;
  const { inputs: [a], attributes } = source;
  return 2 * elements(shape) * a.shape.at(attributes.transposeA ? -2 : -1)!;
}

/** Floating-point operations of all matrix products that the outputs need. */
export function graphFlops(outputs: Iterable<Tensor>): number {
  return sorted([...outputs]).reduce((sum, tensor) => sum + matmulFlops(tensor), 0);
}
