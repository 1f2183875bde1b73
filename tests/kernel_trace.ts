/** Applications of kernels as graphs, and their comparison with the reference. */
import assert from "node:assert/strict";
import { show } from "../kernels/mod.ts";
import { constant, gradient, input, ops, type Tensor } from "../lib/graph/mod.ts";
import type { TensorData } from "../lib/runtime/device.ts";
import type { Case } from "./kernel_cases.ts";
import type { Value } from "./reference.ts";
import { dataOf } from "./run_graph.ts";

/** A case as a graph: the output, and the gradients of a weighted sum of its elements. */
export class Trace {
  readonly inputs: readonly Tensor[];
  readonly data: Record<string, TensorData> = {};
  readonly output: Tensor;
  readonly loss: Tensor;
  readonly differentiable: readonly Tensor[];
  readonly gradients: readonly Tensor[];

  constructor(readonly of: Case, dtype: "float32" | "float64", prefix = "x") {
    this.inputs = of.args.map((arg, i) =>
      input(`${prefix}${i}`, arg.dtype === "float" ? dtype : arg.dtype, arg.shape)
    );
    of.args.forEach(({ data }, i) => {
      this.data[`${prefix}${i}`] = dataOf(this.inputs[i], data);
    });
    this.output = of.apply(...this.inputs);
    const { shape } = this.output;
    const count = shape.reduce((a, b) => a * b, 1);
    const weights = Array.from({ length: count }, (_, i) => 1 + (i * 7 % 5) / 4);
    this.loss = ops.sum(
      ops.mul(ops.cast(this.output, { dtype }), constant(weights, dtype, shape)),
      { axes: shape.map((_, i) => i), keepAxes: false },
    );
    this.differentiable = this.inputs.filter((_, i) =>
      of.args[i].dtype === "float" && !of.args[i].fixed
    );
    this.gradients = gradient(this.loss, this.differentiable);
  }

  /** All that is compared, by name. */
  outputs(prefix: string): Record<string, Tensor> {
    return Object.fromEntries(
      [this.output, ...this.gradients].map((tensor, i) => [`${prefix}${i}`, tensor]),
    );
  }

  toString(): string {
    return `(${this.inputs.join(", ")}) -> ${show(this.output)}`;
  }
}

export function assertClose(
  found: ArrayLike<number>,
  expected: Value,
  tolerance: number,
  what: string,
) {
  assert.equal(found.length, expected.data.length, `${what}: number of elements`);
  const scale = expected.data.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  expected.data.forEach((x, i) => {
    assert.ok(
      Math.abs(found[i] - x) <= tolerance * scale,
      `${what}: expected ${x} at ${i}, but found ${found[i]}`,
    );
  });
}
