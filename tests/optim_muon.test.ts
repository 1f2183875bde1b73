/** Muon, against its formula. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { input, ops } from "../lib/graph/mod.ts";
import { type Role, sumAll } from "../lib/nn/mod.ts";
import { muon, orthogonalizeMomentum, TrainStep, type Transform } from "../lib/optim/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";

const device = await openDevice("cpu", { threads: 1 });

/** Steps on Σ p·g, whose gradients are whatever is asked for; gives what was taken off p. */
async function stepping(shape: [number, number], optimizer: Transform, role: Role = "map") {
  const name = "matrix";
  const store = new StateStore(device);
  const trainStep = await TrainStep.compile({
    device,
    store,
    losses: (scope) => {
      const matrix = scope.parameter(name, shape, { kind: "constant", value: 0 }, role);
      return { loss: sumAll(ops.mul(matrix, input("g", "float32", shape))) };
    },
    optimizer,
    seed: 0,
  });
  let step = 0;
  return {
    async take(g: Float32Array) {
      const before = await store.read(name) as Float32Array;
      await trainStep.run({ g }, { step: ++step, rate: 1 });
      const after = await store.read(name) as Float32Array;
      return before.map((x, i) => x - after[i]);
    },
    [Symbol.dispose]() {
      trainStep[Symbol.dispose]();
      store[Symbol.dispose]();
    },
  };
}

type Matrix = number[][];
const rowsOf = (x: Float32Array, columns: number): Matrix =>
  Array.from(
    { length: x.length / columns },
    (_, i) => [...x.slice(i * columns, (i + 1) * columns)],
  );
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0)));
const turned = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]));
const plus = (a: Matrix, b: Matrix, scale = 1): Matrix =>
  a.map((row, i) => row.map((x, j) => x + scale * b[i][j]));
const scaled = (a: Matrix, by: number): Matrix => a.map((row) => row.map((x) => x * by));

/** Newton–Schulz in float64, without regard for which side is longer. */
function orthogonalizedByHand(g: Matrix): Matrix {
  let x = scaled(g, 1 / Math.hypot(...g.flat()));
  for (let step = 0; step < 5; step++) {
    const square = times(x, turned(x));
    const change = plus(scaled(square, -4.775), times(square, square), 2.0315);
    x = plus(scaled(x, 3.4445), times(change, x));
  }
  return x;
}

Deno.test("ten steps of orthogonalized momentum are those of the algorithm", async () => {
  for (const [rows, columns] of [[3, 5], [5, 3], [4, 4]]) {
    using parameter = await stepping([rows, columns], orthogonalizeMomentum());
    const random = new Random(0, "muon");
    let momentum = rowsOf(new Float32Array(rows * columns), columns);
    for (let step = 1; step <= 10; step++) {
      const g = random.normals(rows * columns);
      momentum = plus(scaled(momentum, 0.95), rowsOf(g, columns));
      const ahead = plus(rowsOf(g, columns), momentum, 0.95);
      const length = 0.2 * Math.sqrt(Math.max(rows, columns));
      const expected = scaled(orthogonalizedByHand(ahead), length).flat();
      const found = await parameter.take(g);
      expected.forEach((x, i) => {
        assert.ok(Math.abs(x - found[i]) < 2e-4, `step ${step}: ${found[i]} is not ${x}`);
      });
    }
  }
});

Deno.test("every direction of a gradient counts alike, however small it is", async () => {
  const size = 6, length = 0.2 * Math.sqrt(size);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), {
        minLength: size,
        maxLength: size,
      }),
      fc.nat(),
      async (strengths, seed) => {
        using parameter = await stepping([size, size], orthogonalizeMomentum());
        // A diagonal matrix with its rows in another order: its singular values are the strengths.
        const order = new Random(seed).shuffle(strengths.map((_, i) => i));
        const g = new Float32Array(size * size);
        order.forEach((column, row) => g[row * size + column] = strengths[row]);
        const update = await parameter.take(g);
        update.forEach((x, i) => {
          const isDirection = g[i] !== 0;
          const share = Math.abs(x) / length;
          assert.ok(isDirection ? share > 0.4 && share < 1.3 : share < 1e-3, `${share} at ${i}`);
        });
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("tables take Adam's steps, matrices Muon's", async () => {
  const g = Float32Array.of(0.1, -0.2, 0.3, -0.4);
  using linear = await stepping([2, 2], muon());
  using table = await stepping([2, 2], muon(), "table");
  const signs = [...await table.take(g)].map((x) => Math.round(x * 1e4) / 1e4);
  assert.deepEqual(signs, [1, -1, 1, -1], "Adam's first step is the gradient's sign");
  const lengths = [...await linear.take(g)].map(Math.abs);
  assert.ok(lengths.every((x) => x < 0.4), `${lengths}`);
});
