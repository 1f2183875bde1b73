/** Retrieval: of vectors by vectors, of captions by pictures, and of pictures by captions. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { evaluateRetrieval, ranked, retrieve } from "../lib/evaluation/retrieval.ts";
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

Deno.test("what tells nothing apart finds no more than chance does", () => {
  const alike = Array.from({ length: 20 }, () => [1, 2, 3]);
  const { recallAt1, recallAt5 } = retrieve(alike, alike);
  assert.ok(Math.abs(recallAt1 - 1 / 20) < 1e-12 && Math.abs(recallAt5 - 1 / 4) < 1e-12);
  // Two of four are ahead, and the right one is one of the other two: one place is left for both.
  const scores = [[5, 5, 1, 1, 0, 0], [0, 0, 0, 0, 0, 9]];
  assert.deepEqual(ranked(scores, (query, row) => row === (query === 0 ? 3 : 5)).recallAt1, 0.5);
  const none = ranked([[1, 2, 3]], () => false);
  assert.deepEqual([none.recallAt1, none.recallAt5], [0, 0]);
});

Deno.test("equal scores are shuffled: recall is the mean over all orders", () => {
  const row = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 9 });
  fc.assert(fc.property(row, fc.nat(8), fc.nat(8), fc.integer(), (scores, one, other, seed) => {
    const right = new Set([one % scores.length, other % scores.length]);
    const { recallAt5 } = ranked([scores], (_, i) => right.has(i));
    const random = new Random(seed, "orders");
    let found = 0;
    for (let i = 0; i < 400; i++) {
      const order = random.shuffle([...scores.keys()]).sort((a, b) => scores[b] - scores[a]);
      if (order.slice(0, 5).some((i) => right.has(i))) found++;
    }
    assert.ok(Math.abs(found / 400 - recallAt5) < 0.13, `${found / 400} and ${recallAt5}`);
  }));
});

const pictureOf = (shade: number) => ({ width: 1, height: 1, data: new Uint8Array([shade, 0, 0]) });
const pairs = ["a cat", "a dog", "a red car", "a very long caption", "a cat", "a key"]
  .map((caption, shade) => ({ caption, picture: pictureOf(shade) }));

/** Likes a caption for its own picture by so much, and short captions always. */
const modelOf = (liking: number) => ({
  likelihoods: (items: readonly { picture: { data: Uint8Array }; caption: string }[]) =>
    Promise.resolve(items.map(({ picture, caption }) => {
      const own = pairs[picture.data[0]].caption === caption;
      return -4 * caption.length + (own ? liking : 0);
    })),
});

Deno.test("captions are found by pictures whatever their length, and equal ones are both right", async () => {
  const { among, captionsByPictures, picturesByCaptions } = await evaluateRetrieval(
    modelOf(1),
    pairs,
  );
  assert.equal(among, 6);
  assert.deepEqual([captionsByPictures.recallAt1, picturesByCaptions.recallAt1], [1, 1]);
  assert.equal(captionsByPictures.nearest[3][0], 3);

  // By the likelihood alone the shortest captions would come first, and no score would say so.
  const blind = await evaluateRetrieval(modelOf(0), pairs);
  for (const { recallAt1 } of [blind.captionsByPictures, blind.picturesByCaptions]) {
    assert.ok(Math.abs(recallAt1 - (4 / 6 + 2 * 2 / 6) / 6) < 1e-9, `${recallAt1}`);
  }
  await assert.rejects(evaluateRetrieval(modelOf(1), pairs.slice(1, 2)), {
    name: "RangeError",
    message: "Expected two pairs or more, but found 1",
  });
  await assert.rejects(evaluateRetrieval(modelOf(NaN), pairs), /likelihood of caption 0 and pict/);
});

Deno.test("sides of different lengths, and empty ones, are refused", () => {
  assert.throws(() => retrieve([[1]], [[1], [2]]), /found 1 queries and 2 rows/);
  assert.throws(() => retrieve([], []), /found 0 queries and 0 rows/);
});
