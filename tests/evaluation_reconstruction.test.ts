/** Measures of reconstruction, and the report that holds all measures. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { popeScores } from "../lib/evaluation/pope.ts";
import { codebookUse, featureCosine, perplexity, psnr } from "../lib/evaluation/reconstruction.ts";
import { Report } from "../lib/evaluation/report.ts";

Deno.test("PSNR falls with the error and does not ask which picture comes first", () => {
  const picture = fc.uint8Array({ minLength: 12, maxLength: 12 })
    .map((data) => ({ width: 2, height: 2, data }));
  fc.assert(fc.property(picture, picture, (a, b) => {
    assert.equal(psnr(a, b), psnr(b, a));
    assert.ok(psnr(a, b) >= 0);
  }));
  const gray = (v: number) => ({ width: 1, height: 1, data: new Uint8Array([v, v, v]) });
  assert.ok(Math.abs(psnr(gray(100), gray(110)) - 28.130803608679) < 1e-9);
  assert.throws(
    () => psnr(gray(0), { width: 2, height: 1, data: new Uint8Array(6) }),
    /found 1×1 and 2×1/,
  );
});

Deno.test("codes in use, and how evenly", () => {
  fc.assert(fc.property(fc.array(fc.nat(15), { minLength: 1, maxLength: 200 }), (ids) => {
    const used = new Set(ids).size;
    assert.equal(codebookUse(ids, 16), used / 16);
    const codes = perplexity(ids, 16);
    assert.ok(codes >= 1 - 1e-9 && codes <= used + 1e-9);
  }));
  const all = Uint32Array.from({ length: 64 }, (_, i) => i % 16);
  assert.ok(Math.abs(perplexity(all, 16) - 16) < 1e-9);
  assert.throws(() => codebookUse([3, 16], 16), /Expected code 1 to be below 16, but found 16/);
  assert.throws(() => perplexity([], 16), /Expected codes, but found none/);
});

Deno.test("the cosine of features does not hang on their length", () => {
  const a = new Float32Array([1, 2, -3, 4, 0, 1]);
  assert.ok(Math.abs(featureCosine(a, a.map((v) => 5 * v), 3) - 1) < 1e-6);
  assert.ok(Math.abs(featureCosine(a, a.map((v) => -v), 2) + 1) < 1e-6);
  assert.equal(featureCosine(a, new Float32Array(6), 3), 0);
  assert.throws(() => featureCosine(a, a, 4), /a multiple of 4, but found 6 and 6/);
});

Deno.test("a report holds what was run, and refuses what cannot be", () => {
  const head = { preset: "nano", seed: 0, device: "cpu" };
  const pope = popeScores([{ expected: "yes", found: "yes" }]);
  const report = Report.parse({
    ...head,
    geneval: { single: 1, overall: 1, ceiling: { truth: 1 }, byCodes: { single: 0, overall: 0 } },
    selfEnhancement: { before: 0.5, after: 0.75, byCodes: { before: 0.5, after: 0.5 } },
    pope: { random: pope },
    stages: [{ name: "fine-tuning", samples: 64, seconds: 1, firstLoss: 4, lastLoss: 3 }],
  });
  assert.deepEqual(report.pope, { random: { accuracy: 1, f1: 1, yesRatio: 1 } });
  assert.deepEqual(Report.parse(JSON.parse(JSON.stringify(report))), report);
  assert.deepEqual(Report.parse(head), head);
  assert.ok(!Report.safeParse({ ...head, geneval: { single: 1.2 } }).success);
  assert.ok(!Report.safeParse({ preset: "nano" }).success);
});
