/** Dreamt pictures: their gradients, the states at queries, and what a dream's loss knows. */
import assert from "node:assert/strict";
import { type Document, type Segment, text } from "../lib/data/document.ts";
import { gradient, input } from "../lib/graph/mod.ts";
import { initialValue, Scope } from "../lib/nn/mod.ts";
import { openDevice, Random, type TensorData } from "../lib/runtime/mod.ts";
import {
  batchOf,
  Generator,
  partsOfBatch,
  promptsOf,
  type Row,
  type SaidText,
  type Sequence,
  sequencesOf,
  SequenceWriter,
  shapeOf,
  unifiedLosses,
  type UnifiedModel,
} from "../lib/unified/mod.ts";
import { DECODER } from "../lib/vision/mod.ts";
import { apart, fullForward } from "./full_forward.ts";
import { checkGradients } from "./gradient_check.ts";
import { runGraph } from "./run_graph.ts";
import { DIFFUSION, dreamt, modelOf, QUERY_COUNT, storeOf } from "./tiny_dreams.ts";
import {
  TINY,
  TINY_CONFIG,
  tinyCodes,
  tinyFeatures,
  tinyPicture,
  tinyWords,
} from "./tiny_model.ts";

const device = await openDevice("cpu", { threads: 1 });
const GREEDY = { temperature: 0, topK: 1, seed: 0 } as const;
const MODEL = modelOf();
const { vocabulary } = MODEL;
const random = new Random(2, "documents");
const [first, second, third, fourth] = Array.from({ length: 4 }, () => tinyPicture(random));

/** Asked about, answered with, and between words. */
const DOCUMENTS: readonly Document[] = [
  [{ ask: [first, text("describe")], answer: [text("a cat")] }],
  [{ ask: [text("draw two hearts")], answer: [second] }],
  [{ ask: [third, text("and")], answer: [text("red"), fourth, text("a dog")] }],
];
/** What is left to chance: some codes are left in both pictures, and neither loses its condition. */
const streams = () => DOCUMENTS.map((_, i) => new Random(1, "row", i));

/** The joint loss of documents, with room for as many dreams in each as are told. */
async function lossOf(model: UnifiedModel, dreams = 1) {
  const sequences = await sequencesOf(DOCUMENTS, model, streams());
  const shape = { ...shapeOf(sequences, sequences.length, model), targets: { dreams } };
  const scope = new Scope();
  const losses = unifiedLosses(scope, model, shape);
  const inputsOf = (sequences: readonly Sequence[]) =>
    partsOfBatch([batchOf(sequences, shape, model)], model)[0];
  return { scope, losses, sequences, inputsOf };
}

Deno.test("what the gradients are checked on has codes that are left, and conditions", async () => {
  const targets = (await sequencesOf(DOCUMENTS, MODEL, streams())).flatMap(({ targets }) =>
    targets
  );
  assert.equal(targets.length, 2);
  for (const { values } of targets) {
    const left = values.slice(TINY.tokens, 2 * TINY.tokens);
    assert.ok(left.includes(1) && left.includes(0), `${left}`);
    assert.equal(values.at(-1), 1);
  }
});

for (const shape of ["house", "paper"] as const) {
  Deno.test(`gradients of words and dreams (the ${shape}'s shape)`, async () => {
    const { scope, losses: { loss }, sequences, inputsOf } = await lossOf(modelOf(shape));
    await checkGradients({ scope, loss, inputs: inputsOf(sequences), frozen: ["quantizer."] });
  });

  Deno.test(`a dream teaches through a frozen decoder (the ${shape}'s shape)`, async () => {
    const { scope, losses: { parts }, sequences, inputsOf } = await lossOf(modelOf(shape));
    // No word is learned of a dream: all else but the decoder is reached by it.
    const frozen = [DECODER, "lm_head.", "quantizer."];
    const inputs = inputsOf(sequences);
    await checkGradients({ scope, loss: parts!.dreams, inputs, frozen });
  });
}

/** The joint loss, its parts and every gradient, at random parameters. */
async function found({ scope, losses }: Awaited<ReturnType<typeof lossOf>>, inputs: Inputs) {
  const specs = scope.specs();
  const derivatives = gradient(losses.loss, specs.map(({ name }) => scope.tensor(name)));
  return await runGraph(device, {
    loss: losses.loss,
    ...losses.parts,
    ...Object.fromEntries(specs.map(({ name }, i) => [`gradient ${name}`, derivatives[i]])),
  }, {
    ...inputs,
    ...Object.fromEntries(specs.map((spec) => [spec.name, initialValue(spec, 0)])),
  });
}
type Inputs = Readonly<Record<string, TensorData>>;

Deno.test("room for dreams that nobody dreams changes nothing", async () => {
  const [tight, wide] = await Promise.all([lossOf(MODEL), lossOf(MODEL, 3)]);
  const expected = await found(tight, tight.inputsOf(tight.sequences));
  assert.ok(expected.dreams[0] > 0);
  const padded = await found(wide, wide.inputsOf(wide.sequences));
  for (const [name, values] of Object.entries(expected)) {
    assert.ok(apart(padded[name], values) < 1e-5, name);
  }
});

Deno.test("a dream knows nothing of what stands after it, not even its own features", async () => {
  const known = await lossOf(MODEL);
  const expected = await found(known, known.inputsOf(known.sequences));
  const changed = known.sequences.map(({ rows, targets }) => {
    const dreamt = Math.max(-1, ...targets.flatMap(({ at }) => at));
    return {
      targets,
      rows: rows.map((row, at) => {
        if (dreamt < 0 || at < dreamt || row.given === undefined) return row;
        const values = row.given.values.map((x) => 1 - x);
        return { ...row, given: { ...row.given, values } };
      }),
    };
  });
  const other = await found(known, known.inputsOf(changed));
  assert.ok(apart(other.dreams, expected.dreams) < 1e-6, "the dreams");
  assert.ok(apart(other.text, expected.text) > 1e-4, "the words that follow");
});

Deno.test("without its condition a picture tells the states nothing, and zeros are such a picture", async () => {
  const scope = new Scope();
  const { losses, size } = MODEL.draw.targets!;
  const ids = [...tinyCodes(first.picture)];
  const left = ids.map((_, i) => i % 2);
  const targets = [[...ids, ...left, 1], [...ids, ...left, 0], Array<number>(size).fill(0)];
  const states = input("states", "float32", [3 * QUERY_COUNT, TINY_CONFIG.hiddenSize]);
  const traced = losses(scope, states, input("targets", "float32", [3, size]));
  const run = (seed: number) =>
    runGraph(device, { losses: traced }, {
      states: new Random(seed, "states").normals(states.shape[0] * states.shape[1]),
      targets: Float32Array.from(targets.flat()),
      ...Object.fromEntries(scope.specs().map((spec) => [spec.name, initialValue(spec, 0)])),
    });
  const [one, other] = [(await run(1)).losses, (await run(2)).losses];
  assert.ok([...one, ...other].every(Number.isFinite), `${one}; ${other}`);
  assert.ok(Math.abs(one[0] - other[0]) > 1e-3, `${one}; ${other}`);
  assert.deepEqual(one.slice(1), other.slice(1));
});

/** Pictures that are read after what was dreamt, by prompt and by place in its answer. */
const paintedAs = (prompt: number, dream: number) =>
  tinyFeatures(tinyPicture(new Random(dream, "painted", prompt)).picture);

/** Words, pictures, words: fewer or more words first, so that rows of a batch dream at other times. */
async function* mixed(row: Row, index: number, model: UnifiedModel) {
  const words = (longest: number): Generating<SaidText> =>
    model.text.generate(row, { longest, ends: [] });
  const pictures: Float32Array[] = [];
  const before = yield* words(1 + index % 3);
  for (let i = 0; i <= index % 2; i++) {
    pictures.push(yield* dreamt(model, row));
    row.feed({ id: vocabulary.endPicture });
    const writer = new SequenceWriter();
    model.read.write(writer, paintedAs(index, i), false);
    for (const { id, given, place } of writer.rows) {
      row.feed(given === undefined ? { id, place } : { given, place });
    }
  }
  const after = yield* words(2);
  return { before: before.ids, pictures, after: after.ids };
}
type Generating<T> = globalThis.Generator<void, T>;
type Mixed = {
  readonly before: readonly number[];
  readonly pictures: readonly Float32Array[];
  readonly after: readonly number[];
};

/** A prompt and its answer, as a document would be written. */
function answered({ rows }: Sequence, said: Mixed, index: number, { draw, read }: UnifiedModel) {
  const writer = new SequenceWriter();
  for (const id of said.before) writer.token(id);
  said.pictures.forEach((conditions, i) => {
    draw.write(writer, conditions, false);
    read.write(writer, paintedAs(index, i), false);
  });
  for (const id of said.after) writer.token(id);
  return { rows: [...rows, ...writer.rows] };
}

/** Of different lengths, with no, one or two pictures. */
const ASKED: readonly (readonly Segment[])[] = Array.from({ length: 5 }, (_, i) => [
  ...[first, second].slice(0, i % 3),
  tinyWords(random, 1 + 2 * i % 5),
]);

/** What the queries of a dream say, as conditions. */
function ofLength1(said: readonly number[]): number[] {
  const { conditions, conditionSize } = DIFFUSION;
  return Array.from({ length: conditions }, (_, n) => {
    const own = said.slice(n * conditionSize, (n + 1) * conditionSize);
    return own.map((x) => x / Math.hypot(...own));
  }).flat();
}

for (const shape of ["house", "paper"] as const) {
  Deno.test(`with cache, dreams and words are the full model's (the ${shape}'s shape)`, async () => {
    const model = modelOf(shape);
    using store = storeOf(device, model);
    const prompts = await promptsOf(ASKED, model);
    const compile = (batch: number) =>
      Generator.compile({
        device,
        store,
        model,
        shape: { batch, prompt: 24, answer: 32, given: { read: 2 * TINY.tokens } },
        seed: 0,
      });
    using generator = await compile(ASKED.length);
    const speak = (row: Row, i: number) => mixed(row, i, model);
    const answers = await generator.generate(prompts, speak, GREEDY);

    const whole = prompts.map((prompt, i) => answered(prompt, answers[i], i, model));
    const full = await fullForward(device, store, model, whole);
    const firstQuery = model.firstId("dreams");
    const isWord = (id: number) => id >= 0 && id < firstQuery && !vocabulary.isSpecial(id);
    let dreams = 0;
    whole.forEach(({ rows }, i) => {
      const said = answers[i].pictures.map((conditions) => [...conditions]);
      const own: number[] = [];
      for (let at = prompts[i].rows.length; at < rows.length; at++) {
        const { id } = rows[at];
        if (id >= firstQuery) {
          own.push(...full("dreams", i, at));
          dreams++;
          if (own.length < DIFFUSION.conditions * DIFFUSION.conditionSize) continue;
          const difference = apart(said.shift()!, ofLength1(own.splice(0)));
          assert.ok(difference < 1e-4, `row ${i}, at ${at}: ${difference} apart`);
        } else if (isWord(id)) {
          const logits = full("logits", i, at - 1).slice(0, firstQuery);
          logits.forEach((_, id) => isWord(id) || (logits[id] = -Infinity));
          assert.equal(id, logits.indexOf(Math.max(...logits)), `row ${i}, at ${at}`);
        }
      }
      assert.equal(said.length, 0);
      assert.deepEqual([answers[i].before.length, answers[i].after.length], [1 + i % 3, 2]);
    });
    assert.equal(dreams, 7 * QUERY_COUNT);

    using alone = await compile(1);
    const [last] = await alone.generate(prompts.slice(-1), (row) => speak(row, 4), GREEDY);
    assert.deepEqual([last.before, last.after], [answers[4].before, answers[4].after]);
    last.pictures.forEach((own, p) => assert.ok(apart(own, answers[4].pictures[p]) < 1e-5));
  });
}
