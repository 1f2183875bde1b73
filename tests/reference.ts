/**
 * A second, independent meaning of graphs, in float64 whatever the traced types. Gradients are
 * checked by differences of what this computes.
 */
import type { KernelName } from "../kernels/mod.ts";
import { sorted } from "../lib/graph/sorted.ts";
import type { Tensor } from "../lib/graph/tensor.ts";
import {
  type AttributesOf,
  product,
  REFERENCE,
  type Rule,
  type Value,
} from "./reference_kernels.ts";

export type { Value } from "./reference_kernels.ts";

/** The values of the outputs, given those of the inputs by name. */
export function evaluate(
  outputs: readonly Tensor[],
  inputs: Readonly<Record<string, ArrayLike<number | bigint>>>,
): Value[] {
  const values = new Map<Tensor, Value>();
  for (const tensor of sorted(outputs)) {
    const value = valueOf(tensor, values, inputs);
    if (`${value.shape}` !== `${tensor.shape}` || value.data.length !== product(value.shape)) {
      const name = tensor.source.kind === "kernel" ? tensor.source.kernel : tensor.source.kind;
      throw new Error(
        `Expected ${name} to have shape [${value.shape}] of ${value.data.length} elements, ` +
          `but found ${tensor} in the trace`,
      );
    }
    values.set(tensor, value);
  }
  return outputs.map((tensor) => values.get(tensor)!);
}

function valueOf(
  tensor: Tensor,
  values: ReadonlyMap<Tensor, Value>,
  inputs: Readonly<Record<string, ArrayLike<number | bigint>>>,
): Value {
  const { source, shape } = tensor;
  switch (source.kind) {
    case "input": {
      const data = inputs[source.name];
      if (!data) throw new Error(`Expected a value for ${tensor}, but found none`);
      return { shape, data: Float64Array.from(data, Number) };
    }
    case "constant": {
      const { data } = source;
      return {
        shape,
        data: new Float64Array(product(shape)).map((_, i) => data[data.length === 1 ? 0 : i]),
      };
    }
    case "composed":
      return values.get(source.value)!;
    case "kernel":
      return (REFERENCE[source.kernel] as Rule<KernelName>)(
        source.inputs.map((x) => values.get(x)!),
        source.attributes as AttributesOf<KernelName>,
        tensor,
      );
  }
}
