/** A batch may come in any parts: two losses, each with a count of its own, divided once over all. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { input, ops } from "../lib/graph/mod.ts";
import { linear, type Scope, sumAll } from "../lib/nn/mod.ts";
import { chain, countOf, countsOf, type Inputs, TrainStep } from "../lib/optim/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";

const ROWS = 4, SIZE = 3;
const device = await openDevice("cpu", { threads: 1 });

/** Σ w·(y₀ − a)² / count(squared) + 2·Σ v·|y₁ − b| / count(absolute), as words beside pictures are. */
function losses(scope: Scope) {
  const rows = (name: string) => input(name, "float32", [ROWS]);
  const y = linear(scope, input("x", "float32", [ROWS, SIZE]), 2);
  const at = (i: number) =>
    ops.reshape(ops.slice(y, { axis: 1, start: i, end: i + 1 }), { shape: [ROWS] });
  const error = ops.sub(at(0), rows("a"));
  const squared = sumAll(ops.mul(rows("w"), ops.mul(error, error)));
  const absolute = sumAll(ops.mul(rows("v"), ops.abs(ops.sub(at(1), rows("b")))));
  const parts = {
    squared: ops.div(squared, countOf("squared")),
    absolute: ops.div(absolute, countOf("absolute")),
  };
  return { loss: ops.add(parts.squared, ops.mul(parts.absolute, 2)), parts };
}

interface Row {
  readonly x: readonly number[];
  readonly a: number;
  readonly b: number;
  readonly w: number;
  readonly v: number;
}

/** A part of some rows; the others count for nothing. */
function partOf(rows: readonly Row[], all: readonly Row[]): Inputs {
  const column = (of: (row: Row) => number) =>
    Float32Array.from({ length: ROWS }, (_, i) => i < rows.length ? of(rows[i]) : 0);
  const x = new Float32Array(ROWS * SIZE);
  rows.forEach((row, i) => x.set(row.x, i * SIZE));
  const count = (of: (row: Row) => number) => all.reduce((sum, row) => sum + of(row), 0);
  return {
    x,
    a: column(({ a }) => a),
    b: column(({ b }) => b),
    w: column(({ w }) => w),
    v: column(({ v }) => v),
    ...countsOf({ squared: count(({ w }) => w), absolute: count(({ v }) => v) }),
  };
}

/** Loss, its parts, and the gradient: what plain descent takes off. */
async function gradientOf(parts: readonly Inputs[]) {
  using store = new StateStore(device);
  using step = await TrainStep.compile({
    device,
    store,
    losses,
    optimizer: chain(),
    seed: 0,
    accumulate: true,
  });
  const before = Float32Array.from(await store.read("weight") as Float32Array);
  const { loss, parts: told } = await step.run(parts, { step: 1, rate: 1 });
  const after = await store.read("weight") as Float32Array;
  return [loss, told.squared, told.absolute, ...before.map((x, i) => x - after[i])];
}

Deno.test("any split of a batch gives the same losses and gradients", async () => {
  const random = new Random(0, "parts");
  const all = Array.from({ length: 8 }, (_, i): Row => ({
    x: [...random.normals(SIZE)],
    a: random.normals(1)[0],
    b: random.normals(1)[0],
    w: Number(i % 3 !== 0),
    v: Number(i === 1 || i === 6),
  }));
  const halves = await gradientOf([partOf(all.slice(0, 4), all), partOf(all.slice(4), all)]);
  const split = fc.array(fc.integer({ min: 1, max: ROWS }), { minLength: 8, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(split, async (sizes) => {
      const parts: Inputs[] = [];
      for (let start = 0; start < all.length; start += sizes[parts.length - 1]) {
        parts.push(partOf(all.slice(start, start + sizes[parts.length]), all));
      }
      const found = await gradientOf(parts);
      found.forEach((x, i) =>
        assert.ok(Math.abs(x - halves[i]) < 1e-6, `${i}: ${x}, ${halves[i]}`)
      );
    }),
    { numRuns: 20 },
  );
});
