/** The flow from a condition to codes: what it learns is drawn, and its gradients are right. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { constant, input, toOnnx } from "../lib/graph/mod.ts";
import { meanAll, Scope } from "../lib/nn/mod.ts";
import { adamw, TrainStep } from "../lib/optim/mod.ts";
import { openDevice, Program, Random, StateStore } from "../lib/runtime/mod.ts";
import {
  flowLosses,
  flowStep,
  flowTime,
  flowTimes,
  type LatentFlowConfig,
} from "../lib/vision/decoders/latent_flow.ts";
import { apart } from "./full_forward.ts";
import { checkGradients } from "./gradient_check.ts";

const device = await openDevice("cpu", { threads: 1 });
const CONFIG: LatentFlowConfig = {
  latents: 4,
  latentSize: 3,
  conditions: 2,
  conditionSize: 5,
  hiddenSize: 16,
  layers: 1,
  heads: 2,
};
const { latents, latentSize, conditions, conditionSize } = CONFIG;
const CODES = Array.from({ length: 5 }, (_, i) => [...new Random(i, "codes").normals(latentSize)]);
const codes = constant(CODES.flat(), "float32", [CODES.length, latentSize]);

/** Inputs of a flow over `batch` pictures. */
const inputsOf = (batch: number) => ({
  ids: input("ids", "int32", [batch * latents]),
  noise: input("noise", "float32", [batch, latents, latentSize]),
  t: input("t", "float32", [batch]),
  known: input("known", "float32", [batch]),
});

Deno.test("the times of a flow go from 0 to 1, and it learns at times between", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 200 }), (steps) => {
    const times = flowTimes(steps);
    assert.equal(times.length, steps + 1);
    assert.deepEqual([times[0], times.at(-1)], [0, 1]);
    for (const [i, time] of times.slice(1).entries()) assert.ok(time > times[i]);
  }));
  for (const normal of new Random(0, "times").normals(1000)) {
    const t = flowTime(normal);
    assert.ok(t > 0 && t < 1, `${t}`);
  }
});

Deno.test("a flow's gradients, of its parameters and of what it is drawn from", async () => {
  const batch = 3;
  const random = new Random(0, "gradients");
  const scope = new Scope();
  // As a parameter the condition is checked, too: a language model learns through it.
  const condition = scope.parameter("condition", [batch, conditions, conditionSize], {
    kind: "normal",
    deviation: 1,
  });
  const losses = flowLosses(scope.at("flow"), codes, condition, inputsOf(batch), CONFIG);
  await checkGradients({
    scope,
    loss: meanAll(losses),
    inputs: {
      ids: Int32Array.from({ length: batch * latents }, () => random.integer(CODES.length)),
      noise: random.normals(batch * latents * latentSize),
      t: Float32Array.of(0, 0.4, 0.9),
      known: Float32Array.of(1, 1, 0),
    },
  });
});

Deno.test("a flow draws what it learned of each condition, and without one by chance", async () => {
  using store = new StateStore(device);
  const batch = 16;
  const random = new Random(0, "learning");
  const ids = [[0, 1, 2, 3], [4, 3, 3, 0]];
  const said = ids.map(() => random.normals(conditions * conditionSize));
  const condition = (batch: number) =>
    input("condition", "float32", [batch, conditions, conditionSize]);
  using step = await TrainStep.compile({
    device,
    store,
    losses: (scope) => ({
      loss: meanAll(flowLosses(scope, codes, condition(batch), inputsOf(batch), CONFIG)),
    }),
    optimizer: adamw(),
    seed: 0,
  });
  const STEPS = 1000;
  const rowsOf = (make: (row: number) => Iterable<number>) =>
    Float32Array.from(Array.from({ length: batch }, (_, row) => [...make(row)]).flat());
  for (let i = 1; i <= STEPS; i++) {
    await step.run({
      ids: Int32Array.from(rowsOf((row) => ids[row % 2])),
      condition: rowsOf((row) => said[row % 2]),
      noise: random.normals(batch * latents * latentSize),
      t: rowsOf(() => [flowTime(random.normal())]),
      known: rowsOf(() => [random.uniform() < 0.3 ? 0 : 1]),
    }, { step: i, rate: 1e-2 * (1 - i / STEPS) });
  }

  const each = (name: string) => input(name, "float32", [batch]);
  const next = flowStep(new Scope(), codes, condition(batch), {
    x: input("x", "float32", [batch, latents, latentSize]),
    from: each("from"),
    to: each("to"),
    guidance: each("guidance"),
  }, CONFIG);
  using program = await Program.compile(device, toOnnx({ next }), store);
  const drawn = async (guidance: number, which: (row: number) => number) => {
    let x = random.normals(batch * latents * latentSize);
    const times = flowTimes(16);
    for (const [i, from] of times.slice(0, -1).entries()) {
      const result = await program.run({
        x,
        condition: rowsOf((row) => said[which(row)]),
        from: rowsOf(() => [from]),
        to: rowsOf(() => [times[i + 1]]),
        guidance: rowsOf(() => [guidance]),
      });
      x = result.next as Float32Array<ArrayBuffer>;
    }
    const nearest = Array.from({ length: batch * latents }, (_, at) => {
      const own = x.subarray(at * latentSize, (at + 1) * latentSize);
      const differences = CODES.map((code) => apart(own, code));
      return differences.indexOf(Math.min(...differences));
    });
    return Array.from(
      { length: batch },
      (_, row) => nearest.slice(row * latents, (row + 1) * latents),
    );
  };
  const expected = Array.from({ length: batch }, (_, row) => ids[row % 2]);
  for (const guidance of [1, 2]) {
    assert.deepEqual(await drawn(guidance, (row) => row % 2), expected);
  }
  const free = await drawn(0, () => 0);
  const count = (which: readonly number[]) => free.filter((own) => `${own}` === `${which}`).length;
  const [one, other] = ids.map(count);
  assert.ok(one > 2 && other > 2 && one + other > 12, `without a condition: ${free.join(" | ")}`);
});
