/** What is computed again going backward gives the same gradients. */
import assert from "node:assert/strict";
import { gradient, input, ops, type Tensor } from "../lib/graph/mod.ts";
import { checkpoint } from "../lib/graph/checkpoint.ts";
import { openDevice } from "../lib/runtime/mod.ts";
import { evaluate } from "./reference.ts";
import { runGraph } from "./run_graph.ts";

const x = input("x", "float32", [3, 4]);
const weight = input("weight", "float32", [4, 4]);
const at = {
  x: Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)),
  weight: Float32Array.from({ length: 16 }, (_, i) => Math.cos(3 * i) / 2),
};

/** Uses a parameter as it is and doubled: both get their gradient through what is computed again. */
function block(x: Tensor): Tensor {
  const hidden = ops.silu(ops.matmul(x, ops.mul(weight, 2), { transposeB: true }));
  return ops.add(x, ops.matmul(ops.softmax(hidden), weight));
}

function loss(through: (x: Tensor) => Tensor): Tensor {
  const y = through(through(x));
  return ops.sum(ops.mul(y, y), { axes: [0, 1], keepAxes: false });
}

Deno.test("what is computed again has the same value and gives the same gradients", async () => {
  const [plain, again] = [loss(block), loss((x) => checkpoint(x, block))];
  const graph = (loss: Tensor, name: string) => {
    const [dx, dw] = gradient(loss, [x, weight]);
    return { [`${name} loss`]: loss, [`${name} dx`]: dx, [`${name} dw`]: dw };
  };
  using device = await openDevice("cpu", { threads: 1 });
  const outputs = { ...graph(plain, "plain"), ...graph(again, "again") };
  const found = await runGraph(device, outputs, at);
  for (const [name, values] of Object.entries(found)) {
    const [expected] = evaluate([outputs[name.replace("again", "plain")]], at);
    values.forEach((value, i) => {
      const bound = 1e-5 * (1 + Math.abs(expected.data[i]));
      assert.ok(Math.abs(Number(value) - expected.data[i]) < bound, name);
    });
  }
});
