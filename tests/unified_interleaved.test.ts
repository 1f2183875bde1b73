/** Words and pictures in one answer, with the cache: what is said is what the whole model says. */
import assert from "node:assert/strict";
import { text } from "../lib/data/document.ts";
import { openDevice, Random, type StateStore } from "../lib/runtime/mod.ts";
import {
  type Entry,
  Generator,
  interleaved,
  type Row,
  type Sequence,
  SequenceWriter,
  type Speech,
  UnifiedModel,
} from "../lib/unified/mod.ts";
import { apart, fullForward } from "./full_forward.ts";
import { listening } from "./listening.ts";
import {
  TINY_CONFIG,
  TINY_MODEL,
  tinyParts,
  tinyPicture,
  tinyPrompt,
  tinyStore,
  tinyWords,
} from "./tiny_model.ts";
import { vectorModality } from "./vector_modality.ts";

const { vocabulary } = TINY_MODEL;
const parts = tinyParts();
const vectors = vectorModality(vocabulary);
const device = await openDevice("cpu", { threads: 1 });
const LIVELY = { temperature: 1.5, topK: 4, seed: 3 } as const;

const MODELS = {
  codes: TINY_MODEL,
  vectors: new UnifiedModel({ ...parts, draw: vectors }),
} as const;

/** Prompts of different lengths, every other with a picture. */
function prompts(count: number): Sequence[] {
  const random = new Random(6, "prompts");
  return Array.from({ length: count }, (_, i) => {
    const words = tinyWords(random, 1 + i % 4);
    return tinyPrompt(i % 2 ? [tinyPicture(random), words] : [words]);
  });
}

/** Makes `<eos>` and `<picture>` likely. */
async function storeOf(model: UnifiedModel): Promise<StateStore> {
  const store = tinyStore(device, 4, model);
  const head = await store.read("lm_head.weight") as Float32Array;
  for (const [id, scale] of [[vocabulary.eos, 2], [vocabulary.picture, 40]]) {
    const at = id * TINY_CONFIG.hiddenSize;
    for (let i = at; i < at + TINY_CONFIG.hiddenSize; i++) head[i] *= scale;
  }
  store.write("lm_head.weight", head);
  return store;
}

/**
 * Answers prompts, and compares all that was heard in each row with what the model says without a
 * cache after all that was fed.
 */
async function checked<C>(
  model: UnifiedModel,
  asked: readonly Sequence[],
  speak: (row: Row, index: number) => Speech<C>,
): Promise<{ answers: C[]; fed: Entry[][] }> {
  using store = await storeOf(model);
  const heard: Record<string, Float32Array>[] = [];
  using generator = await Generator.compile({
    device: listening(device, heard),
    store,
    model,
    shape: {
      batch: asked.length,
      prompt: 16,
      answer: 24,
      given: Object.fromEntries(model.given.map(({ name }) => [name, 4])),
    },
    seed: 0,
  });
  const fed: Entry[][] = asked.map(() => []);
  const openings = asked.map(() => 0);
  const taken = asked.map(() => 0);
  const answers = await generator.generate(asked, (row, i) => {
    const [feed, take] = [row.feed.bind(row), row.take.bind(row)];
    row.feed = (entry) => {
      fed[i].push(entry);
      if (heard.length === 0) openings[i]++;
      feed(entry);
    };
    row.take = () => {
      const entry = take();
      if (entry !== undefined) taken[i]++;
      return entry;
    };
    return speak(row, i);
  }, LIVELY);
  const whole = asked.map(({ rows }, i) => ({
    rows: [...rows, ...fed[i].map((entry) => ({ id: -1, place: 0, learned: false, ...entry }))],
  }));
  const expected = await fullForward(device, store, model, whole);
  let compared = 0;
  asked.forEach(({ rows }, i) => {
    const first = rows.length + openings[i] - 1;
    for (let at = first; at < rows.length + taken[i]; at++, compared++) {
      for (const [name, values] of Object.entries(heard[at - first])) {
        const size = values.length / asked.length;
        const difference = apart(
          values.subarray(i * size, (i + 1) * size),
          expected(name, i, at),
        );
        assert.ok(difference < 1e-4, `${name} of answer ${i} at row ${at}: ${difference} apart`);
      }
    }
  });
  assert.ok(compared > 2 * asked.length, "there is something to compare");
  return { answers, fed };
}

for (const [name, model] of Object.entries(MODELS)) {
  const contentLength = (model.draw.blank() as ArrayLike<number>).length;

  Deno.test(`words, a picture of ${name} and words in one answer: as without a cache`, async () => {
    const asked = prompts(4);
    const { answers, fed } = await checked(model, asked, async function* (row, i) {
      const before = yield* model.text.generate(row, { longest: i, ends: [] });
      const picture = yield* model.draw.generate(row);
      row.feed({ id: vocabulary.endPicture });
      const after = yield* model.text.generate(row, { longest: 3, ends: [] });
      return { before, picture, after };
    });
    answers.forEach(({ before, picture, after }, i) => {
      assert.deepEqual([before.ids.length, after.ids.length], [i, 3]);
      const writer = new SequenceWriter();
      for (const id of before.ids) writer.token(id);
      model.draw.write(writer, picture, false);
      for (const id of after.ids) writer.token(id);
      const rows = fed[i].map((entry) => ({ id: -1, place: 0, learned: false, ...entry }));
      assert.deepEqual(rows, writer.rows, "what is generated stands there as it is written");
    });
  });

  Deno.test(`the model says where a picture of ${name} begins`, async () => {
    const asked = prompts(8);
    const { answers, fed } = await checked(
      model,
      asked,
      (row) => interleaved(row, model, { longest: 4, pictures: 2 }),
    );
    const kinds = answers.map((parts) => parts.map(({ kind }) => kind).join());
    assert.ok(kinds.some((kinds) => kinds.includes("text,picture,text")), kinds.join("; "));
    assert.ok(kinds.some((kinds) => !kinds.includes("picture")), kinds.join("; "));
    answers.forEach((parts, i) => {
      const pictures = parts.filter(({ kind }) => kind === "picture").length;
      assert.ok(pictures <= 2);
      for (const mark of [vocabulary.picture, vocabulary.endPicture]) {
        assert.equal(fed[i].filter((entry) => "id" in entry && entry.id === mark).length, pictures);
      }
      for (const part of parts) {
        if (part.kind === "text") assert.ok(vocabulary.encodeText(part.text).length > 0);
        else assert.equal((part.content as ArrayLike<number>).length, contentLength);
      }
    });
  });
}

Deno.test("a prompt that asks for nothing is answered all the same", async () => {
  const asked = [tinyPrompt([]), tinyPrompt([text("a cat")])];
  const { answers } = await checked(
    TINY_MODEL,
    asked,
    (row) => parts.text.generate(row, { longest: 5, ends: [] }),
  );
  assert.deepEqual(answers.map(({ ids }) => ids.length), [5, 5]);
});
