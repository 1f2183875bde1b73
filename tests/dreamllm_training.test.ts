/** Trainings on dreamt pictures: what they learn, what stays as it is, that they resume, what stops them. */
import assert from "node:assert/strict";
import { type DataSet, endless } from "../lib/data/data_set.ts";
import { type Document, type Segment, text } from "../lib/data/document.ts";
import { DREAMLLM_STAGES } from "../lib/recipes/mod.ts";
import { NonFiniteError, type Rates, type Stage } from "../lib/optim/mod.ts";
import { Random, StateStore } from "../lib/runtime/mod.ts";
import {
  ADAPTER,
  Generator,
  PROJECTOR,
  promptsOf,
  QUERIES,
  type UnifiedModel,
  unifiedStages,
} from "../lib/unified/mod.ts";
import { DECODER, LatentDecoder } from "../lib/vision/mod.ts";
import { inFolder } from "./folder.ts";
import { DECODER_CONFIG, dreamt, modelOf, storeOf } from "./tiny_dreams.ts";
import { TINY, tinyCodes, tinyFeatures, tinyPicture } from "./tiny_model.ts";
import { device, train } from "./training_folder.ts";

const NAMES = ["cat", "dog", "hearts"];
const shownOf = (i: number) => tinyPicture(new Random(i, "shown"));
const pairs = (make: (name: string, shown: Segment) => Document): DataSet<Document> =>
  endless(0, "names", (random) => {
    const i = random.integer(NAMES.length);
    return make(NAMES[i], shownOf(i));
  });
const SOURCES = {
  draw: pairs((name, shown) => [{ ask: [text(`draw ${name}`)], answer: [shown] }]),
  describe: pairs((name, shown) => [{ ask: [shown], answer: [text(name)] }]),
  story: pairs((name, shown) => [{ ask: [text(name)], answer: [shown, text(name)] }]),
};
type Mixture = Partial<Record<keyof typeof SOURCES, number>>;

function stageOf(
  store: StateStore,
  { unified = modelOf(), mixture, steps = 6, accumulate = 1, rates }: {
    readonly unified?: UnifiedModel;
    readonly mixture: Mixture;
    readonly steps?: number;
    readonly accumulate?: number;
    readonly rates?: Rates;
  },
): Stage[] {
  const budget = { steps, batchSize: 8, peakRate: 1e-2 };
  return unifiedStages({ device, store, seed: 0, unified }, SOURCES, [
    { name: "dreams", mixture, budget, accumulate, rates },
  ]);
}

Deno.test("named pictures are learned, and drawn from what is dreamt of their names", async () => {
  const unified = modelOf();
  using store = storeOf(device, unified);
  const [stage] = stageOf(store, { unified, mixture: { draw: 1 }, steps: 200 });
  const seen: number[] = [];
  for await (const { parts } of stage.run()) seen.push(parts.dreams);
  const mean = (losses: readonly number[]) => losses.reduce((a, b) => a + b) / losses.length;
  const [before, after] = [mean(seen.slice(0, 10)), mean(seen.slice(-10))];
  assert.ok(after < 0.4 * before, `${before} to ${after}`);

  using generator = await Generator.compile({
    device,
    store,
    model: unified,
    shape: { batch: NAMES.length, prompt: 8, answer: 8, given: { read: 1 } },
    seed: 0,
  });
  const conditions = await generator.generate(
    await promptsOf(NAMES.map((name) => [text(`draw ${name}`)]), unified),
    (row) => dreamt(unified, row),
    { temperature: 0, topK: 1, seed: 0 },
  );
  using decoder = new LatentDecoder({ device, store, config: DECODER_CONFIG });
  const drawn = await decoder.draw(conditions, { temperature: 0 });
  assert.deepEqual(
    drawn.map(({ ids }) => [...ids]),
    NAMES.map((_, i) => [...tinyCodes(shownOf(i).picture)]),
  );
});

Deno.test("where pictures are only asked about, nothing reaches queries, projector and decoder", async () => {
  const moved = async (mixture: Mixture) => {
    using store = new StateStore(device);
    for await (const { parts, step } of stageOf(store, { mixture, steps: 2 })[0].run()) {
      if (step === 1) continue;
      const moments = store.names().filter((name) =>
        name.startsWith("optimizer.") &&
        [QUERIES, PROJECTOR, DECODER].some((part) => name.includes(part))
      );
      const values = await Promise.all(moments.map((name) => store.read(name)));
      return { loss: parts.dreams, moved: values.map((each) => each.some((x) => x !== 0)) };
    }
    assert.fail("Expected a second step");
  };
  const [asked, drawn] = [await moved({ describe: 1 }), await moved({ draw: 1 })];
  assert.equal(asked.loss, 0);
  assert.ok(asked.moved.length > 10 && !asked.moved.includes(true));
  assert.ok(drawn.loss > 0 && !drawn.moved.includes(false));
});

/** Of each parameter whether three steps on stories change it. */
async function changedBy(rates?: Rates): Promise<Map<string, boolean>> {
  const unified = modelOf();
  using store = storeOf(device, unified);
  const names = store.keptNames();
  const read = () => Promise.all(names.map((name) => store.read(name)));
  const before = await read();
  const [stage] = stageOf(store, { unified, mixture: { story: 1 }, steps: 3, rates });
  for await (const _ of stage.run());
  const after = await read();
  return new Map(names.map((name, i) => [name, after[i].some((x, j) => x !== before[i][j])]));
}

Deno.test("a decoder of rate 0 stays bit for bit, and teaches the rest all the same", async () => {
  const changed = await changedBy({ "": 1, [DECODER]: 0 });
  const parts = new Set([...changed].map(([name]) => name.slice(0, name.indexOf(".") + 1)));
  for (const part of [DECODER, QUERIES, PROJECTOR, "model."]) assert.ok(parts.has(part), part);
  for (const [name, moved] of changed) assert.equal(moved, !name.startsWith(DECODER), name);
});

Deno.test("the paper's first stage leaves the language model as it is", async () => {
  const alignment = DREAMLLM_STAGES.nano.find(({ name }) => name === "alignment");
  const changed = await changedBy(alignment?.rates);
  for (const [name, moved] of changed) {
    const own = [ADAPTER, QUERIES, PROJECTOR].some((part) => name.startsWith(part));
    assert.equal(moved, own, name);
  }
});

Deno.test("a training that is stopped goes on bit for bit", async () => {
  const stages = (store: StateStore) => stageOf(store, { mixture: { story: 1 }, accumulate: 2 });
  await inFolder(async (folder) => {
    const expected = await train({ directory: `${folder}/whole`, stages });
    assert.equal(expected.metrics.length, 6);
    const run = { directory: `${folder}/stopped`, stages };
    await train({ ...run, stopAfter: 2 });
    assert.deepEqual(await train({ ...run, resume: true }), expected);
  });
});

Deno.test("NaN in a feature that is read again stops training by name", async () => {
  using store = new StateStore(device);
  const unified = modelOf("house", (picture) => tinyFeatures(picture).fill(NaN, 3, 4));
  const [stage] = stageOf(store, { unified, mixture: { story: 1 } });
  await assert.rejects(
    async () => {
      for await (const _ of stage.run());
    },
    (error) => {
      assert.ok(error instanceof NonFiniteError, `${error}`);
      assert.match(
        error.message,
        new RegExp(
          `^Expected finite numbers in step 1, .*; first in float32\\[\\d+, ${TINY.featureSize}\\] ` +
            '"given\\.read"$',
        ),
      );
      return true;
    },
  );
});
