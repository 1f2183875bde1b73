/** Modalities that no recipe has: they train, resume and generate, and nothing else knows of them. */
import assert from "node:assert/strict";
import { type DataSet, endless } from "../lib/data/data_set.ts";
import { type Document, picture, text } from "../lib/data/document.ts";
import { input, ops, toOnnx } from "../lib/graph/mod.ts";
import { linear, Scope, table } from "../lib/nn/mod.ts";
import { Program, StateStore } from "../lib/runtime/mod.ts";
import {
  batchOf,
  type DrawnModality,
  Generator,
  type Row,
  sequencesOf,
  shapeOf,
  type StagePlan,
  UnifiedModel,
  unifiedStages,
} from "../lib/unified/mod.ts";
import { inFolder } from "./folder.ts";
import { apart } from "./full_forward.ts";
import { promptOf, TINY, TINY_CONFIG, TINY_MODEL, tinyParts } from "./tiny_model.ts";
import { device, train } from "./training_folder.ts";
import { pictureOfNumber, vectorModality, VECTORS, vectorsOf } from "./vector_modality.ts";

const NAMES = ["cat", "dog", "hearts", "red"];
const PICTURES = NAMES.map((_, i) => pictureOfNumber(i));
const GREEDY = { temperature: 0, topK: 1, seed: 0 } as const;
const { vocabulary } = TINY_MODEL;

const vectors = vectorModality(vocabulary);
/** Pictures are read and drawn alike. */
const MODEL = new UnifiedModel({ ...tinyParts(), read: vectors, draw: vectors });

const asked = (name: string) => [text(`draw ${name}`)];
const pairs = (make: (name: string, i: number) => Document): DataSet<Document> =>
  endless(0, "names", (random) => {
    const i = random.integer(NAMES.length);
    return make(NAMES[i], i);
  });
const DOCUMENTS = {
  draw: pairs((name, i) => [{ ask: asked(name), answer: [picture(PICTURES[i])] }]),
  describe: pairs((name, i) => [{ ask: [picture(PICTURES[i])], answer: [text(name)] }]),
};

function stagesOf(store: StateStore, plan: Partial<StagePlan> = {}, unified = MODEL) {
  const budget = { steps: 100, batchSize: 16, peakRate: 1e-2 };
  const mixture = { draw: 1, describe: 1 };
  return unifiedStages({ device, store, seed: 0, unified }, DOCUMENTS, [
    { name: "vectors", mixture, budget, ...plan },
  ]);
}

/** Trains, and gives the parts of the losses on the way. */
async function losses(store: StateStore, plan: Partial<StagePlan> = {}, unified = MODEL) {
  const found: Readonly<Record<string, number>>[] = [];
  const [stage] = stagesOf(store, plan, unified);
  for await (const { parts } of stage.run()) found.push(parts);
  return found;
}

const generatorOver = (store: StateStore, model: UnifiedModel) =>
  Generator.compile({
    device,
    store,
    model,
    shape: {
      batch: NAMES.length,
      prompt: 10,
      answer: 8,
      given: Object.fromEntries(model.given.map(({ name }) => [name, 4])),
    },
    seed: 0,
  });

Deno.test("a regressed picture is learned, drawn as it was learned, and read", async () => {
  using store = new StateStore(device);
  assert.deepEqual(MODEL.modalities.map(({ name }) => name), ["text", "vectors"]);
  const seen = await losses(store);
  const drawn = seen.map(({ vectors }) => vectors).filter((loss) => loss > 0);
  assert.ok(drawn[0] > 0.5 && drawn.at(-1)! < 0.05, `${drawn[0]} to ${drawn.at(-1)}`);

  using generator = await generatorOver(store, MODEL);
  const ends: number[][] = [];
  const answers = await generator.generate(
    NAMES.map((name) => promptOf(asked(name), [], MODEL)),
    function* (row: Row) {
      const answer = yield* vectors.generate(row) as globalThis.Generator<void, Float32Array>;
      yield;
      const end = row.sample(0, MODEL.sayable);
      row.feed({ id: end });
      yield;
      ends.push([end, row.sample(0, MODEL.sayable)]);
      return answer;
    },
    GREEDY,
  );
  answers.forEach((answer, i) => {
    const true_ = vectorsOf(PICTURES[i]);
    assert.ok(apart(answer, true_) < 0.25, `${NAMES[i]}: ${answer} and ${true_}`);
    const other = vectorsOf(PICTURES[(i + 1) % NAMES.length]);
    assert.ok(apart(answer, other) > 0.5, `${NAMES[i]} is not another`);
  });
  assert.deepEqual(ends, NAMES.map(() => [vocabulary.endPicture, vocabulary.eos]));

  const described = await generator.generate(
    PICTURES.map((shown) => promptOf([picture(shown)], [vectorsOf(shown)], MODEL)),
    (row) => MODEL.text.generate(row, { longest: 4 }),
    GREEDY,
  );
  assert.deepEqual(described.map(({ ids }) => vocabulary.decodeText(ids)), NAMES);
});

Deno.test("a training of it that is stopped goes on bit for bit", async () => {
  for (const [accumulate, stops] of [[1, [1, 4]], [2, [3]]] as const) {
    const budget = { steps: 6, batchSize: 4, peakRate: 1e-2 };
    const stages = (store: StateStore) => stagesOf(store, { budget, accumulate });
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

Deno.test("a model without places or token shift learns it too", async () => {
  using store = new StateStore(device);
  const config = { ...TINY_CONFIG, places: 0, grid: 0, tokenShift: false };
  const plain = new UnifiedModel({ ...tinyParts(), config, read: vectors, draw: vectors });
  const seen = await losses(store, { budget: { steps: 4, batchSize: 8, peakRate: 1e-3 } }, plain);
  assert.equal(seen.length, 4);
  assert.ok(!store.names().some((name) => /places|previous_token/.test(name)));
  using generator = await generatorOver(store, plain);
  const [answer] = await generator.generate(
    [promptOf(asked("cat"), [], plain)],
    (row) => vectors.generate(row),
    GREEDY,
  );
  assert.equal(answer.length, VECTORS.count * VECTORS.size);
});

const QUERIES = 2;

/**
 * Queries that are never said: a picture is what a head makes of the states at all of them (DreamLLM,
 * arXiv 2309.11499, has a diffusion model there).
 */
function queryModality(
  firstId: () => number,
  decode: (states: Float32Array) => Promise<Float32Array>,
): DrawnModality<Float32Array> {
  const size = VECTORS.count * VECTORS.size;
  return {
    name: "queries",
    tokens: {
      size: QUERIES,
      embeddings: (root) => table(root.at("queries"), QUERIES, TINY_CONFIG.hiddenSize, 0.5),
    },
    targets: {
      size,
      states: QUERIES,
      losses(root, states, targets) {
        const error = ops.sub(drawnFromStates(root, states), targets);
        return ops.sum(ops.mul(error, error), { axes: [1] });
      },
    },
    outputs: (_, states) => ({ state: states }),
    answerLength: QUERIES,
    prepare: (pictures) => Promise.resolve(pictures.map(vectorsOf)),
    blank: () => new Float32Array(size),
    write(writer, values, learned) {
      writer.token(vocabulary.picture, { learned });
      for (let i = 0; i < QUERIES; i++) writer.token(firstId() + i);
      writer.target("queries", [-2, -1], values);
      writer.token(vocabulary.endPicture, { learned });
    },
    async *generate(row) {
      row.feed({ id: vocabulary.picture });
      const states = [];
      for (let i = 0; i < QUERIES; i++) {
        row.feed({ id: firstId() + i });
        yield;
        states.push(...row.output("state"));
      }
      return await decode(Float32Array.from(states));
    },
  };
}

/** `[pictures · QUERIES, hiddenSize]` to `[pictures, numbers]`. */
function drawnFromStates(root: Scope, states: Parameters<typeof ops.relu>[0]) {
  const [rows, hiddenSize] = states.shape;
  const joined = ops.reshape(states, { shape: [rows / QUERIES, QUERIES * hiddenSize] });
  return linear(root.at("query_head"), joined, VECTORS.count * VECTORS.size);
}

Deno.test("queries that are never said: pictures are learned from the states at several rows", async () => {
  using store = new StateStore(device);
  const painting = Promise.withResolvers<Program>();
  const decode = async (states: Float32Array) =>
    (await (await painting.promise).run({ states })).drawn as Float32Array;
  const queries = queryModality(() => model.firstId("queries"), decode);
  const { text, read, ...parts } = tinyParts();
  const model: UnifiedModel = new UnifiedModel({ ...parts, text, read, draw: queries });
  const words = vocabulary.text.size;
  assert.deepEqual([model.sayable, model.firstId("queries")], [words, words]);
  assert.equal(model.ids, words + QUERIES);
  const saying: UnifiedModel = new UnifiedModel({
    ...parts,
    text,
    read: parts.draw,
    draw: queries,
  });
  assert.deepEqual([saying.firstId("codes"), saying.sayable], [words, words + TINY.codes]);
  assert.equal(saying.firstId("queries"), saying.sayable, "what is never said comes last");

  const document: Document = [{ ask: asked("cat"), answer: [picture(PICTURES[0])] }];
  const [sequence] = await sequencesOf([document], model);
  const shape = shapeOf([sequence, sequence], 2, model);
  assert.deepEqual(shape.targets, { queries: 1 });
  const batch = batchOf([sequence, sequence], shape, model);
  const at = batch["positions.queries"] as Int32Array;
  assert.deepEqual([...at].map((row) => batch.ids[row] - model.ids), [-2, -1, -2, -1]);
  assert.deepEqual([...at.slice(2)].map((row) => row - shape.length), [...at.slice(0, 2)]);

  const seen = await losses(store, { mixture: { draw: 1 } }, model);
  assert.ok(seen[0].queries > 1.5 && seen.at(-1)!.queries < 0.1, `to ${seen.at(-1)!.queries}`);
  const states = input("states", "float32", [QUERIES, TINY_CONFIG.hiddenSize]);
  const drawn = drawnFromStates(new Scope(), states);
  using painter = await Program.compile(device, toOnnx({ drawn }), store);
  painting.resolve(painter);
  using generator = await generatorOver(store, model);
  const answers = await generator.generate(
    NAMES.map((name) => promptOf(asked(name), [], model)),
    (row) => queries.generate(row),
    GREEDY,
  );
  answers.forEach((answer, i) => {
    assert.ok(apart(answer, vectorsOf(PICTURES[i])) < 0.25, `${NAMES[i]}: ${answer}`);
  });
});
