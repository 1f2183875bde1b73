/** Visual tokens: their gradients, how they are fed back, and which of them are learned. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Document, type Segment, text } from "../lib/data/document.ts";
import type { Picture } from "../lib/data/picture.ts";
import { Scope } from "../lib/nn/mod.ts";
import { openDevice, Random } from "../lib/runtime/mod.ts";
import {
  batchOf,
  blankSequence,
  Generator,
  partsOfBatch,
  promptsOf,
  type Row,
  type SaidText,
  seenFeaturesModality,
  type Sequence,
  sequencesOf,
  SequenceWriter,
  shapeOf,
  unifiedLosses,
  UnifiedModel,
} from "../lib/unified/mod.ts";
import { apart, fullForward } from "./full_forward.ts";
import { checkGradients } from "./gradient_check.ts";
import { featuresOf, modelOf, SIZE, storeOf, TOKENS, visualTokens } from "./tiny_features.ts";
import { tinyPicture, tinyWords } from "./tiny_model.ts";

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

for (const loss of ["cosine", "l1"] as const) {
  for (const shape of ["house", "paper"] as const) {
    Deno.test(`gradients of words and visual tokens (${loss}, the ${shape}'s shape)`, async () => {
      const model = modelOf(featuresOf(loss), shape);
      const sequences = await sequencesOf(DOCUMENTS, model);
      const batch = shapeOf(sequences, sequences.length, model);
      const scope = new Scope();
      const losses = unifiedLosses(scope, model, batch);
      const [inputs] = partsOfBatch([batchOf(sequences, batch, model)], model);
      await checkGradients({ scope, loss: losses.loss, inputs });
    });
  }
}

/** Words, pictures, words: fewer or more words first, so that rows of a batch draw at other times. */
function* mixed(row: Row, index: number, model: UnifiedModel) {
  const words = (longest: number): Saying<SaidText> =>
    model.text.generate(row, { longest, ends: [] });
  const pictures: Float32Array[] = [];
  const ids = [...(yield* words(1 + index % 3)).ids];
  for (let i = 0; i <= index % 2; i++) {
    pictures.push(yield* model.draw.generate(row) as Saying<Float32Array>);
    row.feed({ id: vocabulary.endPicture });
  }
  ids.push(...(yield* words(2)).ids);
  return { ids, pictures };
}
type Saying<T> = globalThis.Generator<void, T>;
type Mixed = { readonly ids: readonly number[]; readonly pictures: readonly Float32Array[] };

/** A prompt and its answer as rows. */
function answered({ rows }: Sequence, { ids, pictures }: Mixed, model: UnifiedModel) {
  const writer = new SequenceWriter();
  for (const id of ids.slice(0, -2)) writer.token(id);
  for (const picture of pictures) model.draw.write(writer, picture, true);
  for (const id of ids.slice(-2)) writer.token(id);
  return { rows: [...rows, ...writer.rows] };
}

/** Of different lengths, with no, one or two pictures. */
const ASKED: readonly (readonly Segment[])[] = Array.from({ length: 5 }, (_, i) => [
  ...[first, second].slice(0, i % 3),
  tinyWords(random, 1 + 2 * i % 5),
]);

for (const shape of ["house", "paper"] as const) {
  Deno.test(`with cache, all that is said is the full model's (the ${shape}'s shape)`, async () => {
    const model = modelOf(featuresOf(), shape);
    using store = storeOf(device, model);
    const prompts = await promptsOf(ASKED, model);
    assert.ok(new Set(prompts.map(({ rows }) => rows.length)).size > 3);
    const compile = (batch: number) =>
      Generator.compile({
        device,
        store,
        model,
        shape: { batch, prompt: 20, answer: 20, given: { features: 2 * TOKENS } },
        seed: 0,
      });
    using generator = await compile(ASKED.length);
    const speak = (row: Row, i: number) => mixed(row, i, model);
    const answers = await generator.generate(prompts, speak, GREEDY);

    const whole = prompts.map((prompt, i) => answered(prompt, answers[i], model));
    const full = await fullForward(device, store, model, whole);
    const isWord = (id: number) => !vocabulary.isSpecial(id);
    let tokens = 0;
    whole.forEach(({ rows }, i) => {
      const { ids, pictures } = answers[i];
      const said = pictures.flatMap((picture) => [...picture]);
      for (let at = prompts[i].rows.length; at < rows.length; at++) {
        const { id, given } = rows[at];
        if (given !== undefined) {
          const difference = apart(said.splice(0, SIZE), full("features", i, at - 1));
          assert.ok(difference < 1e-4, `row ${i}, at ${at}: ${difference} apart`);
          tokens++;
        } else if (isWord(id)) {
          const logits = full("logits", i, at - 1).slice(0, vocabulary.text.size);
          logits.forEach((_, id) => isWord(id) || (logits[id] = -Infinity));
          assert.equal(id, logits.indexOf(Math.max(...logits)), `row ${i}, at ${at}`);
        }
      }
      assert.equal(said.length, 0);
      assert.equal(ids.length, 1 + i % 3 + 2);
    });
    assert.equal(tokens, 7 * TOKENS);

    using alone = await compile(1);
    for (const [i, prompt] of prompts.entries()) {
      const [{ ids, pictures }] = await alone.generate([prompt], (row) => speak(row, i), GREEDY);
      assert.deepEqual(ids, answers[i].ids);
      pictures.forEach((picture, p) => assert.ok(apart(picture, answers[i].pictures[p]) < 1e-5));
    }
  });
}

Deno.test("what is predicted has length 1 and depends on what is fed back", async () => {
  using store = storeOf(device, MODEL);
  const prompts = await promptsOf([[text("draw a cat")]], MODEL);
  const [rows] = prompts.map(({ rows }) => rows);
  const drawn = (values: Float32Array) => {
    const writer = new SequenceWriter();
    MODEL.draw.write(writer, values, true);
    return { rows: [...rows, ...writer.rows] };
  };
  const one = visualTokens(first.picture);
  const other = Float32Array.from(one, (x, i) => i < SIZE ? -x : x);
  const full = await fullForward(device, store, MODEL, [drawn(one), drawn(other)]);
  const predicted = (sequence: number, token: number) =>
    full("features", sequence, rows.length + token);
  for (let token = 0; token < TOKENS; token++) {
    assert.ok(Math.abs(Math.hypot(...predicted(0, token)) - 1) < 1e-5);
    const difference = apart(predicted(0, token), predicted(1, token));
    if (token === 0) assert.ok(difference < 1e-6, "the first knows <picture> alone");
    else assert.ok(difference > 1e-3, `token ${token}: ${difference}`);
  }
});

const segment = fc.oneof(
  fc.constantFrom(text("red"), text("two cat")),
  fc.integer({ min: 0, max: 9 }).map((seed): Segment => tinyPicture(new Random(seed))),
);
const turn = fc.record({
  ask: fc.array(segment, { maxLength: 3 }),
  answer: fc.array(segment, { maxLength: 3 }),
});

Deno.test("pictures that are asked have no loss, those that are answered a target a token", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 2 }), async (document) => {
      const [{ rows, targets }] = await sequencesOf([document], MODEL);
      const answered = document.flatMap(({ answer }) => answer)
        .flatMap((segment) => segment.kind === "picture" ? [segment.picture] : []);
      assert.deepEqual(
        targets.map(({ values }) => [...values]).flat(),
        answered.flatMap((picture) => [...visualTokens(picture)]),
      );
      targets.forEach(({ at, values }, i) => {
        assert.equal(at.length, 1);
        const [before, after] = [rows[at[0]], rows[at[0] + 1]];
        assert.deepEqual(after.given?.values, values);
        if (i % TOKENS === 0) {
          assert.deepEqual([before.id, before.learned], [vocabulary.picture, true]);
        } else assert.deepEqual(before.given?.values, targets[i - 1].values);
      });
      const learnedSigns = rows.filter(({ id, learned }) =>
        learned && (id === vocabulary.picture || id === vocabulary.endPicture)
      );
      assert.equal(learnedSigns.length, 2 * answered.length);
      assert.ok(rows.every(({ given, learned }) => given === undefined || !learned));
    }),
    { numRuns: 50 },
  );
});

Deno.test("pictures that are read stand where they stand, those that are drawn in order after all that", async () => {
  const grid = 4;
  const draw = featuresOf("cosine", visualTokens, 1 + grid);
  const places = Int32Array.of(2, 4, 0);
  const see = (pictures: readonly Picture[]) =>
    Promise.resolve(pictures.map((one) => ({ tokens: visualTokens(one), places })));
  const model = new UnifiedModel({
    ...MODEL,
    config: { ...MODEL.config, places: grid + TOKENS },
    draw,
    read: seenFeaturesModality(vocabulary, draw, { see }),
  });
  const document: Document = [{ ask: [first, text("next")], answer: [second, text("a cat")] }];
  const [{ rows, targets }] = await sequencesOf([document], model);
  const given = rows.filter(({ given }) => given !== undefined);
  assert.deepEqual(given.map(({ place }) => place), [2, 4, 0, 5, 6, 7]);
  assert.deepEqual(
    given.flatMap(({ given }) => [...given!.values]),
    [first, second].flatMap(({ picture }) => [...visualTokens(picture)]),
  );
  assert.equal(targets.length, TOKENS);
  assert.deepEqual(blankSequence(document, model).rows.length, rows.length);

  // What is said of a picture hangs on where its vectors stand.
  using store = storeOf(device, model);
  const moved = rows.map((row) => row.place === 2 ? { ...row, place: 3 } : row);
  const heard = await fullForward(device, store, model, [{ rows }, { rows: moved }]);
  const [here, there] = [0, 1].map((sequence) => heard("logits", sequence, rows.length - 1));
  assert.ok(here.some((x, i) => Math.abs(x - there[i]) > 1e-3));
});
