/** AdamW and training steps, against the formulas. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { input, ops } from "../lib/graph/mod.ts";
import { sumAll } from "../lib/nn/mod.ts";
import {
  adamw,
  clipByGlobalNorm,
  TrainStep,
  type Transform,
  warmupCosine,
} from "../lib/optim/mod.ts";
import { type Device, openDevice, Random, StateStore } from "../lib/runtime/mod.ts";

const device: Device = await openDevice("cpu", { threads: 1 });

const SHAPES = { matrix: [2, 3], vector: [4], slow: [3, 1], frozen: [2, 2] };
const SHARES: Record<string, number> = { matrix: 1, vector: 1, slow: 0.1, frozen: 0 };
type Values = Record<string, number[]>;

/** Σ p·g: a loss whose gradients are whatever the batch says. */
function compile(store: StateStore, optimizer: Transform): Promise<TrainStep> {
  return TrainStep.compile({
    device,
    store,
    losses: (scope) => {
      const terms = Object.entries(SHAPES).map(([name, shape]) => {
        const parameter = scope.parameter(name, shape, { kind: "normal", deviation: 1 });
        return sumAll(ops.mul(parameter, input(`gradient of ${name}`, "float32", shape)));
      });
      return { loss: terms.reduce((a, b) => ops.add(a, b)) };
    },
    rateOf: (name) => SHARES[name],
    optimizer,
    seed: 0,
  });
}

async function read(store: StateStore): Promise<Values> {
  const values: Values = {};
  for (const name of Object.keys(SHAPES)) values[name] = [...await store.read(name)] as number[];
  return values;
}

function randomGradients(random: Random, deviation: number): Values {
  return Object.fromEntries(
    Object.entries(SHAPES).map(([name, shape]) => [
      name,
      [...random.normals(shape.reduce((a, b) => a * b)).map((x) => x * deviation)],
    ]),
  );
}

const batchOf = (gradients: Values) =>
  Object.fromEntries(
    Object.entries(gradients).map(([name, g]) => [`gradient of ${name}`, Float32Array.from(g)]),
  );
const normOf = (gradients: Values) =>
  Math.hypot(...Object.keys(gradients).flatMap((name) => SHARES[name] ? gradients[name] : []));

/** AdamW (arXiv 1711.05101, algorithm 2) with clipping, number by number. */
function adamwByHand(clip: number, decay: number) {
  const moments = new Map<string, { m: number; v: number }>();
  return (parameters: Values, gradients: Values, step: number, rate: number) => {
    const scale = Math.min(1, clip / normOf(gradients));
    for (const [name, values] of Object.entries(parameters)) {
      values.forEach((w, i) => {
        const moment = moments.get(`${name} ${i}`) ?? { m: 0, v: 0 };
        moments.set(`${name} ${i}`, moment);
        const g = gradients[name][i] * scale;
        moment.m = 0.9 * moment.m + 0.1 * g;
        moment.v = 0.95 * moment.v + 0.05 * g * g;
        const m = moment.m / (1 - 0.9 ** step);
        const v = moment.v / (1 - 0.95 ** step);
        const shrink = SHAPES[name as keyof typeof SHAPES].length > 1 ? decay * w : 0;
        values[i] = w - rate * SHARES[name] * (m / (Math.sqrt(v) + 1e-8) + shrink);
      });
    }
  };
}

Deno.test("twenty steps of AdamW are those of the algorithm, and frozen parameters stay", async () => {
  using store = new StateStore(device);
  using trainStep = await compile(store, adamw({ clip: 1, decay: 0.1 }));
  const expected = await read(store);
  const frozen = [...expected.frozen];
  const byHand = adamwByHand(1, 0.1);
  for (let step = 1; step <= 20; step++) {
    const gradients = randomGradients(new Random(0, "gradients", step), step % 3 ? 0.1 : 10);
    const rate = 0.2 * warmupCosine(step - 1, 20);
    const { gradientNorm } = await trainStep.run(batchOf(gradients), { step, rate });
    byHand(expected, gradients, step, rate);
    const norm = normOf(gradients);
    assert.ok(Math.abs(gradientNorm - norm) < 1e-5 * norm, "the norm is that before clipping");
    const found = await read(store);
    for (const name of Object.keys(SHAPES)) {
      found[name].forEach((x, i) => {
        const apart = Math.abs(x - expected[name][i]);
        assert.ok(apart < 2e-5, `step ${step}, ${name}[${i}]: ${apart} apart`);
      });
    }
  }
  assert.deepEqual((await read(store)).frozen, frozen, "bit for bit");
});

Deno.test("frozen parameters have no state, and their gradients do not count", async () => {
  using store = new StateStore(device);
  using trainStep = await compile(store, adamw());
  const states = ["matrix", "vector", "slow"].flatMap((name) => [
    `optimizer.first_moment.${name}`,
    `optimizer.second_moment.${name}`,
  ]);
  const kept = store.names().filter((name) => name.startsWith("optimizer."));
  assert.deepEqual(kept.sort(), states.sort());
  const silent = randomGradients(new Random(1, "gradients"), 0);
  const found = await trainStep.run(
    batchOf({ ...silent, vector: [3, 0, 0, 0], slow: [0, 4, 0], frozen: [9, 9, 9, 9] }),
    { step: 1, rate: 0 },
  );
  assert.equal(found.gradientNorm, 5);
});

Deno.test("clipping leaves short gradients as they are and makes long ones as long as allowed", async () => {
  using store = new StateStore(device);
  using trainStep = await compile(store, clipByGlobalNorm(2));
  for (const deviation of [0, 1e-3, 0.2, 1, 50, 1e6]) {
    const gradients = randomGradients(new Random(2, "gradients"), deviation);
    for (const name of Object.keys(SHAPES)) {
      store.write(name, Float32Array.from(gradients[name], () => 0));
    }
    await trainStep.run(batchOf(gradients), { step: 1, rate: -1 });
    const scale = Math.min(1, 2 / normOf(gradients));
    const found = await read(store);
    for (const name of ["matrix", "vector"]) {
      found[name].forEach((x, i) => {
        const expected = gradients[name][i] * scale;
        assert.ok(Math.abs(x - expected) <= 1e-5 * Math.abs(expected), `${x} for ${expected}`);
      });
    }
  }
});

Deno.test("the rate rises evenly to its peak, then falls to its floor and never below", () => {
  fc.assert(fc.property(
    fc.integer({ min: 100, max: 3000 }),
    fc.double({ min: 0, max: 0.5, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (steps, warmup, floor) => {
      const shares = Array.from(
        { length: steps },
        (_, step) => warmupCosine(step, steps, { warmup, floor }),
      );
      const rising = shares.filter((_, step) => step < warmup * steps);
      const falling = shares.slice(rising.length);
      rising.forEach((share, step) => {
        assert.ok(Math.abs(share - (step + 1) * rising[0]) < 1e-9 && share <= 1);
      });
      assert.ok(falling[0] > 0.99 && falling[0] <= 1, `${falling[0]} is the peak`);
      falling.slice(1).forEach((share, i) => assert.ok(share <= falling[i] && share >= floor));
      assert.ok(falling.at(-1)! < floor + 0.01);
    },
  ));
  assert.equal(warmupCosine(0, 1, { warmup: 0 }), 1, "a single step is taken at the full rate");
});
