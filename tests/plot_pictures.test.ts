/** Figures that show pictures, tokens and codes. */
import assert from "node:assert/strict";
import {
  assessment,
  codebook,
  featurePictures,
  pictureGrid,
  reconstructions,
  tokenMap,
} from "../lib/plot/mod.ts";
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

Deno.test("decoded features have a column of their own where there are any", () => {
  const figure = reconstructions([
    { picture: red, tokens: [1], features: blue, reconstruction: red },
    { picture: red, tokens: [1], reconstruction: red },
  ]);
  assert.equal(elements(figure, "image").length, 5);
  assert.deepEqual(
    new Set(texts(figure)),
    new Set(["picture", "tokens", "features", "reconstruction", "1"]),
  );
});

Deno.test("a token map draws the codes over their pictures", async () => {
  const figure = tokenMap([
    { picture: red, tokens: [5, 5, 5, 9], title: "a red wall" },
    { picture: blue, tokens: [9, 5, 5, 5] },
  ]);
  assert.equal(elements(figure, "image").length, 2);
  const squares = elements(figure, ".token").map((square) => square.getAttribute("fill"));
  assert.equal(new Set(squares).size, 2);
  assert.equal(squares[3], squares[4]);
  assert.ok(texts(figure).includes("a red wall"));
  const { at } = await pixels(figure);
  const [r, , b] = at(16 + 60, 16 + 60);
  assert.ok(r > b, "the picture shines through");
  assert.throws(() => tokenMap([]), /Expected pictures to show/);
  assert.throws(() => tokenMap([{ picture: red, tokens: [1, 2] }]), /square grid, but found 2/);
});

Deno.test("a codebook's figure says how many codes are in use, and shows what became them", async () => {
  const counts = [0, 40, 3, 0, 900, 1];
  const figure = codebook(counts, [
    { code: 4, patches: [red, red, blue] },
    { code: 1, patches: [blue] },
  ], { title: "nano" });
  for (const word of ["nano", "4 of 6 codes in use", "900×", "40×"]) {
    assert.ok(texts(figure).includes(word), `${word} is missing`);
  }
  assert.equal(elements(figure, "image").length, 4);
  await pixels(figure);
  assert.throws(() => codebook([0, 0]), /Expected codes that occur/);
});

Deno.test("like features have like colours in all pictures, unlike ones do not", () => {
  const [a, b] = [[1, 2, 3, 4, 5], [-3, 1, 0, 2, -2]];
  const pictures = featurePictures([[a, a, b, a].flat(), [b, b, a, b].flat()], { grid: 2 });
  const colors = pictures.flatMap(({ width, data }) =>
    [[0, 0], [1, 0], [0, 1], [1, 1]].map(([x, y]) => {
      const at = 3 * ((y * (width - 1)) * width + x * (width - 1));
      return data.slice(at, at + 3).join();
    })
  );
  const kinds = "aababbab".split("");
  for (const kind of ["a", "b"]) {
    assert.equal(new Set(colors.filter((_, i) => kinds[i] === kind)).size, 1);
  }
  assert.notEqual(colors[0], colors[2]);
  assert.throws(() => featurePictures([[1, 2, 3]], { grid: 2 }), /2 × 2 patches, but found 3/);
});
