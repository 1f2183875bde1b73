/**
 * Checks the gradient graph of a whole model, run in float32 by ONNX Runtime, against differences of
 * its loss in float64.
 */
import assert from "node:assert/strict";
import { gradient, input, sorted, Tensor } from "../lib/graph/mod.ts";
import { initialValue, type Scope } from "../lib/nn/mod.ts";
import { openDevice, Random, type TensorData } from "../lib/runtime/mod.ts";
import { evaluate } from "./reference.ts";
import { runGraph } from "./run_graph.ts";

interface Checked {
  /** After tracing, holds all parameters. */
  readonly scope: Scope;
  readonly loss: Tensor;
  readonly inputs: Readonly<Record<string, TensorData>>;
  /** Beginnings of the names of parameters that do not learn. */
  readonly frozen?: readonly string[];
}

const DIRECTIONS = 3;
const STEP = 1e-5;

/**
 * Compares the derivative of the loss along random directions in the space of all parameters. A
 * direction has in each tensor the length at which that tensor's share of the derivative is near 1:
 * a gradient that is wrong in one tensor alone shows.
 *
 * What stands under `stopGradient` is held at its value, as the gradient graph promises; so also a
 * straight-through estimator is checked exactly.
 */
export async function checkGradients({ scope, loss, inputs, frozen = [] }: Checked): Promise<void> {
  const specs = scope.specs();
  const values = Object.fromEntries(specs.map((spec) => [spec.name, valueAway(spec)]));
  const at = { ...inputs, ...values };
  const learning = specs.map(({ name }) => name)
    .filter((name) => !frozen.some((start) => name.startsWith(start)));
  const gradients = await gradientsOf(scope, loss, learning, at);
  const lengths = Object.fromEntries(
    learning.map((name) => [name, Math.sqrt(gradients[name].reduce((sum, g) => sum + g * g, 0))]),
  );
  const held = hold(loss, at);
  for (let direction = 0; direction < DIRECTIONS; direction++) {
    const moves = learning.map((name) => {
      const random = new Random(direction, "direction", name);
      const length = lengths[name];
      assert.ok(length > 0, `no gradient reaches ${name}`);
      return [name, gradients[name].map(() => random.normal() / length)] as const;
    });
    const lossAt = (step: number) => {
      const moved = moves.map(([name, move]) =>
        [name, Array.from(values[name], (x, i) => x + step * move[i])] as const
      );
      return evaluate([held.loss], { ...at, ...held.inputs, ...Object.fromEntries(moved) })[0]
        .data[0];
    };
    const scale = STEP * Math.min(...Object.values(lengths));
    const expected = (lossAt(scale) - lossAt(-scale)) / (2 * scale);
    const found = moves.reduce(
      (sum, [name, move]) => move.reduce((s, d, i) => s + d * gradients[name][i], sum),
      0,
    );
    assert.ok(
      Math.abs(found - expected) < 2e-4,
      `direction ${direction}: expected a derivative of ${expected}, but found ${found}`,
    );
  }
}

/** First values, off the constants that some begin at, so that nothing is zero or one by chance. */
function valueAway(spec: ReturnType<Scope["specs"]>[number]): Float32Array {
  const random = new Random(7, spec.name);
  return initialValue(spec, 0).map((x) => x + 0.05 * random.normal());
}

async function gradientsOf(
  scope: Scope,
  loss: Tensor,
  learning: readonly string[],
  at: Readonly<Record<string, TensorData>>,
): Promise<Record<string, number[]>> {
  const derivatives = gradient(loss, learning.map((name) => scope.tensor(name)));
  const outputs = derivatives.map((derivative, i) => [`d ${learning[i]}`, derivative] as const);
  using device = await openDevice("cpu", { threads: 1 });
  const found = await runGraph(device, Object.fromEntries(outputs), at);
  return Object.fromEntries(learning.map((name) => [name, found[`d ${name}`]]));
}

/** The loss with inputs in place of what stands under `stopGradient`, and those inputs' values. */
function hold(loss: Tensor, at: Readonly<Record<string, TensorData>>) {
  const order = sorted([loss]);
  const stopped = order.filter(({ source }) =>
    source.kind === "kernel" && source.kernel === "stopGradient"
  );
  const values = evaluate(stopped, at);
  const inputs = Object.fromEntries(values.map(({ data }, i) => [`held ${i}`, data]));
  const rebuilt = new Map<Tensor, Tensor>();
  for (const tensor of order) {
    const { source, dtype, shape } = tensor;
    if (source.kind === "composed") {
      rebuilt.set(tensor, rebuilt.get(source.value)!);
    } else if (source.kind !== "kernel") {
      rebuilt.set(tensor, tensor);
    } else if (stopped.includes(tensor)) {
      rebuilt.set(tensor, input(`held ${stopped.indexOf(tensor)}`, dtype, shape));
    } else {
      const operands = source.inputs.map((x) => rebuilt.get(x)!);
      rebuilt.set(tensor, new Tensor(dtype, shape, { ...source, inputs: operands }));
    }
  }
  return { loss: rebuilt.get(loss)!, inputs };
}
