/** ILLUME's stages: what they learn, and what they refuse. */
import type { StagePlan } from "../lib/unified/mod.ts";
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import assert from "node:assert/strict";
import { endless } from "../lib/data/data_set.ts";
import { emojiDocuments } from "../lib/worlds/emoji/documents.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import type { TrainingEvent } from "../lib/optim/mod.ts";
import { documents, illumeStages } from "../lib/recipes/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import { contents } from "./line.ts";
import { tinyIllume } from "./tiny_illume.ts";

const device = await openDevice("cpu", { threads: 1 });
const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const text = trainTextTokenizer(scenes);

/** What three steps of a stage end with. */
async function trained(options: Partial<StagePlan>) {
  using store = new StateStore(device);
  const [stage] = illumeStages(tinyIllume(store, text), emojiDocuments(scenes), [{
    name: "fine-tuning",
    mixture: { draw: 1, question: 1 },
    budget: { steps: 3, batchSize: 8, peakRate: 1e-3 },
    ...options,
  }]);
  const losses: number[] = [];
  const norms: number[] = [];
  const parts: number[] = [];
  for await (const step of stage.run()) {
    losses.push(step.loss);
    norms.push(step.gradientNorm);
    parts.push(...Object.values(step.parts));
  }
  return { losses, norms, parts, parameters: await contents(store) };
}

const plain = await trained({});

for (
  const [name, options] of [
    ["a batch in four parts", { accumulate: 4 }],
    ["blocks computed again", { recompute: true }],
    ["both", { accumulate: 2, recompute: true }],
  ] as const
) {
  Deno.test(`${name}: the same losses, gradients and parameters`, async () => {
    const found = await trained(options);
    for (const what of ["losses", "norms", "parts"] as const) {
      found[what].forEach((value, i) =>
        assert.ok(Math.abs(value - plain[what][i]) <= 1e-5 * plain[what][i], what)
      );
    }
    assert.deepEqual(Object.keys(found.parameters).sort(), Object.keys(plain.parameters).sort());
    for (const [parameter, values] of Object.entries(plain.parameters)) {
      values.forEach((value, i) =>
        assert.ok(Math.abs(found.parameters[parameter][i] - value) < 2e-5, parameter)
      );
    }
  });
}

Deno.test("a batch that does not come in equal parts is refused", async () => {
  await assert.rejects(trained({ accumulate: 3 }), {
    message:
      'Expected the batch of 8 of stage "fine-tuning" to come in equal parts, but found 3 parts',
  });
});

/** The words of a sample, and how often longer ones are drawn than were measured. */
type Words = (random: Random, drawn: number) => number;

/** What a stage on texts of a number of words does, from a step on. */
async function learn(words: Words, { steps = 6, batchSize = 4, done = 0, accumulate = 1 } = {}) {
  using store = new StateStore(device);
  let drawn = 0;
  const texts = endless(
    0,
    "texts",
    (random) => documents.plainText("cat ".repeat(words(random, drawn++)).trim()),
  );
  const budget = { steps, batchSize, peakRate: 1e-3 };
  const plan = { name: "reading", mixture: { texts: 1 }, budget, accumulate };
  const [stage] = illumeStages(tinyIllume(store, text), { texts }, [plan]);
  const seen: TrainingEvent[] = [];
  for await (const event of stage.run({ done })) seen.push(event);
  return seen.map(({ step, leftOut, padding, loss, batch }) => {
    const parts = batch.inputs as readonly Record<string, Int32Array>[];
    const counts = parts.flatMap(({ ids }) => {
      const length = ids.length / (batchSize / accumulate);
      return Array.from(
        { length: batchSize / accumulate },
        (_, row) =>
          ids.subarray(row * length, (row + 1) * length).filter((id) => id === CAT).length,
      );
    });
    return { step, leftOut, padding, loss, counts };
  });
}
const CAT = text.encode(" cat")[0];

Deno.test("rows are as long as the longest of the short, or of all, and every sample is learned from", async () => {
  const seen = await learn((random) => random.uniform() < 0.4 ? 2 : random.pick([60, 70]));
  const counts = seen.flatMap(({ counts }) => counts);
  assert.equal(counts.length, 24);
  assert.deepEqual([...new Set(counts)].sort(), [2, 60, 70]);
  for (const { leftOut, padding, counts } of seen) {
    assert.equal(leftOut, 0);
    const tokens = counts.reduce((sum, count) => sum + count + 3, 0);
    const longest = counts.includes(2) ? 5 : 73;
    assert.ok(Math.abs(padding! - (1 - tokens / (4 * longest))) < 1e-9, `${counts}`);
  }
});

Deno.test("a sample that is too long is counted, and another drawn by rule, wherever it begins", async () => {
  // After the thousand that are measured, one is longer: a batch of one is then empty at first.
  const rarely: Words = (random, drawn) => drawn >= 1000 && random.uniform() < 0.1 ? 9 : 2;
  const whole = await learn(rarely, { batchSize: 1, steps: 30 });
  assert.ok(whole.some(({ leftOut }) => leftOut! > 0), "Expected samples that are too long");
  for (const { counts, loss } of whole) {
    assert.deepEqual(counts, [2]);
    assert.ok(Number.isFinite(loss));
  }
  const { step } = whole.find(({ leftOut }) => leftOut! > 0)!;
  const again = await learn(rarely, { batchSize: 1, steps: 30, done: step - 1 });
  const batches = (steps: typeof whole) =>
    steps.map(({ step, leftOut, counts }) => ({ step, leftOut, counts }));
  assert.deepEqual(batches(again), batches(whole.slice(step - 1)));
});

Deno.test("more than a hundredth too long ends the stage, with the longest named", async () => {
  const often: Words = (_, drawn) => drawn < 1000 ? 2 : drawn % 3 === 0 ? 4 : 9;
  await assert.rejects(learn(often), {
    name: "RangeError",
    message:
      'Expected stage "reading" to learn from documents of at most 5 rows with 3 learned, as 1000 ' +
      "that were measured are, but found 11 of 11 to be longer; the longest has 12: " +
      `"${"cat ".repeat(9).trim()}"`,
  });
});

Deno.test("the hundredth is of all samples, also where few are long and have a graph of their own", async () => {
  let long = 0;
  const words: Words = (random, drawn) => {
    if (random.uniform() < 0.85) return 2;
    return drawn >= 1000 && ++long % 40 === 0 ? 61 : 60;
  };
  const seen = await learn(words, { batchSize: 16, steps: 300 });
  const leftOut = seen.reduce((sum, step) => sum + step.leftOut!, 0);
  assert.ok(leftOut > 10, `Expected more than a hundredth of the long, but found ${leftOut}`);
});

Deno.test("means over words and over codes are the same in parts", async () => {
  const random = new Random(0, "pictures");
  const pictures = Array.from({ length: 4 }, () => scenes.reading(random).picture);
  // About as long, so that a batch has both; some parts then have no words, and others no codes.
  const both = endless(
    0,
    "both",
    (random) =>
      random.uniform() < 0.5
        ? documents.plainText("cat ".repeat(19).trim())
        : documents.drawn(undefined, random.pick(pictures)),
  );
  const reported = async (accumulate: number) => {
    using store = new StateStore(device);
    const budget = { steps: 2, batchSize: 8, peakRate: 1e-3 };
    const plan = { name: "both", mixture: { both: 1 }, budget, accumulate };
    const [stage] = illumeStages(tinyIllume(store, text), { both }, [plan]);
    const found: number[] = [];
    for await (const { loss, parts } of stage.run()) found.push(loss, parts.text, parts.codes);
    return found;
  };
  const [whole, parted] = [await reported(1), await reported(8)];
  whole.forEach((value, i) => assert.ok(Math.abs(parted[i] / value - 1) < 1e-5, `${value}`));
});

/** What a stage of these rates is refused with, or which parameters it changed. */
async function changedBy(rates?: StagePlan["rates"]): Promise<string[]> {
  using store = new StateStore(device);
  const model = tinyIllume(store, text);
  const budget = { steps: 1, batchSize: 4, peakRate: 1e-3 };
  const mixture = { describe: 1, reconstruct: 1 };
  const plan = { name: "rated", mixture, budget, rates };
  const [begun, stage] = illumeStages(model, emojiDocuments(scenes), [
    { ...plan, name: "begun", rates: { "": 1 } },
    plan,
  ]);
  for await (const _ of begun.run());
  const before = await contents(store);
  for await (const _ of stage.run());
  const after = await contents(store);
  return Object.keys(before).filter((name) =>
    before[name].some((value, i) => value !== after[name][i])
  );
}

Deno.test("a stage changes the groups that have a rate, and nothing else by a bit", async () => {
  const own = await changedBy({ "": 0, "multi_modal_projector.": 1, "vision_head.": 0.5 });
  assert.ok(own.length > 3);
  for (const name of own) assert.match(name, /^(multi_modal_projector|vision_head)\./);
  const all = await changedBy();
  assert.ok(all.includes("model.embed_tokens.weight") && all.includes("lm_head.weight"));
  assert.ok(!all.some((name) => name.startsWith("quantizer.")), "the codebook is the tokenizer's");
});

Deno.test("a plan that names no parameter, misses one, or lets none learn is refused", async () => {
  const refused = (rates: StagePlan["rates"], message: RegExp) =>
    assert.rejects(changedBy(rates), { name: "RangeError", message });
  await refused(
    { "": 1, "vision_heads.": 1 },
    /^Expected each group of stage "rated" to have parameters of its own, but found none in "vision_heads\."$/,
  );
  await refused(
    { "model.": 1, "lm_head.": 1 },
    /^Expected a rate for each parameter of stage "rated", but found none for "quantizer\.codebook\.weight" among the groups "lm_head\.", "model\."$/,
  );
  await refused({ "": 0, "model.": 0 }, /^Expected something to learn in stage "rated"/);
  await refused({ "": -1 }, /^Expected rate of "" in stage "rated" to be a number from 0 on/);
  await refused({}, /found none for ".*" among the groups none$/);
});
