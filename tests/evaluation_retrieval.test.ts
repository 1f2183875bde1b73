import assert from "node:assert/strict";
import fc from "fast-check";
import { retrieve } from "../lib/evaluation/retrieval.ts";
import { Random } from "../lib/runtime/mod.ts";

const vectors = (seed: number, count: number, size: number) =>
  Array.from({ length: count }, (_, i) => new Random(seed, "vector", i).normals(size));

Deno.test("what hardly differs is found, wherever it was moved as a whole", () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 2, max: 40 }), (seed, count) => {
    const gallery = vectors(seed, count, 64);
    const queries = gallery.map((row) => row.map((x, i) => 3 * x + 10 * (i % 3)));
    const { recallAt1, recallAt5, nearest } = retrieve(queries, gallery);
    assert.deepEqual([recallAt1, recallAt5], [1, 1]);
    nearest.forEach((rows, i) => assert.equal(rows[0], i));
  }));
});

Deno.test("chance finds one in as many as there are", () => {
  const count = 400;
  const { recallAt1, recallAt5 } = retrieve(vectors(1, count, 16), vectors(2, count, 16));
  assert.ok(recallAt1 < 4 / count * 2 && recallAt5 < 0.04);
});

Deno.test("ranks are those of the cosines", () => {
  const gallery = [[1, 0], [0, 1], [-1, 0], [0, -1]];
  const queries = [[0.9, 0.1], [1, 0.2], [-1, -0.1], [0.1, -1]]; // the second points at the first
  const { recallAt1, recallAt5, nearest } = retrieve(queries, gallery);
  assert.deepEqual([recallAt1, recallAt5], [0.75, 1]);
  assert.deepEqual(nearest[1].slice(0, 2), [0, 1]);
});

Deno.test("sides of different lengths, and empty ones, are refused", () => {
  assert.throws(() => retrieve([[1]], [[1], [2]]), /found 1 queries and 2 rows/);
  assert.throws(() => retrieve([], []), /found 0 queries and 0 rows/);
});
