/** Trainings on continuous visual tokens: what they learn, that they resume, and what stops them. */
import assert from "node:assert/strict";
import { type DataSet, endless } from "../lib/data/data_set.ts";
import { type Document, type Segment, text } from "../lib/data/document.ts";
import { NonFiniteError, type Stage } from "../lib/optim/mod.ts";
import { Random, StateStore } from "../lib/runtime/mod.ts";
import { Generator, promptsOf, type UnifiedModel, unifiedStages } from "../lib/unified/mod.ts";
import { inFolder } from "./folder.ts";
import { featuresOf, modelOf, SIZE, TOKENS, visualTokens } from "./tiny_features.ts";
import { tinyPicture } from "./tiny_model.ts";
import { device, train } from "./training_folder.ts";

const NAMES = ["cat", "dog", "hearts", "red"];
const pairs = (make: (name: string, shown: Segment) => Document): DataSet<Document> =>
  endless(0, "names", (random) => {
    const i = random.integer(NAMES.length);
    return make(NAMES[i], tinyPicture(new Random(i, "shown")));
  });
const SOURCES = {
  draw: pairs((name, shown) => [{ ask: [text(`draw ${name}`)], answer: [shown] }]),
  describe: pairs((name, shown) => [{ ask: [shown], answer: [text(name)] }]),
};
type Mixture = Partial<Record<keyof typeof SOURCES, number>>;

function stageOf(
  store: StateStore,
  { unified = modelOf(), mixture = { draw: 1, describe: 1 }, steps = 6, accumulate = 1 }: {
    readonly unified?: UnifiedModel;
    readonly mixture?: Mixture;
    readonly steps?: number;
    readonly accumulate?: number;
  } = {},
): Stage[] {
  const budget = { steps, batchSize: 8, peakRate: 1e-2 };
  return unifiedStages({ device, store, seed: 0, unified }, SOURCES, [
    { name: "visual tokens", mixture, budget, accumulate },
  ]);
}

Deno.test("where pictures are only asked about, nothing reaches the vision head", async () => {
  const moved = async (mixture: Mixture) => {
    using store = new StateStore(device);
    for await (const { parts, step } of stageOf(store, { mixture, steps: 2 })[0].run()) {
      if (step === 1) continue;
      const moments = store.names().filter((name) => /^optimizer\..*vision_head\./.test(name));
      const values = await Promise.all(moments.map((name) => store.read(name)));
      return { loss: parts.features, moved: values.map((each) => each.some((x) => x !== 0)) };
    }
    assert.fail("Expected a second step");
  };
  const [asked, drawn] = [await moved({ describe: 1 }), await moved({ draw: 1 })];
  assert.equal(asked.loss, 0);
  assert.ok(asked.moved.length >= 4 && !asked.moved.includes(true));
  assert.ok(drawn.loss > 0 && !drawn.moved.includes(false));
});

for (const loss of ["cosine", "l1"] as const) {
  Deno.test(`drawings are learned and drawn as they were learned (${loss})`, async () => {
    using store = new StateStore(device);
    const unified = modelOf(featuresOf(loss));
    const seen: number[] = [];
    for await (const { parts } of stageOf(store, { unified, steps: 100 })[0].run()) {
      if (parts.features > 0) seen.push(parts.features);
    }
    assert.ok(seen.at(-1)! < 0.3 * seen[0], `${seen[0]} to ${seen.at(-1)}`);
    using generator = await Generator.compile({
      device,
      store,
      model: unified,
      shape: { batch: NAMES.length, prompt: 8, answer: 6, given: { features: TOKENS } },
      seed: 0,
    });
    const answers = await generator.generate(
      await promptsOf(NAMES.map((name) => [text(`draw ${name}`)]), unified),
      (row) => unified.draw.generate(row) as globalThis.Generator<void, Float32Array>,
      { temperature: 0, topK: 1, seed: 0 },
    );
    const true_ = NAMES.map((_, i) => visualTokens(tinyPicture(new Random(i, "shown")).picture));
    answers.forEach((answer, i) => {
      const cosines = true_.map((tokens) =>
        tokens.reduce((sum, x, j) => sum + x * answer[j], 0) / TOKENS
      );
      assert.ok(cosines[i] > 0.9, `${NAMES[i]}: ${cosines}`);
      assert.equal(cosines.indexOf(Math.max(...cosines)), i);
    });
  });
}

Deno.test("a training that is stopped goes on bit for bit", async () => {
  for (const [accumulate, stops] of [[1, [2, 5]], [2, [3]]] as const) {
    const stages = (store: StateStore) => stageOf(store, { accumulate });
    await inFolder(async (folder) => {
      const expected = await train({ directory: `${folder}/whole`, stages });
      assert.equal(expected.metrics.length, 6);
      for (const stopAfter of stops) {
        const run = { directory: `${folder}/${stopAfter}`, stages };
        await train({ ...run, stopAfter });
        assert.deepEqual(await train({ ...run, resume: true }), expected, `${stopAfter}`);
      }
    });
  }
});

for (const source of ["draw", "describe"] as const) {
  Deno.test(`NaN in a visual token stops training by name (${source})`, async () => {
    using store = new StateStore(device);
    const broken = featuresOf("cosine", (picture) => visualTokens(picture).fill(NaN, 3, 4));
    const [stage] = stageOf(store, { unified: modelOf(broken), mixture: { [source]: 1 } });
    await assert.rejects(
      async () => {
        for await (const _ of stage.run());
      },
      (error) => {
        assert.ok(error instanceof NonFiniteError, `${error}`);
        const named = source === "draw" ? "(?:given|targets)" : "given";
        assert.match(
          error.message,
          new RegExp(
            `^Expected finite numbers in step 1, .*; first in float32\\[\\d+, ${SIZE}\\] ` +
              `"${named}\\.features"$`,
          ),
        );
        return true;
      },
    );
  });
}
