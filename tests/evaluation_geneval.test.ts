/** GenEval's scores, reasons and metadata. */
import assert from "node:assert/strict";
import { TASKS } from "../lib/data/caption_spec.ts";
import { geneval, genevalScores, toMetadata } from "../lib/evaluation/geneval.ts";

Deno.test("GenEval's overall is the mean of the tasks, not of the pictures", () => {
  const results = TASKS.flatMap((task, i) =>
    Array.from(
      { length: 2 * (i + 1) },
      (_, n) => ({ task, correct: task === "single" || n % 2 > 0 }),
    )
  );
  const { overall, ...tasks } = genevalScores(results);
  assert.deepEqual(tasks, {
    single: 1,
    two: 0.5,
    counting: 0.5,
    colors: 0.5,
    position: 0.5,
    attribution: 0.5,
  });
  assert.ok(Math.abs(overall - 3.5 / 6) < 1e-12);
  assert.throws(() => genevalScores([]), /Expected GenEval results, but found none/);
});

Deno.test("a reason names what is wrong, and only that", () => {
  const box = { x: 0, y: 0, width: 10, height: 10 };
  const objects = [{ concept: "cat", color: "blue", confidence: 1, box }] as const;
  const seen = { background: "sky", objects };
  const spec = { task: "colors", concept: "cat", color: "red" } as const;
  assert.deepEqual(geneval(spec, seen), { correct: false, reason: "blue seen, red asked" });
  assert.deepEqual(geneval({ ...spec, color: "blue" }, seen), { correct: true, reason: "" });
});

Deno.test("metadata is GenEval's own", () => {
  const spec = { task: "position", subject: "cat", relation: "above", object: "dog" } as const;
  assert.deepEqual(toMetadata(spec), {
    tag: "position",
    include: [{ class: "dog", count: 1 }, { class: "cat", count: 1, position: ["above", 0] }],
    exclude: [],
  });
});
