/** Figures of judgements: calibration, confusion, before and after. */
import assert from "node:assert/strict";
import { calibrationOf } from "../lib/evaluation/calibration.ts";
import { beforeAfter, calibration, confusion, differences } from "../lib/plot/mod.ts";
import { Random } from "../lib/runtime/mod.ts";
import { elements, pixels, plain, texts } from "./plot_reading.ts";

Deno.test("calibration shows how often each confidence was right", async () => {
  const random = new Random(0);
  const judged = Array.from({ length: 300 }, () => {
    const confidence = random.uniform();
    const verdict = confidence > 0.5 ? "good" : "bad";
    return {
      judgement: { assessment: { overall: 5, verdict }, confidence } as const,
      isRight: random.uniform() < confidence,
    };
  });
  const held = calibrationOf(judged);
  const figure = calibration(held, { title: "own verdicts" });
  assert.equal(elements(figure, "circle").length, held.bins.length);
  const said = texts(figure).join(" ");
  assert.match(said, /^own verdicts .*AUROC 0\.\d\d *κ 0\.\d\d *300 judgements/);
  for (const { count } of held.bins) assert.ok(said.includes(` ${count}`));
  await pixels(figure);
  assert.throws(() => calibration({ ...held, bins: [] }), /Expected judgements to draw/);
});

Deno.test("confusion shows of each truth the share that was seen as what", async () => {
  const taken = [
    ...Array(3).fill({ truth: "red", seen: "red" }),
    { truth: "red", seen: "orange" },
    { truth: "orange", seen: "orange" },
  ];
  const figure = confusion(taken, { labels: ["red", "orange", "blue"] });
  const said = texts(figure);
  for (const share of [".75", ".25", "1"]) assert.ok(said.includes(share), share);
  await pixels(figure);
  assert.throws(() => confusion(taken, { labels: ["red"] }), /among red, but found "orange"/);
  assert.throws(() => confusion([]), /found none/);
});

Deno.test("before and after show both drawings of every caption, with their verdicts", async () => {
  const pair = (caption: string) => ({
    caption,
    before: { picture: plain(200, 30, 30), mark: "bad" } as const,
    after: { picture: plain(30, 30, 200), mark: "good" } as const,
  });
  const pairs = ["a red heart", "two cats", "a key"].map(pair);
  const figure = beforeAfter(pairs, { names: ["without", "with"], columns: 2 });
  assert.equal(elements(figure, "image").length, 6);
  assert.equal(elements(figure, ".mark-bad").length, 3);
  const said = texts(figure);
  assert.deepEqual(said.filter((words) => words === "without").length, 3);
  for (const { caption } of pairs) assert.ok(said.includes(caption));
  const drawn = await pixels(figure);
  assert.deepEqual(drawn.at(16 + 40, 16 + 18 + 60), [200, 30, 30]);
  assert.deepEqual(drawn.at(16 + 112 + 6 + 40, 16 + 18 + 60), [30, 30, 200]);
  assert.throws(() => beforeAfter([]), /found none/);
  assert.throws(() => beforeAfter(pairs, { columns: 0 }), /found 0/);
});

Deno.test("differences show each seed, the mean and its interval", async () => {
  const rows = [
    {
      name: "GenEval",
      values: [0.02, 0.05, -0.01],
      interval: { mean: 0.02, low: -0.01, high: 0.05 },
    },
    { name: "POPE", values: [0], interval: { mean: 0, low: 0, high: 0 } },
  ];
  const figure = differences(rows, { title: "gains" });
  assert.equal(elements(figure, "circle").length, 3 + 1 + 2);
  const said = texts(figure);
  for (const words of ["gains", "GenEval", "+.020 [−.010, +.050]", "+.000 [+.000, +.000]"]) {
    assert.ok(said.includes(words), words);
  }
  await pixels(figure);
  assert.throws(() => differences([]), /found none/);
});
