/** The profile of a training step. */
import assert from "node:assert/strict";
import { openDevice, plot, StateStore } from "../mod.ts";
import { input, ops } from "../lib/graph/mod.ts";
import type { Scope } from "../lib/nn/mod.ts";
import { adamw, TrainStep } from "../lib/optim/mod.ts";

const BATCH = 64;

/** Mean squares of a layer's output, on a line that the profile must find. */
function losses(scope: Scope) {
  const x = input("x", "float32", [BATCH, 32]);
  const weight = scope.parameter("weight", [48, 32], { kind: "normal", deviation: 1 });
  const y = ops.matmul(x, weight, { transposeB: true });
  return { loss: ops.mean(ops.mul(y, y), { axes: [0, 1], keepAxes: false }) };
}

Deno.test("a profile finds the lines of the model, counts their work, and changes nothing", async () => {
  using device = await openDevice("cpu");
  using store = new StateStore(device);
  using trainStep = await TrainStep.compile({ device, store, losses, optimizer: adamw(), seed: 0 });
  const inputs = { x: new Float32Array(BATCH * 32).fill(0.5) };
  await trainStep.run(inputs, { step: 1, rate: 1e-2 });
  const before = await store.read("weight");
  const profile = await plot.profile({ batch: { trainStep, inputs } });
  assert.deepEqual(await store.read("weight"), before);

  const product = profile.costs.find(({ operation }) => operation === "matmul")!;
  assert.match(product.line, /^tests\/plot_profile\.test\.ts:14 in losses$/);
  assert.equal(product.flops, 2 * 2 * BATCH * 48 * 32); // the product and ∂loss/∂weight
  assert.equal(product.calls, 2);
  assert.ok(profile.share(product)! > 0);
  assert.ok(profile.secondsOutside >= 0 && profile.secondsOutside < profile.seconds);
  for (const { calls, seconds } of profile.costs) assert.ok(seconds <= calls * profile.seconds);
  const moments = profile.byLine().find(({ line }) => line.startsWith("lib/optim/transform.ts"));
  assert.ok(moments!.seconds > 0);
  assert.equal(profile.byOperation()[0].operators.length > 0, true);

  assert.match(String(profile), /matmul +tests\/plot_profile\.test\.ts:14 in losses/);
  assert.match(profile.svg(), /tests\/plot_profile\.test\.ts:14 in losses/);
  assert.ok(plot.jupyterDisplay in profile);
});
