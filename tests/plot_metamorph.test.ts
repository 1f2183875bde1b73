/** Figures of continuous visual tokens: pictures that unfold, cosines by position, heat maps. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type CosinePoint, cosines, heatMap, unfolding } from "../lib/plot/mod.ts";
import { evenly } from "../lib/plot/evenly.ts";
import { elements, type PageElement, pixels, plain, texts } from "./plot_reading.ts";

/** Pictures that become redder with each of `tokens` tokens. */
const reddening = (tokens: number) =>
  Array.from({ length: tokens + 1 }, (_, k) => plain(Math.round(200 * k / tokens), 30, 30));

const placed = (element: PageElement) =>
  (element.getAttribute("transform")?.match(/[\d.]+/g) ?? []).map(Number);

Deno.test("a picture unfolds from no token to all of them, in order, under its caption", async () => {
  const figure = unfolding([
    { caption: "a red wall", pictures: reddening(2) },
    { caption: "a red wall, true tokens", pictures: reddening(2).toReversed() },
  ]);
  assert.deepEqual(texts(figure), [
    ...["0 tokens", "1", "2 tokens"],
    ...["a red wall", "a red wall, true tokens"],
  ]);
  const { at } = await pixels(figure);
  const [first, second] = elements(figure, `svg > svg[x="16"]`).map((row) =>
    Number(row.getAttribute("y"))
  );
  for (const [k, red] of [0, 100, 200].entries()) {
    const x = 16 + 52 + k * (104 + 6);
    assert.deepEqual(at(x, first + 70), [red, 30, 30]);
    assert.deepEqual(at(x, second + 70), [200 - red, 30, 30]);
  }
});

Deno.test("cosines stand under the pictures of their tokens, as numbers and as bars", async () => {
  const figure = unfolding([
    { caption: "a red wall", pictures: reddening(3), cosines: [0.5, 1, -0.25] },
    { caption: "no cosines", pictures: reddening(3) },
  ]);
  const said = texts(figure);
  assert.deepEqual(said.slice(4, 8), ["a red wall", "0.50", "1.00", "−0.25"]);
  assert.match(said.slice(9).join(" "), /cosine of its last token, predicted against true/);
  const widths = elements(figure, ".cosine").map((bar) => Number(bar.getAttribute("width")));
  assert.deepEqual(widths.map((width) => width / 104), [0.5, 1]);
  const bars = elements(figure, `svg:has(> .scale)`);
  assert.equal(bars.length, 3);
  await pixels(figure);
});

Deno.test("a cosine has a minus that is one, and none where it is nothing", () => {
  const values = [-0.004, -0.25];
  const unfolded = texts(unfolding([{ caption: "", pictures: reddening(2), cosines: values }]));
  for (const word of ["0.00", "−0.25"]) assert.ok(unfolded.includes(word), `${unfolded}`);
  const labelled = [0, 1].flatMap((i) => texts(cosines(byPosition("own", values.slice(i, i + 1)))));
  for (const word of ["own 0.00", "own −0.25"]) assert.ok(labelled.includes(word), `${labelled}`);
});

Deno.test("of many tokens some are shown, each with its own number, the first and last among them", async () => {
  const values = Array.from({ length: 64 }, (_, i) => (i + 1) / 64);
  const figure = unfolding([{ caption: "a wall", pictures: reddening(64), cosines: values }]);
  const said = texts(figure);
  assert.equal(elements(figure, "image").length, 17);
  assert.deepEqual([said[0], said[1], said[16]], ["0 tokens", "4", "64 tokens"]);
  assert.deepEqual(said.slice(18, 21), [4 / 64, 8 / 64, 12 / 64].map((x) => x.toFixed(2)));
  const { at } = await pixels(figure);
  const middle = (column: number) => at(16 + 29 + column * (58 + 6), 16 + 18 + 50);
  assert.deepEqual([1, 8, 16].map((column) => middle(column)[0]), [13, 100, 200]);
  const { length } = elements(unfolding([{ caption: "", pictures: reddening(16) }]), "image");
  assert.equal(length, 17);
});

Deno.test("rows that do not fit together are refused, and said which", () => {
  const row = { caption: "a wall", pictures: reddening(2) };
  assert.throws(() => unfolding([]), /Expected pictures to show, but found none/);
  assert.throws(() => unfolding([{ caption: "a wall", pictures: [] }]), /but found none/);
  assert.throws(
    () => unfolding([row, { caption: "a key", pictures: reddening(3) }]),
    /Expected 3 pictures in each row, but found 4 of "a key"/,
  );
  assert.throws(
    () => unfolding([{ ...row, cosines: [1, 1, 1] }]),
    /Expected a cosine for each of 2 tokens, but found 3 of "a wall"/,
  );
  assert.throws(
    () => unfolding([{ ...row, cosines: [1, NaN] }]),
    /Expected cosines from -1 to 1, but found NaN of "a wall" at position 2/,
  );
});

Deno.test("a few of many numbers keep the ends and one step", () => {
  fc.assert(fc.property(
    fc.nat(200),
    fc.nat(300),
    fc.integer({ min: 2, max: 20 }),
    (first, length, most) => {
      const some = evenly(first, first + length, most);
      assert.ok(some.length <= most);
      assert.deepEqual([some[0], some.at(-1)], [first, first + length]);
      const steps = some.slice(1).map((x, i) => x - some[i]);
      assert.ok(steps.every((step, i) => step === steps[0] || i === steps.length - 1));
      if (length < most) assert.equal(some.length, length + 1);
    },
  ));
});

const byPosition = (name: string, values: readonly number[], interval = 0): CosinePoint[] =>
  values.map((cosine, i) => ({
    name,
    position: i + 1,
    cosine,
    ...(interval > 0 ? { low: cosine - interval, high: cosine + interval } : {}),
  }));

Deno.test("cosines by position have a line a name, and bands where there are intervals", async () => {
  const points = [
    ...byPosition("true prefixes", [0.8, 0.9, 0.98], 0.05),
    ...byPosition("its own predictions", [0.8, 0.75, 0.7]),
  ];
  const figure = cosines(points, { title: "Two ways" });
  assert.equal(elements(figure, `g[aria-label="line"] path`).length, 2);
  assert.equal(elements(figure, `g[aria-label="area"] path`).length, 1);
  assert.equal(elements(figure, "circle").length, 6);
  const said = texts(figure);
  for (
    const word of ["Two ways", "true prefixes 0.98", "its own predictions 0.70", "1", "2", "3"]
  ) {
    assert.ok(said.includes(word), `${word} is missing`);
  }
  const lines = (order: readonly CosinePoint[]) =>
    elements(cosines(order), `g[aria-label="line"] path`).map((line) => line.getAttribute("d"));
  assert.deepEqual(new Set(lines(points.toReversed())), new Set(lines(points)));
  await pixels(figure);
});

Deno.test("the axis of cosines reaches from nothing to one, and below only where they do", () => {
  const axis = (points: readonly CosinePoint[]) =>
    elements(cosines(points), `g[aria-label="y-axis tick label"] text`)
      .map(({ textContent }) => Number(textContent.replace("−", "-")));
  const ends = (values: readonly number[]) => [Math.min(...values), Math.max(...values)];
  assert.deepEqual(ends(axis(byPosition("high", [0.9, 0.95]))), [0, 1]);
  assert.deepEqual(ends(axis(byPosition("low", [-0.5, 0.5]))), [-0.4, 1]);
});

Deno.test("a single position shows its dots and intervals", async () => {
  const figure = cosines([...byPosition("a", [0.9], 0.1), ...byPosition("b", [0.4], 0.1)]);
  assert.equal(elements(figure, "circle").length, 2);
  assert.equal(elements(figure, `g[aria-label="rule"] line`).length, 2);
  await pixels(figure);
});

Deno.test("names of lines that end together stand clear of each other, none above the chart", () => {
  const points = ["a", "b", "c", "d", "e"].flatMap((name, i) =>
    byPosition(name, [0.9, 0.99 - i / 1000])
  );
  const labels = elements(cosines(points), `g[aria-label="text"] text`);
  const heights = labels.map((label) => placed(label)[1]).sort((a, b) => a - b);
  const top = Math.min(
    ...elements(cosines(points), `g[aria-label="y-axis tick label"] text`)
      .map((label) => placed(label)[1]),
  );
  assert.equal(heights.length, 5);
  assert.ok(heights[0] >= top - 1, `a label at ${heights[0]}, the axis ends at ${top}`);
  heights.slice(1).forEach((height, i) => assert.ok(height - heights[i] > 11, `${heights}`));
});

Deno.test("what are no cosines by position is refused by name", () => {
  const point = { name: "seed 0", position: 2, cosine: 0.5 };
  const refused = (...points: readonly CosinePoint[]) => () => cosines(points);
  assert.throws(refused(), /Expected cosines to draw, but found none/);
  const cosine = /Expected cosines from -1 to 1, but found (NaN|1.5) of "seed 0" at position 2/;
  assert.throws(refused({ ...point, cosine: NaN }), cosine);
  assert.throws(refused({ ...point, cosine: 1.5 }), cosine);
  assert.throws(refused({ ...point, position: 0 }), /positions from 1, but found 0 of "seed 0"/);
  assert.throws(refused({ ...point, low: 0.4 }), /interval .* found 0.4 to undefined of "seed 0"/);
  assert.throws(refused({ ...point, low: NaN, high: 1 }), /interval .* found NaN to 1/);
  assert.throws(refused(point, point), /but found two of "seed 0" at position 2/);
  cosines([{ ...point, cosine: 1.0000002 }]);
});

Deno.test("a heat map writes each value where it was measured, numbers in their order", async () => {
  const figure = heatMap([
    { x: 20_000, y: 0, value: 0.5, spread: 0.03 },
    { x: 200, y: 0, value: 0.25 },
    { x: 20_000, y: 5000, value: 0.75, spread: 0.04 },
  ], { x: "drawing samples", y: "reading samples", title: "GenEval" });
  const said = texts(figure);
  for (const word of ["GenEval", "drawing samples", "reading samples", "± 0.03", "± 0.04"]) {
    assert.ok(said.includes(word), `${word} is missing`);
  }
  const across = elements(figure, `g[aria-label="x-axis tick label"] text`);
  assert.deepEqual(across.map(({ textContent }) => textContent), ["200", "20,000"]);
  const at = (word: string) =>
    placed(elements(figure, "text").find(({ textContent }) => textContent === word)!);
  assert.ok(at("0.25")[0] < at("0.50")[0]);
  assert.equal(at("0.50")[0], at("0.75")[0]);
  assert.ok(at("0.75")[1] < at("0.50")[1], "more is higher up");
  const darkness = elements(figure, `g[aria-label="cell"] rect`)
    .flatMap((cell) => cell.getAttribute("fill")?.match(/\d+/g)?.map(Number) ?? []);
  assert.equal(darkness.length, 9);
  const [half, least, most] = [darkness[0], darkness[3], darkness[6]];
  assert.ok(most < half && half < least && least < 255, `red of ${darkness}`);
  await pixels(figure);
});

Deno.test("a heat map of names keeps their order, and values that are all alike are drawn", async () => {
  const figure = heatMap(
    ["cosine", "L1"].flatMap((x) => ["drawing", "reading"].map((y) => ({ x, y, value: -12.34 }))),
    { x: "loss", y: "ability" },
  );
  const labels = (axis: string) =>
    elements(figure, `g[aria-label="${axis}-axis tick label"] text`)
      .map(({ textContent }) => textContent);
  assert.deepEqual([labels("x"), labels("y")], [["cosine", "L1"], ["drawing", "reading"]]);
  assert.equal(texts(figure).filter((word) => word === "−12.3").length, 4);
  assert.doesNotMatch(figure.svg(), /NaN/);
  await pixels(figure);
});

Deno.test("a heat map of nothing, of no numbers, or of two in one place is refused", () => {
  const axes = { x: "drawing", y: "reading" };
  const cell = { x: 1, y: 2, value: 0.5 };
  assert.throws(() => heatMap([], axes), /Expected cells to draw, but found none/);
  assert.throws(
    () => heatMap([{ ...cell, value: NaN }], axes),
    /Expected a finite value, but found NaN at drawing 1, reading 2/,
  );
  assert.throws(() => heatMap([{ ...cell, spread: Infinity }], axes), /a finite spread/);
  assert.throws(() => heatMap([cell, cell], axes), /but found two at drawing 1, reading 2/);
});

Deno.test("a figure is as wide as its heading", () => {
  const widthOf = (title?: string) =>
    Number(
      elements(
        heatMap([{ x: 1, y: 1, value: 1 }], { x: "x", y: "y", ...(title ? { title } : {}) }),
        "svg",
      )[0].getAttribute("width"),
    );
  assert.equal(widthOf("short"), widthOf());
  assert.ok(widthOf("a heading of many words".repeat(3)) > 69 * 9);
});
