/** Agreement, ranking and intervals against their definitions. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Judgement } from "../lib/assessment/judge.ts";
import { bootstrapMean } from "../lib/evaluation/bootstrap.ts";
import { auroc, calibrationOf, cohensKappa } from "../lib/evaluation/calibration.ts";
import { Random } from "../lib/runtime/mod.ts";

Deno.test("AUROC is the share of pairs in the right order", () => {
  const row = fc.record({ score: fc.integer({ min: 0, max: 6 }), isPositive: fc.boolean() });
  fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
    const pairs = rows.filter((a) => a.isPositive).flatMap((a) =>
      rows.filter((b) => !b.isPositive).map((b) =>
        a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0
      )
    );
    const expected = pairs.reduce((sum: number, x) => sum + x, 0) / pairs.length;
    const found = auroc(rows);
    assert.ok(Math.abs(found - expected) < 1e-9 || Number.isNaN(found) && pairs.length === 0);
  }));
});

Deno.test("Cohen's kappa of a table of counts", () => {
  const table: [string, string, number][] = [
    ["yes", "yes", 20],
    ["yes", "no", 5],
    ["no", "yes", 10],
    ["no", "no", 15],
  ];
  const labels = (place: 0 | 1) => table.flatMap((row) => Array(row[2]).fill(row[place]));
  assert.ok(Math.abs(cohensKappa(labels(0), labels(1)) - 0.4) < 1e-9);
  assert.equal(cohensKappa(["a", "b"], ["b", "a"]), -1);
  assert.throws(() => cohensKappa(["a"], []), /Expected 1 labels of both, but found 0/);
});

const verdict = (verdict: "good" | "bad", confidence?: number): Judgement => ({
  assessment: { overall: verdict === "good" ? 10 : 0, verdict },
  ...(confidence === undefined ? {} : { confidence }),
});

Deno.test("what is no assessment counts against a judge, and is counted", () => {
  const { accuracy, kappa, unjudged, auroc, bins, expectedError } = calibrationOf([
    { judgement: verdict("good", 0.95), isRight: true },
    { judgement: verdict("good", 0.75), isRight: false },
    { judgement: verdict("bad", 0.05), isRight: false },
    { judgement: { said: "lovely" }, isRight: true },
  ]);
  assert.equal(accuracy, 0.5);
  assert.equal(unjudged, 1);
  assert.equal(auroc, 0.75);
  assert.ok(Math.abs(kappa - 0.2) < 1e-9, `${kappa}`);
  assert.deepEqual(bins.map(({ count }) => count), [1, 1, 1, 1]);
  assert.ok(Math.abs(expectedError - (0.05 + 0.75 + 0.05 + 0.5) / 4) < 1e-9);
  const plain = calibrationOf([
    { judgement: verdict("good"), isRight: true },
    { judgement: verdict("bad"), isRight: false },
  ]);
  assert.deepEqual([plain.auroc, plain.kappa, plain.expectedError], [1, 1, 0]);
});

Deno.test("the interval holds the true mean about as often as it says", () => {
  const random = new Random(0, "coverage");
  let held = 0;
  for (let i = 0; i < 100; i++) {
    const clusters = Array.from({ length: 12 }, () => {
      const own = 0.5 + 0.2 * random.normals(1)[0];
      return Array.from(random.normals(20), (x) => own + x);
    });
    const { mean, low, high } = bootstrapMean(clusters, { seed: i });
    assert.ok(low <= mean && mean <= high);
    if (low <= 0.5 && 0.5 <= high) held++;
  }
  assert.ok(held >= 86 && held <= 100, `${held} of 100`);
  const same = bootstrapMean([[1, 1], [1, 1]]);
  assert.deepEqual(same, { mean: 1, low: 1, high: 1 });
  assert.throws(() => bootstrapMean([[1], []]), /Expected clusters with values, but found 1, 0/);
  assert.throws(() => bootstrapMean([]), /found none/);
});
