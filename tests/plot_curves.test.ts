/** Curves: of losses, of scores, and those that grow. */
import assert from "node:assert/strict";
import type { Bundle } from "../lib/notebook/mod.ts";
import type { TrainingEvent } from "../lib/optim/mod.ts";
import { live, type LiveOptions } from "../lib/plot/live.ts";
import { alignmentCurves, lossCurve, scoreOverTime } from "../lib/plot/mod.ts";
import { elements, type PageElement, pixels, texts } from "./plot_reading.ts";

const steps = (stage: string, count: number, loss: (step: number) => number, first = 0) =>
  Array.from({ length: count }, (_, step) => ({
    stage,
    samples: (first + step + 1) * 64,
    loss: loss(step),
  }));

const lines = (figure: ReturnType<typeof lossCurve>) =>
  elements(figure, `g[aria-label="line"] path`);

Deno.test("a loss curve has a faint and a strong line a stage, and names its stages", async () => {
  const figure = lossCurve([
    ...steps("text", 50, (step) => 5 - step / 20),
    ...steps("alignment", 50, (step) => 3 - step / 30, 50),
  ], { title: "Alignment curves" });
  assert.equal(lines(figure).length, 4);
  assert.equal(elements(figure, `g[aria-label="rule"] line`).length, 1);
  for (const word of ["Alignment curves", "text", "alignment", "samples →"]) {
    assert.ok(texts(figure).includes(word), `${word} is missing`);
  }
  await pixels(figure);
});

Deno.test("stages that count from one again follow each other", () => {
  const anew = lossCurve([...steps("a", 9, () => 1), ...steps("b", 9, () => 2)]);
  const onwards = lossCurve([...steps("a", 9, () => 1), ...steps("b", 9, () => 2, 9)]);
  assert.equal(anew.svg(), onwards.svg());
});

Deno.test("a stage too short for its name has a number and an entry in the key", () => {
  const long = "visual embedding initialisation";
  const figure = lossCurve([
    ...steps("text", 400, () => 2),
    ...steps(long, 4, () => 1, 400),
    ...steps("alignment", 400, () => 2, 404),
  ]);
  assert.ok(texts(figure).includes("2"));
  assert.ok(texts(figure).includes(`2 ${long}`));
});

Deno.test("each part of the loss has a panel of its own", () => {
  const points = steps("a", 9, () => 3).map((point) => ({ ...point, text: 1, vision: 2 }));
  const figure = lossCurve(points, { parts: ["loss", "text", "vision"] });
  for (const part of ["loss", "text", "vision"]) assert.ok(texts(figure).includes(`↑ ${part}`));
  assert.equal(lines(figure).length, 6);
});

Deno.test("panels share one axis, also where a stage does not report every part", () => {
  const figure = lossCurve([
    ...steps("language", 10, () => 3).map((point) => ({ ...point, text: 3 })),
    ...steps("alignment", 10, () => 2, 10).map((point) => ({ ...point, text: 1, picture: 2 })),
  ], { parts: ["text", "picture"] });
  const [first, second] = elements(figure, `g[aria-label="rule"] line`)
    .map((line) => line.getAttribute("x1"));
  assert.equal(first, second);
  const firstX = (line: PageElement) => Number(line.getAttribute("d")?.match(/^M([\d.]+)/)?.[1]);
  const [, , languageText, alignmentText, , alignmentPicture] = lines(figure).map(firstX);
  assert.ok(languageText < alignmentText);
  assert.equal(alignmentPicture, alignmentText);
});

Deno.test("the labels of stages of a step each do not stand on each other", () => {
  const figure = lossCurve([
    ...steps("a short one", 1, () => 3),
    ...steps("another", 1, () => 3, 1),
    ...steps("a long one", 400, () => 2, 2),
  ]);
  const at = elements(figure, `g[aria-label="text"] text`).map((label) =>
    Number(label.getAttribute("transform")?.match(/\(([\d.]+)/)?.[1])
  );
  assert.equal(at.length, 3);
  assert.ok(at[1] - at[0] > 10 && at[2] - at[1] > 10, `labels at ${at}`);
});

Deno.test("losses far apart share a logarithmic axis, which loses none of them", async () => {
  const figure = lossCurve([
    ...steps("encoder", 30, () => 5),
    ...steps("decoder", 30, () => 0.01, 30),
  ]);
  assert.ok(texts(figure).includes("0.01") && texts(figure).includes("3"));
  await pixels(figure);
});

Deno.test("ten thousand steps make a small figure", () => {
  const figure = lossCurve(steps("a", 10_000, (step) => 2 + Math.sin(step)));
  assert.ok(figure.svg().length < 40_000, `${figure.svg().length} characters`);
});

Deno.test("steps without a finite loss are left out, and a curve of none is refused", () => {
  const some = lossCurve([{ stage: "a", step: 1, loss: NaN }, { stage: "a", step: 2, loss: 1 }]);
  assert.doesNotMatch(some.svg(), /NaN/);
  assert.throws(
    () => lossCurve([]),
    /Expected points with a finite number as loss, but found none/,
  );
  assert.throws(
    () => lossCurve([{ stage: "a", step: 1, loss: 1 }], { parts: ["vision"] }),
    /as vision/,
  );
});

/** Steps of a training, which take as long as they are told. */
async function* training(count: number, milliseconds = 0): AsyncGenerator<TrainingEvent> {
  for (let step = 1; step <= count; step++) {
    if (milliseconds > 0) await new Promise((done) => setTimeout(done, milliseconds));
    const parts = step > 1 ? { text: 2, picture: 4 } : {};
    yield {
      ...{ stage: "alignment", step, steps: count, samples: 4 * step, loss: 1 / step, parts },
      ...{ gradientNorm: 1, rate: 1, seconds: step, samplesPerSecond: 4 },
    } as TrainingEvent;
  }
}

/** What is shown of a training, one time after the other. */
async function shownOf(events: AsyncIterable<TrainingEvent>, options: LiveOptions = {}) {
  const shown: Bundle[] = [];
  const display = (bundle: Bundle) => Promise.resolve(void shown.push(bundle));
  const seen: number[] = [];
  for await (const { step } of live(events, { display, ...options })) seen.push(step);
  return { shown, seen };
}

const curves = (html: string) =>
  [...html.matchAll(/src="data:image\/svg\+xml;base64,([^"]+)"/g)].map(([, data]) =>
    new TextDecoder().decode(Uint8Array.fromBase64(data))
  );

Deno.test("a training shows itself at most twice a second, and as it ended", async () => {
  const { shown, seen } = await shownOf(training(100), { title: "mine" });
  assert.deepEqual(seen, Array.from({ length: 100 }, (_, i) => i + 1));
  assert.equal(shown.length, 2);
  const last = shown[1];
  assert.match(last["text/plain"], /^alignment {2}█+ {2}100\/100 {2}loss 0\.01000 .* GiB$/);
  assert.match(curves(last["text/html"])[0], /mine/);
  const parts = await shownOf(training(3), { parts: ["text", "picture"] });
  assert.deepEqual(curves(parts.shown[0]["text/html"]), [], "no part was seen yet");
  const [curve] = curves(parts.shown.at(-1)!["text/html"]);
  assert.deepEqual(curve.match(/↑ \w+/g), ["↑ text", "↑ picture"]);
});

Deno.test("a training shows sample pictures, and what was seen before it broke down", async () => {
  let asked = 0;
  const picture = { width: 1, height: 1, data: new Uint8Array(3) };
  const samples = () => Promise.resolve([picture, { picture }].slice(0, ++asked));
  const { shown } = await shownOf(training(5), { samples, every: 2 });
  assert.equal(asked, 3, "after steps 2, 4 and 5");
  assert.equal(shown.at(-1)!["text/html"].match(/data:image\/png/g)?.length, 2);
  async function* broken() {
    yield* training(2);
    throw new Error("out of luck");
  }
  const told: Bundle[] = [];
  const display = (bundle: Bundle) => Promise.resolve(void told.push(bundle));
  await assert.rejects(async () => {
    for await (const _ of live(broken(), { display }));
  }, /out of luck/);
  assert.match(told.at(-1)!["text/plain"], /2\/2/);
});

Deno.test("scores over time have a line a name, ended by its last score", async () => {
  const points = [60, 120, 180].flatMap((seconds, at) => [
    { name: "GenEval", seconds, score: [0.3, 0.44, 0.97][at] },
    { name: "POPE", seconds, score: [0.55, 0.83, 0.98][at] },
  ]);
  const figure = scoreOverTime(points, { targets: { GenEval: 0.6 } });
  assert.equal(lines(figure).length, 2);
  assert.equal(elements(figure, "circle").length, 6);
  assert.equal(elements(figure, `g[aria-label="rule"] line`).length, 1);
  const ends = elements(figure, `g[aria-label="text"] text`);
  assert.deepEqual(ends.map(({ textContent }) => textContent).sort(), [
    "GenEval 0.97",
    "POPE 0.98",
  ]);
  const heights = ends.map((end) => Number(end.getAttribute("transform")?.split(/[,)]/)[1]));
  assert.ok(Math.abs(heights[0] - heights[1]) > 11, `labels overlap at ${heights}`);
  await pixels(figure);
  assert.throws(() => scoreOverTime([]), /found none/);
});

Deno.test("alignment curves are means over seeds in bands, a panel a task, in any order", async () => {
  const points = ["semantic", "pixel"].flatMap((name, i) =>
    ["drawing", "answers"].flatMap((task) =>
      [0, 1, 2].flatMap((seed) =>
        [100, 200, 400].map((samples) => ({
          name,
          task,
          samples,
          seed,
          score: 0.3 + 0.2 * i + samples / 2000 + 0.02 * seed,
        }))
      )
    )
  );
  const figure = alignmentCurves(points, { title: "Three seeds" });
  for (const word of ["Three seeds", "drawing", "answers", "semantic 0.52", "pixel 0.72"]) {
    assert.ok(texts(figure).includes(word), `${word} is missing`);
  }
  assert.equal(elements(figure, `g[aria-label="area"] path`).length, 4);
  assert.equal(lines(figure).length, 4);
  const paths = (order: typeof points) =>
    lines(alignmentCurves(order)).map((path) => path.getAttribute("d"));
  assert.deepEqual(new Set(paths(points.toReversed())), new Set(paths(points)));
  assert.throws(() => alignmentCurves([]), /Expected scores to draw/);
  await pixels(figure);
});
