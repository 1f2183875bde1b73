import assert from "node:assert/strict";
import { assessment, pictureGrid, reconstructions } from "../lib/plot/mod.ts";
import { elements, pixels, plain, texts } from "./plot_reading.ts";

const red = plain(200, 30, 30);
const blue = plain(30, 30, 200);

Deno.test("a grid shows every picture, its caption and its verdict", async () => {
  const grid = pictureGrid([
    { picture: red, title: "a red wall", mark: "good" },
    { picture: blue, title: "a red wall", mark: "bad" },
    { picture: blue },
  ], { columns: 2, scale: 10 });
  assert.equal(elements(grid, "image").length, 3);
  assert.equal(elements(grid, ".mark-good").length, 1);
  assert.equal(elements(grid, ".mark-bad").length, 1);
  assert.equal(texts(grid).join(" "), "a red wall a red wall");
  const drawn = await pixels(grid);
  assert.deepEqual(drawn.at(16 + 40, 16 + 40), [200, 30, 30]);
  assert.deepEqual(drawn.at(16 + 80 + 14 + 40, 16 + 40), [30, 30, 200]);
});

Deno.test("pictures of different sizes stand in one grid", async () => {
  const grid = pictureGrid([{ picture: plain(0, 0, 0, 4) }, { picture: red }], { scale: 10 });
  const drawn = await pixels(grid);
  assert.deepEqual(drawn.at(16 + 40, 16 + 40), [0, 0, 0]);
  assert.deepEqual(drawn.at(16 + 10, 16 + 10), [255, 255, 255]);
});

Deno.test("a grid of nothing, or without columns, is refused", () => {
  assert.throws(() => pictureGrid([]), /Expected pictures to show, but found none/);
  assert.throws(() => pictureGrid([{ picture: red }], { columns: 0 }), /found 0 and 2/);
});

Deno.test("reconstructions colour tokens by their code alone", async () => {
  const tokens = Array.from({ length: 16 }, (_, index) => index % 5);
  const figure = reconstructions([
    { picture: red, tokens, reconstruction: blue },
    { picture: blue, tokens: tokens.map((code) => code + 1), reconstruction: red },
  ]);
  assert.equal(elements(figure, "image").length, 4);
  const squares = elements(figure, ".token").map((square) => square.getAttribute("fill"));
  const colors = Map.groupBy([...tokens, ...tokens.map((code) => code + 1)], (code) => code);
  const codes = [...tokens, ...tokens.map((code) => code + 1)];
  for (const code of colors.keys()) {
    assert.equal(new Set(squares.filter((_, index) => codes[index] === code)).size, 1);
  }
  assert.equal(new Set(squares).size, colors.size);
  await pixels(figure);
});

Deno.test("reconstructions go without tokens, and refuse tokens that make no grid", () => {
  const figure = reconstructions([{ picture: red, reconstruction: blue }]);
  assert.deepEqual(texts(figure), ["picture", "reconstruction"]);
  const withTokens = (tokens: number[]) => () =>
    reconstructions([{ picture: red, tokens, reconstruction: red }]);
  assert.throws(withTokens([1, 2, 3]), /Expected tokens in a square grid, but found 3/);
  assert.throws(withTokens([1, 2, 3, -1]), /Expected codebook ids from 0, but found -1/);
});

Deno.test("an assessment shows the axes that were judged, and only those", async () => {
  const figure = assessment(red, {
    object: { score: 10, analysis: "hearts seen" },
    count: { score: 5, analysis: "two hearts seen, three asked" },
    overall: 8,
    verdict: "bad",
  }, { title: "three red hearts" });
  const said = texts(figure);
  assert.deepEqual(said.slice(0, 4), ["three red hearts", "object", "10", "hearts seen"]);
  assert.ok(said.includes("bad, 8 of 10 overall") && !said.includes("color"));
  const widths = elements(figure, ".score").map((bar) => Number(bar.getAttribute("width")));
  assert.equal(widths[1] / widths[0], 0.5);
  await pixels(figure);
});

Deno.test("what a model wrote in place of an assessment is no verdict", async () => {
  const figure = assessment(red, undefined, { title: "three red hearts" });
  assert.match(texts(figure).join(" "), /^three red hearts no assessment/);
  assert.equal(elements(figure, ".mark-good, .mark-bad, .score").length, 0);
  await pixels(figure);
});
