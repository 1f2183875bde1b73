/** What a transformer computes where only some of its states are wanted. */
import assert from "node:assert/strict";
import { gradient, input, ops, type Tensor, toOnnx } from "../lib/graph/mod.ts";
import { ensureParameters, rowsOfEach, Scope, transformer } from "../lib/nn/mod.ts";
import { openDevice, Program, Random, StateStore } from "../lib/runtime/mod.ts";

const CONFIG = {
  hiddenSize: 16,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  intermediateSize: 24,
  queryKeyNorm: true,
};
const [BATCH, TOKENS, WIDTH] = [3, 7, CONFIG.hiddenSize];

for (const recompute of [false, true]) {
  Deno.test(`states that are read are those of all, and so is what is learned of them${recompute ? ", recomputed" : ""}`, async () => {
    using device = await openDevice("cpu", { threads: 1 });
    using store = new StateStore(device);
    const scope = new Scope();
    const x = input("x", "float32", [BATCH, TOKENS, WIDTH]);
    const read = input("read", "int32", [5]);
    const context = { visible: "causal", recompute } as const;
    const all = ops.reshape(transformer(scope, x, CONFIG, context), {
      shape: [BATCH * TOKENS, WIDTH],
    });
    const both = [
      ops.gather(all, read),
      transformer(scope, x, CONFIG, { ...context, read }),
    ];
    const weights = scope.specs().map((spec) =>
      scope.parameter(spec.name, spec.shape, spec.initializer, spec.role)
    );
    const learned = both.map((states) => {
      const loss = ops.sum(ops.mul(states, ops.mul(states, states)), {
        axes: [0, 1],
        keepAxes: false,
      });
      return gradient(loss, [x, ...weights]);
    });
    ensureParameters(store, scope.specs(), 0);
    const outputs: Record<string, Tensor> = {};
    both.forEach((states, i) => {
      outputs[`states.${i}`] = states;
      learned[i].forEach((g, j) => outputs[`gradient.${j}.${i}`] = g);
    });
    using program = await Program.compile(device, toOnnx(outputs), store);
    const rows = Int32Array.of(20, 0, 8, 8, 13); // one of them twice
    const found = await program.run({
      x: new Random(0, "x").normals(BATCH * TOKENS * WIDTH),
      read: rows,
    });
    assert.equal(found["states.1"].length, 5 * WIDTH);
    for (const name of Object.keys(found).filter((name) => name.endsWith(".0"))) {
      const other = found[name.replace(/0$/, "1")];
      found[name].forEach((value, i) => {
        assert.ok(
          Math.abs(Number(value) - Number(other[i])) < 1e-4,
          `${name}: ${value}, ${other[i]}`,
        );
      });
    }
  });
}

Deno.test("rows of each sequence, one after the other", async () => {
  using device = await openDevice("cpu", { threads: 1 });
  using store = new StateStore(device);
  const rows = rowsOfEach(3, { tokens: 7, start: 4, end: 6 });
  using program = await Program.compile(device, toOnnx({ rows }), store);
  assert.deepEqual([...(await program.run({})).rows], [4, 5, 11, 12, 18, 19]);
});
