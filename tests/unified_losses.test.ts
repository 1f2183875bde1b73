/** Losses with counts of their own, tokens' and targets': divided once over the whole batch. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { endless } from "../lib/data/data_set.ts";
import { type Document, type Segment, text } from "../lib/data/document.ts";
import { Scope } from "../lib/nn/mod.ts";
import { chain, type Inputs, TrainStep } from "../lib/optim/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import {
  batchOf,
  type BatchShape,
  partsOfBatch,
  type Sequence,
  sequencesOf,
  shapeOf,
  unifiedLosses,
  UnifiedModel,
  unifiedStages,
} from "../lib/unified/mod.ts";
import { fullForward } from "./full_forward.ts";
import { checkGradients } from "./gradient_check.ts";
import { TINY, tinyParts, tinyPicture, tinyWords } from "./tiny_model.ts";
import { vectorModality, VECTORS, WEIGHT } from "./vector_modality.ts";

const device = await openDevice("cpu", { threads: 1 });
const parts = tinyParts();
const MODEL = new UnifiedModel({ ...parts, draw: vectorModality(parts.vocabulary) });

/** Words alone, or pictures before and after words: rows, tokens and targets in all numbers. */
function documentOf(random: Random): Document {
  const some = (most: number, make: () => Segment) =>
    Array.from({ length: random.integer(most + 1) }, make);
  const turn = () => ({
    ask: [tinyWords(random, 1 + random.integer(3)), ...some(1, () => tinyPicture(random))],
    answer: [
      ...some(2, () => tinyPicture(random)),
      ...some(1, () => tinyWords(random, 1 + random.integer(4))),
    ],
  });
  return random.uniform() < 0.3 ? [turn(), turn()] : [turn()];
}
const DOCUMENTS = endless(1, "documents", documentOf);
const documents = await Promise.all(Array.from({ length: 8 }, (_, i) => DOCUMENTS.at(i)));
const sequences = await sequencesOf(documents, MODEL);
const targetsIn = (all: readonly Sequence[]) =>
  all.reduce((sum, { targets }) => sum + targets.length, 0);

/** Loss, its parts, and each gradient: what plain descent takes off. */
async function gradientsOf(batches: readonly Inputs[], shape: BatchShape) {
  using store = new StateStore(device);
  using step = await TrainStep.compile({
    device,
    store,
    losses: (scope) => unifiedLosses(scope, MODEL, shape),
    optimizer: chain(),
    seed: 0,
    accumulate: true,
  });
  const names = store.names().filter((name) => !name.startsWith("optimizer."));
  const values = async () => {
    const all: number[] = [];
    for (const name of names) all.push(...await store.read(name) as Float32Array);
    return all;
  };
  const before = await values();
  const { loss, parts } = await step.run(batches, { step: 1, rate: 1 });
  const after = await values();
  return { loss, parts, gradients: before.map((x, i) => x - after[i]) };
}

/** A batch of eight in parts of these sizes, each padded to four. */
function inParts(sizes: readonly number[], shape: BatchShape): Inputs[] {
  const batches = [];
  for (let start = 0; start < sequences.length; start += sizes[batches.length - 1]) {
    const own = sequences.slice(start, start + sizes[batches.length]);
    batches.push(batchOf(own, shape, MODEL));
  }
  return partsOfBatch(batches, MODEL);
}

Deno.test("any split of a batch gives the same losses and gradients, of tokens and of targets", async () => {
  const perRow = sequences.map((sequence) => targetsIn([sequence]));
  assert.ok(perRow.includes(0) && new Set(perRow).size > 2, `targets ${perRow} of the documents`);
  const shape = shapeOf(sequences, 4, MODEL);
  const whole = { ...shape, batch: 8 };
  const expected = await gradientsOf(
    partsOfBatch([batchOf(sequences, whole, MODEL)], MODEL),
    whole,
  );
  assert.ok(expected.gradients.filter((x) => Math.abs(x) > 1e-3).length > 1000);
  const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 8, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(sizes, async (sizes) => {
      const found = await gradientsOf(inParts(sizes, shape), shape);
      const near = (a: number, b: number, what: string) =>
        assert.ok(Math.abs(a - b) < 1e-6 * Math.max(1, Math.abs(b)), `${what}: ${a} and ${b}`);
      near(found.loss, expected.loss, "loss");
      for (const [name, value] of Object.entries(expected.parts)) {
        near(found.parts[name], value, name);
      }
      found.gradients.forEach((x, i) => near(x, expected.gradients[i], `gradient ${i}`));
    }),
    { numRuns: 12, examples: [[[4, 4, 1, 1, 1, 1, 1, 1]], [[1, 3, 4, 1, 1, 1, 1, 1]]] },
  );
});

Deno.test("the loss is the mean over tokens, and over targets times their weight", async () => {
  const shape = shapeOf(sequences, 8, MODEL);
  const batch = partsOfBatch([batchOf(sequences, shape, MODEL)], MODEL);
  const { loss, parts } = await gradientsOf(batch, shape);
  using store = new StateStore(device);
  {
    const losses = (scope: Scope) => unifiedLosses(scope, MODEL, shape);
    using _ = await TrainStep.compile({ device, store, losses, optimizer: chain(), seed: 0 });
  }
  const heard = await fullForward(device, store, MODEL, sequences);
  const tokens: number[] = [];
  const targets: number[] = [];
  sequences.forEach(({ rows, targets: own }, i) => {
    rows.forEach(({ id, learned }, at) => {
      if (!learned) return;
      const logits = heard("logits", i, at - 1);
      tokens.push(Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0)) - logits[id]);
    });
    for (const { at: [at], values } of own) {
      const said = heard("vector", i, at);
      targets.push(1 - said.reduce((sum, x, j) => sum + x * values[j], 0));
    }
  });
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
  const near = (found: number, expected: number) =>
    assert.ok(Math.abs(found - expected) < 1e-5, `${found} and ${expected}`);
  assert.equal(targets.length, targetsIn(sequences));
  near(parts.text, mean(tokens));
  near(parts.vectors, mean(targets));
  near(loss, mean(tokens) + WEIGHT * mean(targets));
});

Deno.test("of tokens, each modality's part is its own mean, and the loss that of all", async () => {
  const model = new UnifiedModel(parts);
  const spoken = await sequencesOf([
    [{ ask: [text("draw")], answer: [tinyPicture(new Random(0))] }],
    [{ ask: [text("draw")], answer: [text("two red hearts")] }],
  ], model);
  const shape = shapeOf(spoken, 2, model);
  const reported = async (...own: Sequence[]) => {
    using store = new StateStore(device);
    const losses = (scope: Scope) => unifiedLosses(scope, model, shape);
    using step = await TrainStep.compile({ device, store, losses, optimizer: chain(), seed: 0 });
    const [inputs] = partsOfBatch([batchOf(own, shape, model)], model);
    const { loss, parts } = await step.run(inputs, { step: 1, rate: 0 });
    const words = own.flatMap(({ rows }) => rows)
      .filter(({ id, learned }) => learned && id < model.vocabulary.text.size).length;
    return { loss, ...parts as { text: number; codes: number }, words };
  };
  const [drawn, told] = [await reported(spoken[0]), await reported(spoken[1])];
  const both = await reported(...spoken);
  const near = (found: number, expected: number) =>
    assert.ok(Math.abs(found - expected) < 1e-5, `${found} and ${expected}`);
  assert.deepEqual([told.codes, drawn.words, both.words], [0, 3, 3 + told.words]);
  near(both.codes, drawn.codes);
  near(both.text, (drawn.words * drawn.text + told.words * told.text) / both.words);
  near(told.loss, told.text);
  const tokens = both.words + TINY.tokens;
  near(both.loss, (both.words * both.text + TINY.tokens * both.codes) / tokens);
});

Deno.test("gradients of a target's loss reach the rows that are read and those before", async () => {
  const own = sequences.filter((sequence) => targetsIn([sequence]) > 0).slice(0, 2);
  const shape = shapeOf(own, 2, MODEL);
  const scope = new Scope();
  const { loss } = unifiedLosses(scope, MODEL, shape);
  const [inputs] = partsOfBatch([batchOf(own, shape, MODEL)], MODEL);
  await checkGradients({ scope, loss, inputs });
});

/** What stands in each row of a part, what is learned in it, and what is learned besides. */
function rowsOf(part: Readonly<Record<string, unknown>>, rows: number): unknown[] {
  const numbers = (name: string) => part[name] as Int32Array;
  const [ids, places] = [numbers("ids"), numbers("places")];
  const length = ids.length / rows;
  const givenOf = (id: number) => {
    let first = MODEL.ids;
    for (const { name, given } of MODEL.given) {
      const values = part[`given.${name}`] as Float32Array;
      const next = first + values.length / given!.size;
      if (id < next) {
        const at = (id - first) * given!.size;
        return [name, ...values.subarray(at, at + given!.size)];
      }
      first = next;
    }
    assert.fail(`Expected a row that is given, but found ${id}`);
  };
  return Array.from({ length: rows }, (_, row) => {
    const within = (at: number) => at >= row * length && at < (row + 1) * length;
    const learned = [...numbers("positions")].flatMap((at, slot) =>
      within(at) && numbers("weights")[slot] === 1
        ? [[at - row * length, numbers("labels")[slot]]]
        : []
    );
    const targets = [...numbers("positions.vectors")].flatMap((at, slot) => {
      if (!within(at) || numbers("weights.vectors")[slot] !== 1) return [];
      const { size } = VECTORS;
      const values = part["targets.vectors"] as Float32Array;
      return [[at - row * length, ...values.subarray(slot * size, (slot + 1) * size)]];
    });
    const stands = Array.from({ length }, (_, i) => {
      const id = ids[row * length + i];
      return [places[row * length + i], ...id < MODEL.ids ? [id] : givenOf(id)];
    });
    return { stands, learned, targets };
  });
}

Deno.test("a batch has the same rows whatever it is split into, and the same counts", async () => {
  const seen = async (accumulate: number) => {
    using store = new StateStore(device);
    const trainee = { device, store, seed: 4, unified: MODEL };
    const budget = { steps: 3, batchSize: 8, peakRate: 1e-3 };
    const plan = { name: "rows", mixture: { documents: 1 }, budget, accumulate };
    const [stage] = unifiedStages(trainee, { documents: DOCUMENTS }, [plan]);
    const batches = [];
    for await (const { batch } of stage.run()) {
      const all = batch.inputs as readonly Readonly<Record<string, Float32Array>>[];
      assert.equal(all.length, accumulate);
      const [{ "count.text": words, "count.targets.vectors": targets }] = all;
      const rows = all.flatMap((part) => rowsOf(part, 8 / accumulate));
      batches.push({ rows, words, targets });
    }
    return batches;
  };
  const whole = await seen(1);
  assert.equal(whole.length, 3);
  assert.notDeepEqual(whole[0].rows, whole[1].rows);
  assert.ok(whole.every(({ rows }) => new Set(rows.map((row) => JSON.stringify(row))).size === 8));
  assert.deepEqual(await seen(2), whole);
  assert.deepEqual(await seen(4), whole);
});
