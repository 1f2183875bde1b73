/** The training loop: rates, steps, and what stops it. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { input, ops } from "../lib/graph/mod.ts";
import {
  adamw,
  type LoopOptions,
  NonFiniteError,
  type TrainingEvent,
  trainingLoop,
  TrainStep,
} from "../lib/optim/mod.ts";
import { openDevice, StateStore } from "../lib/runtime/mod.ts";
import { contents, LINE_BATCH, lineInputs, lineStep } from "./line.ts";

const device = await openDevice("cpu", { threads: 1 });

const inputsOf = (step: number) => lineInputs("batch", step);
const compile = (store: StateStore) => lineStep(device, store);

function loopOver(trainStep: TrainStep, options: Partial<LoopOptions> = {}) {
  return trainingLoop({
    stage: "fit",
    steps: 12,
    batchSize: LINE_BATCH,
    peakRate: 0.1,
    batch: (step) => ({ trainStep, inputs: inputsOf(step) }),
    ...options,
  });
}

async function eventsOf(events: AsyncIterable<TrainingEvent>): Promise<TrainingEvent[]> {
  const seen: TrainingEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

const measured = ({ step, loss, parts, gradientNorm, rate, samples }: TrainingEvent) => ({
  step,
  loss,
  parts,
  gradientNorm,
  rate,
  samples,
});

Deno.test("a loop that begins in the middle goes on bit for bit", async () => {
  using whole = new StateStore(device);
  using trainStep = await compile(whole);
  const expected = await eventsOf(loopOver(trainStep));
  assert.deepEqual(expected.map(({ step }) => step), Array.from({ length: 12 }, (_, i) => i + 1));
  assert.ok(expected[11].loss < expected[0].loss);

  using store = new StateStore(device);
  const found: TrainingEvent[] = [];
  for (const [done, until] of [[0, 5], [5, 6], [6, 12]]) {
    using part = await compile(store);
    for await (const event of loopOver(part, { done })) {
      found.push(event);
      if (event.step === until) break;
    }
  }
  assert.deepEqual(found.map(measured), expected.map(measured));
  assert.deepEqual(await contents(store), await contents(whole));
  assert.deepEqual(await eventsOf(loopOver(trainStep, { done: 12 })), [], "nothing is left to do");
});

Deno.test("after an abort no further step is taken", async () => {
  using store = new StateStore(device);
  using trainStep = await compile(store);
  const controller = new AbortController();
  const stopped = new Error("enough");
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const { step } of loopOver(trainStep, { signal: controller.signal })) {
      seen.push(step);
      if (step === 3) controller.abort(stopped);
    }
  }, stopped);
  assert.deepEqual(seen, [1, 2, 3]);
});

Deno.test("what follows a step sees its result before its event is seen", async () => {
  using store = new StateStore(device);
  using trainStep = await compile(store);
  const order: string[] = [];
  const after: LoopOptions["after"] = async (step, { loss }) => {
    await setImmediate();
    order.push(`after ${step} ${loss}`);
  };
  for await (const { step, loss } of loopOver(trainStep, { steps: 2, after })) {
    order.push(`event ${step} ${loss}`);
  }
  assert.deepEqual(order.map((line) => line.split(" ").slice(0, 2).join(" ")), [
    "after 1",
    "event 1",
    "after 2",
    "event 2",
  ]);
  assert.equal(order[0].split(" ")[2], order[1].split(" ")[2]);
});

for (const how of ["thrown", "rejected"]) {
  Deno.test(`a batch that cannot be made (${how}) ends the loop after the steps before it`, async () => {
    using store = new StateStore(device);
    using trainStep = await compile(store);
    const seen: number[] = [];
    const torn = new Error("the file is torn");
    const batch = (step: number) => {
      if (step < 3) return Promise.resolve({ trainStep, inputs: inputsOf(step) });
      if (how === "thrown") throw torn;
      return Promise.reject(torn);
    };
    await assert.rejects(async () => {
      for await (const { step } of loopOver(trainStep, { batch })) seen.push(step);
    }, torn);
    assert.deepEqual(seen, [1, 2]);
  });
}

for (const [what, value] of [["NaN", NaN], ["an infinity", Infinity]] as const) {
  Deno.test(`${what} in a batch names a tensor, the step and the loss, and spoils nothing`, async () => {
    using store = new StateStore(device);
    using trainStep = await compile(store);
    await eventsOf(loopOver(trainStep, { steps: 2 }));
    const before = await contents(store);
    const bad = inputsOf(3);
    bad.x[4] = value;
    await assert.rejects(trainStep.run(bad, { step: 3, rate: 0.1 }), (error) => {
      assert.ok(error instanceof NonFiniteError);
      assert.match(
        error.message,
        /^Expected finite numbers in step 3, but found the gradient of "layer\.(weight|bias)" to be infinite or NaN \(loss (NaN|Infinity), rate 0\.1\); first in float32\[4, 3\] "x"$/,
      );
      return true;
    });
    assert.deepEqual(await contents(store), before);
    const { loss } = await trainStep.run(inputsOf(3), { step: 3, rate: 0.1 });
    assert.ok(Number.isFinite(loss));
  });
}

Deno.test("a batch that is no batch of the graph is refused by name", async () => {
  using store = new StateStore(device);
  using trainStep = await compile(store);
  const { x, y } = inputsOf(1);
  const run = (batch: Record<string, Float32Array>) => trainStep.run(batch, { step: 1, rate: 0 });
  await assert.rejects(run({ x }), /input "y" float32\[4, 2\]/);
  await assert.rejects(run({ x, y: y.slice(1) }), /Float32Array\(8\) for input "y"/);
  await assert.rejects(run({ x, y, z: x }), /but found "z"/);
  const loop = loopOver(trainStep, { batch: () => ({ trainStep, inputs: { x } }) });
  await assert.rejects(eventsOf(loop), /input "y" float32\[4, 2\]/);
});

Deno.test("NaN that the model makes is traced to the operation and its line", async () => {
  using store = new StateStore(device);
  using step = await TrainStep.compile({
    device,
    store,
    losses(scope) {
      const weight = scope.parameter("weight", [3], { kind: "constant", value: 1 });
      const y = ops.log(ops.sub(input("x", "float32", [3]), weight));
      return { loss: ops.sum(ops.mul(y, y), { axes: [0], keepAxes: false }) };
    },
    optimizer: adamw(),
    seed: 0,
  });
  await step.run({ x: Float32Array.of(2, 3, 4) }, { step: 1, rate: 0.1 });
  const before = await contents(store);
  await assert.rejects(step.run({ x: Float32Array.of(2, 3, -4) }, { step: 2, rate: 0.1 }), {
    name: "NonFiniteError",
    message:
      /^Expected finite numbers in step 2, .*; first in log\(float32\[3\]\) at tests\/optim_training.test.ts:\d+ in losses$/,
  });
  assert.deepEqual(await contents(store), before);
});
