/** Which documents share a graph, by their lengths, and how often each bucket comes up. */
import assert from "node:assert/strict";
import { type DataSet, listed } from "../lib/data/data_set.ts";
import { type Document, text } from "../lib/data/document.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import { bucketsOf, Lengths, type Source } from "../lib/unified/buckets.ts";
import { unifiedStages } from "../lib/unified/mod.ts";
import { TINY, TINY_MODEL, tinyPicture } from "./tiny_model.ts";

const device = await openDevice("cpu", { threads: 1 });
const [CAT] = TINY_MODEL.vocabulary.encodeText("cat");

/** A document of a number of rows: `<bos>`, `<answer>`, words and `<eos>`. */
const ofRows = (rows: number): Document => [
  { ask: [], answer: [text("cat ".repeat(rows - 3).trim())] },
];
const source = (name: string, ...rows: number[]): Source => ({
  name,
  documents: listed(rows.map(ofRows)),
  weight: 1,
});
const lengths = () => new Lengths(TINY_MODEL, 0);

Deno.test("sources whose longest documents are about as long share a bucket, others do not", async () => {
  const buckets = await bucketsOf(
    [source("e", 17), source("b", 4, 12), source("d", 16), source("a", 10, 9), source("c", 13)],
    lengths(),
  );
  assert.deepEqual(buckets.map(({ name, shape }) => [name, shape.length]), [
    ["a", 10],
    ["b, c", 13],
    ["d, e", 17],
  ]);
  for (const { name, parts } of buckets) {
    assert.deepEqual(parts.map(({ source }) => source.name).sort().join(", "), name);
  }
});

Deno.test("a bucket's shape holds whatever its sources have, each its most", async () => {
  const drawn = tinyPicture(new Random(0));
  const [bucket] = await bucketsOf([
    { name: "draw", documents: listed([[{ ask: [], answer: [drawn] }]]), weight: 1 },
    { name: "read", documents: listed([[{ ask: [drawn], answer: [text("cat")] }]]), weight: 1 },
  ], lengths());
  assert.deepEqual(bucket.shape, {
    batch: 1,
    length: 3 + TINY.tokens + 3,
    learned: TINY.tokens + 3,
    given: { read: TINY.tokens },
    targets: {},
  });
});

/** A data set that counts what is asked of it. */
function counting(documents: DataSet<Document>): { set: DataSet<Document>; asked: number[] } {
  const asked: number[] = [];
  const set = {
    size: documents.size,
    at(index: number) {
      asked.push(index);
      return documents.at(index);
    },
  };
  return { set, asked };
}

Deno.test("lengths are measured once: each document of a small set, a thousand of a large one", async () => {
  const small = counting(listed([5, 6, 9].map(ofRows)));
  const large = counting({ size: Infinity, at: () => ofRows(4) });
  const both = [
    { name: "small", documents: small.set, weight: 1 },
    { name: "large", documents: large.set, weight: 1 },
  ];
  const known = lengths();
  const [first] = await Promise.all([bucketsOf(both, known), bucketsOf(both, known)]);
  assert.deepEqual(first.map(({ shape }) => shape.length), [4, 9]);
  await bucketsOf(both, known);
  assert.deepEqual(small.asked, [0, 1, 2]);
  assert.equal(large.asked.length, 1000);
  assert.ok(new Set(large.asked).size > 990, "from all over the set");
  await assert.rejects(bucketsOf([source("none")], known), {
    name: "RangeError",
    message: 'Expected documents of "none", but found none',
  });
});

/** Endless documents: of 7 rows in seven of ten cases, else of 20. */
const MIXED: DataSet<Document> = {
  size: Infinity,
  at: (index) => ofRows(new Random(0, index).uniform() < 0.7 ? 7 : 20),
};

Deno.test("a source of short documents and long ones is cut where that saves most, others stay whole", async () => {
  const found = await bucketsOf([
    { name: "mixed", documents: MIXED, weight: 10 },
    {
      name: "alike",
      documents: listed(Array.from({ length: 400 }, (_, i) => ofRows(8 + i % 2))),
      weight: 3,
    },
    { name: "few", documents: listed([ofRows(5), ofRows(30)]), weight: 2 },
  ], lengths());
  assert.deepEqual(found.map(({ name, shape }) => [name, shape.length]), [
    ["mixed 1", 7],
    ["alike", 9],
    ["mixed 2", 20],
    ["few", 30],
  ]);
  const [short, alike, long, few] = found.map(({ weight }) => weight);
  assert.ok(Math.abs(short - 7) < 0.5 && Math.abs(short + long - 10) < 1e-9, `${short}, ${long}`);
  assert.deepEqual([alike, few], [3, 2]);
});

Deno.test("what is left long after a cut is cut again, and no document is lost", async () => {
  const long = listed(Array.from({ length: 900 }, (_, i) => ofRows([10, 40, 100][i % 3])));
  const found = await bucketsOf([{ name: "long", documents: long, weight: 3 }], lengths());
  assert.deepEqual(found.map(({ name, shape, weight }) => [name, shape.length, weight]), [
    ["long 1", 10, 1],
    ["long 2", 40, 1],
    ["long 3", 100, 1],
  ]);
  const bounds = found.flatMap(({ parts }) => parts.map(({ over, upTo }) => [over, upTo]));
  assert.deepEqual(bounds, [[0, 10], [10, 40], [40, Infinity]]);
});

Deno.test("the two parts of a source come up as its documents do, each in batches of its own", async () => {
  using store = new StateStore(device);
  const plan = {
    name: "cut",
    mixture: { mixed: 1 },
    budget: { steps: 80, batchSize: 8, peakRate: 1e-4 },
  };
  const [stage] = unifiedStages({ device, store, seed: 0, unified: TINY_MODEL }, { mixed: MIXED }, [
    plan,
  ]);
  const batches = [];
  for await (const { batch, padding, leftOut } of stage.run()) {
    const [{ ids }] = batch.inputs as readonly { ids: Int32Array }[];
    assert.deepEqual([padding, leftOut], [0, 0]);
    batches.push(ids.length / 8);
  }
  const short = batches.filter((length) => length === 7).length;
  assert.equal(short + batches.filter((length) => length === 20).length, 80);
  assert.ok(Math.abs(short / 80 - 0.7) < 0.12, `${short} of 80 batches`);
});

Deno.test("buckets and sources come up by their weights, and a batch is of one bucket", async () => {
  const documents = {
    short: listed([ofRows(8)]),
    shorter: listed([ofRows(7)]),
    long: listed([ofRows(12), ofRows(11)]),
    never: listed<Document>([]),
  };
  using store = new StateStore(device);
  const budget = { steps: 60, batchSize: 8, peakRate: 1e-4 };
  const mixture = { short: 1, shorter: 2, long: 1, never: 0 };
  const trainee = { device, store, seed: 0, unified: TINY_MODEL };
  const plans = [{ name: "mixed", mixture, budget }];
  const [stage] = unifiedStages(trainee, documents, plans);
  const counts = new Map<number, number>();
  let longBatches = 0;
  for await (const { batch, padding } of stage.run()) {
    const [{ ids }] = batch.inputs as readonly { ids: Int32Array }[];
    const length = ids.length / 8;
    const rows = Array.from(
      { length: 8 },
      (_, row) =>
        3 + ids.subarray(row * length, (row + 1) * length).filter((x) => x === CAT).length,
    );
    if (length === 12) longBatches++;
    else assert.equal(length, 8);
    for (const row of rows) {
      assert.ok(length === 12 ? row >= 11 : row <= 8);
      counts.set(row, (counts.get(row) ?? 0) + 1);
    }
    const filled = rows.reduce((sum, row) => sum + row, 0);
    assert.ok(Math.abs(padding! - (1 - filled / ids.length)) < 1e-9);
  }
  assert.ok(Math.abs(longBatches / 60 - 1 / 4) < 0.12, `${longBatches} of 60 batches`);
  const share = counts.get(7)! / (counts.get(7)! + counts.get(8)!);
  assert.ok(Math.abs(share - 2 / 3) < 0.08, `${share}`);
  assert.throws(
    () => unifiedStages(trainee, documents, [{ ...plans[0], mixture: { shrt: 1 } }]),
    {
      name: "RangeError",
      message: 'Expected stage "mixed" to mix documents among short, shorter, long, never, ' +
        'but found "shrt"',
    },
  );
});
