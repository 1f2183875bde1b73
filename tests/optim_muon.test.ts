/** Muon, against its formula. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { input, ops } from "../lib/graph/mod.ts";
import { type Role, sumAll } from "../lib/nn/mod.ts";
import { muon, orthogonalizeMomentum, TrainStep, type Transform } from "../lib/optim/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";

const device = await openDevice("cpu", { threads: 1 });

type Shape = [rows: number, columns: number];

/** Steps on Σ p·g, whose gradients are whatever is asked for; gives what was taken off p. */
async function stepping(shape: Shape, optimizer: Transform, role: Role = "map") {
  const together = await steppingTogether([shape], optimizer, role);
  return {
    take: async (g: Float32Array) => (await together.take([g]))[0],
    [Symbol.dispose]: together[Symbol.dispose],
  };
}

/** The same of several matrices. */
async function steppingTogether(shapes: Shape[], optimizer: Transform, role: Role = "map") {
  const store = new StateStore(device);
  const trainStep = await TrainStep.compile({
    device,
    store,
    losses: (scope) => {
      const products = shapes.map((shape, i) => {
        const matrix = scope.parameter(`p${i}`, shape, { kind: "constant", value: 0 }, role);
        return sumAll(ops.mul(matrix, input(`g${i}`, "float32", shape)));
      });
      return { loss: products.reduce((sum, product) => ops.add(sum, product)) };
    },
    optimizer,
    seed: 0,
  });
  const read = async () =>
    await Promise.all(shapes.map((_, i) => store.read(`p${i}`))) as Float32Array[];
  let step = 0;
  return {
    async take(gradients: readonly Float32Array[]) {
      const before = await read();
      const inputs = Object.fromEntries(gradients.map((g, i) => [`g${i}`, g]));
      await trainStep.run(inputs, { step: ++step, rate: 1 });
      const after = await read();
      return before.map((own, i) => own.map((x, k) => x - after[i][k]));
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

/** In float64, without regard for which side is longer. */
function orthogonalizedByHand(g: Matrix): Matrix {
  let x = scaled(g, 1 / Math.hypot(...g.flat()));
  for (
    const [a, b, c] of [
      [8.0934, -23.6204, 17.4462],
      [3.6366, -2.7219, 0.5365],
      [2.6613, -1.9772, 0.4526],
    ]
  ) {
    const square = times(x, turned(x));
    x = plus(scaled(x, a), times(plus(scaled(square, b), times(square, square), c), x));
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

Deno.test("matrices that go through the same products move as each does alone", async () => {
  const shapes: Shape[] = [[3, 5], [4, 4], [5, 3], [3, 5]];
  using together = await steppingTogether(shapes, orthogonalizeMomentum());
  using own = new DisposableStack();
  const alone = [];
  for (const shape of shapes) {
    alone.push(own.use(await stepping(shape, orthogonalizeMomentum())));
  }
  const random = new Random(0, "several");
  for (let step = 1; step <= 3; step++) {
    const gradients = shapes.map(([rows, columns]) => random.normals(rows * columns));
    const found = await together.take(gradients);
    for (const [i, one] of alone.entries()) {
      const expected = await one.take(gradients[i]);
      expected.forEach((x, k) => assert.ok(Math.abs(x - found[i][k]) < 1e-5, `matrix ${i}`));
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
          assert.ok(isDirection ? share > 0.72 && share < 1.28 : share < 1e-3, `${share} at ${i}`);
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
