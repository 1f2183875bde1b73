/** Generation: grammars, guidance and batches. */
import assert from "node:assert/strict";
import { type Device, openDevice, Random, type StateStore } from "../lib/runtime/mod.ts";
import {
  type GenerationOptions,
  type GenerationShape,
  Generator,
  type Row,
  type Sequence,
  SequenceWriter,
} from "../lib/unified/mod.ts";
import { guided, sample } from "../lib/nn/mod.ts";
import { apart, fullForward } from "./full_forward.ts";
import { listening } from "./listening.ts";
import {
  TINY,
  TINY_CONFIG,
  TINY_MODEL,
  tinyParts,
  tinyPicture,
  tinyPrompt,
  tinyStore,
  tinyWords,
} from "./tiny_model.ts";

const SHAPE: GenerationShape = { batch: 4, prompt: 16, answer: 6, given: { read: TINY.tokens } };
const GREEDY = { temperature: 0, topK: 1, seed: 0 } as const;
const LIVELY = { temperature: 1.5, topK: 1000, seed: 3 } as const;
const { vocabulary } = TINY_MODEL;
const parts = tinyParts();

const device = await openDevice("cpu", { threads: 1 });

function generatorOver(store: StateStore, on: Device = device): Promise<Generator> {
  return Generator.compile({ device: on, store, model: TINY_MODEL, shape: SHAPE, seed: 0 });
}

const draw = (row: Row) => parts.draw.generate(row);
const say = (row: Row) => parts.text.generate(row, { longest: SHAPE.answer });

/** Prompts of different lengths, every other with a picture. */
function prompts(count: number): Sequence[] {
  const random = new Random(5, "prompts");
  return Array.from({ length: count }, (_, i) => {
    const words = tinyWords(random, 1 + i % 4);
    return tinyPrompt(i % 2 ? [tinyPicture(random), words] : [words]);
  });
}

for (const grammar of ["picture", "text"] as const) {
  Deno.test(`a ${grammar} with cache: the logits of every step are the full model's`, async () => {
    using store = tinyStore(device);
    const heard: Record<string, Float32Array>[] = [];
    using generator = await generatorOver(store, listening(device, heard));
    const asked = prompts(SHAPE.batch);
    const answers = grammar === "picture"
      ? await generator.generate(asked, draw, GREEDY)
      : (await generator.generate(asked, say, GREEDY)).map(({ ids }) => ids);
    const begun = grammar === "picture" ? 1 : 0;
    const whole = asked.map(({ rows }, i) => {
      const writer = new SequenceWriter();
      if (grammar === "picture") parts.draw.write(writer, Int32Array.from(answers[i]), true);
      else answers[i].forEach((id) => writer.token(id));
      return { rows: [...rows, ...writer.rows] };
    });
    const expected = await fullForward(device, store, TINY_MODEL, whole);
    const { sayable } = TINY_MODEL;
    let compared = 0;
    asked.forEach(({ rows }, i) => {
      for (let token = 0; token < answers[i].length; token++, compared++) {
        const found = heard[token].logits.subarray(i * sayable, (i + 1) * sayable);
        const difference = apart(found, expected("logits", i, rows.length + begun - 1 + token));
        assert.ok(difference < 1e-4, `row ${i}, token ${token}: ${difference} apart`);
      }
    });
    assert.ok(compared >= 3 * SHAPE.batch);
  });
}

Deno.test("what is generated for a prompt depends on its place alone, not on the batches", async () => {
  using store = tinyStore(device);
  using generator = await generatorOver(store);
  const asked = prompts(2 * SHAPE.batch + 1);
  const together = await generator.generate(asked, draw, LIVELY);
  const guidance = { unconditional: asked, scale: 1 };
  assert.equal(together.length, asked.length);
  assert.deepEqual(await generator.generate(asked, draw, { ...LIVELY, guidance }), together);
  const fewer = await generator.generate(asked.slice(0, 3), draw, LIVELY);
  assert.deepEqual(fewer, together.slice(0, 3));
});

Deno.test("the same seed generates the same, another seed something else", async () => {
  using store = tinyStore(device);
  using generator = await generatorOver(store);
  const generate = (seed: number) => generator.generate(prompts(4), draw, { ...LIVELY, seed });
  const first = await generate(3);
  assert.deepEqual(await generate(3), first);
  assert.notDeepEqual(await generate(4), first);
});

Deno.test("guidance at scale 1 is none; at a larger scale it follows its formula", async () => {
  using store = tinyStore(device);
  const heard: Record<string, Float32Array>[] = [];
  using generator = await generatorOver(store, listening(device, heard));
  const [conditional, unconditional] = [prompts(2), prompts(4).slice(2)];
  const generate = (scale?: number) =>
    generator.generate(conditional, draw, {
      ...GREEDY,
      ...(scale === undefined ? {} : { guidance: { unconditional, scale } }),
    });
  const none = await generate();
  assert.deepEqual(await generate(1), none);

  heard.length = 0;
  const strong = await generate(6);
  const { sayable } = TINY_MODEL;
  strong.forEach((answer, row) => {
    const expected = answer.map((_, token) => {
      const codes = (row: number) =>
        heard[token].logits.subarray(row * sayable, (row + 1) * sayable).slice(-TINY.codes);
      const scores = guided(codes(row), codes(conditional.length + row), 6);
      return scores.indexOf(Math.max(...scores));
    });
    assert.deepEqual(answer, expected);
  });
  assert.notDeepEqual(strong, none);
});

/** Makes special tokens and codes far likelier than words, and `<eos>` a little. */
async function temptingStore(): Promise<StateStore> {
  const store = tinyStore(device);
  for (const name of ["lm_head.weight", "vision_head.weight"]) {
    const head = await store.read(name) as Float32Array;
    const ids = name.startsWith("lm") ? 6 : TINY.codes;
    for (let id = 0; id < ids; id++) {
      const scale = name.startsWith("lm") && id === vocabulary.eos ? 4 : 40;
      const at = id * TINY_CONFIG.hiddenSize;
      for (let i = at; i < at + TINY_CONFIG.hiddenSize; i++) head[i] *= scale;
    }
    store.write(name, head);
  }
  return store;
}

Deno.test("a picture has exactly its tokens, all of them codes", async () => {
  using store = await temptingStore();
  using generator = await generatorOver(store);
  for (const sampling of [GREEDY, LIVELY]) {
    for (const codes of await generator.generate(prompts(6), draw, sampling)) {
      assert.equal(codes.length, TINY.tokens);
      for (const code of codes) assert.ok(code >= 0 && code < TINY.codes, `${code}`);
    }
  }
});

Deno.test("text has neither codes nor special tokens, and ends at <eos> or at its limit", async () => {
  using store = await temptingStore();
  using generator = await generatorOver(store);
  const lengths = new Set<number>();
  for (let seed = 0; seed < 8; seed++) {
    const options: GenerationOptions = { ...LIVELY, topK: 4, seed };
    for (const { ids, end } of await generator.generate(prompts(8), say, options)) {
      lengths.add(ids.length);
      assert.equal(end, ids.length < SHAPE.answer ? vocabulary.eos : undefined);
      for (const id of ids) assert.ok(id > vocabulary.endPicture && id < vocabulary.text.size);
    }
  }
  assert.equal(Math.max(...lengths), SHAPE.answer);
  assert.ok(lengths.size > 1, "some answers end before the limit");
});

Deno.test("among choices, one of each is said, whatever the model would rather say", async () => {
  using store = tinyStore(device);
  using generator = await generatorOver(store);
  const encoded = (...texts: string[]) => texts.map((text) => vocabulary.encodeText(text));
  const saidOf = async (choices: readonly (readonly (readonly number[])[])[]) => {
    const said = new Set<string>();
    for (let seed = 0; seed < 4; seed++) {
      const answers = await generator.generate(
        prompts(8),
        (row) => parts.text.generate(row, { longest: SHAPE.answer, choices }),
        { ...LIVELY, temperature: 4, seed },
      );
      for (const { ids } of answers) said.add(vocabulary.decodeText(ids));
    }
    return [...said].sort();
  };
  const first = encoded("two red", "two", "a cat", "a");
  assert.deepEqual(await saidOf([first]), ["a", "a cat", "two", "two red"]);
  // "two" then "red cat" reads as "two red" then "cat".
  const both = await saidOf([encoded("two red", "two"), encoded("cat", "red cat")]);
  assert.deepEqual(both, ["two cat", "two red cat", "two red red cat"]);
});

Deno.test("a prompt or an answer that is too long is refused clearly", async () => {
  using store = tinyStore(device);
  using generator = await generatorOver(store);
  const random = new Random(1, "long");
  const refused = (sequence: Sequence, message: string) =>
    assert.rejects(generator.generate([sequence], say, GREEDY), { name: "RangeError", message });
  const long = tinyPrompt([tinyWords(random, 30)]);
  await refused(long, `Expected a prompt of at most 16 rows, but found ${long.rows.length}`);
  const pictures = tinyPrompt([tinyPicture(random), tinyPicture(random)]);
  await refused(
    pictures,
    'Expected a prompt with at most 4 given rows of "read", but found more',
  );
  const endless = function* (row: Row): Said {
    for (;;) {
      row.feed({ id: vocabulary.picture });
      yield;
    }
  };
  await assert.rejects(generator.generate(prompts(2), endless, GREEDY), {
    name: "RangeError",
    message: "Expected answers of at most 6 rows, but found a longer one",
  });
  const [fits] = await generator.generate(prompts(1), draw, GREEDY);
  assert.equal(fits.length, TINY.tokens, "and the generator works on");
});
type Said = globalThis.Generator<void, void>;

Deno.test("who asks what the model says has to pause first", async () => {
  using store = tinyStore(device);
  using generator = await generatorOver(store);
  const speak = (say: (row: Row) => Said) => generator.generate(prompts(1), say, GREEDY);
  const pause = /^Error: Expected a pause before the row asks what the model says$/;
  await assert.rejects(
    speak(function* (row) {
      row.sample(0, 5);
      yield;
    }),
    pause,
  );
  await assert.rejects(
    speak(function* (row) {
      yield;
      row.feed({ id: row.sample(0, 5) });
      row.sample(0, 5);
    }),
    pause,
  );
  await assert.rejects(
    speak(function* (row) {
      yield;
      row.output("features");
    }),
    /^RangeError: Expected an output of a modality, but found "features"$/,
  );
});

Deno.test("two generations at once do not disturb each other", async () => {
  using store = tinyStore(device);
  using generator = await generatorOver(store);
  const [one, other] = [prompts(8).slice(0, 4), prompts(8).slice(4)];
  const generate = (asked: readonly Sequence[]) => generator.generate(asked, draw, LIVELY);
  const apart = [await generate(one), await generate(other)];
  assert.deepEqual(await Promise.all([generate(one), generate(other)]), apart);
});

Deno.test("generators over one store do not disturb each other, and take what is theirs along", async () => {
  using store = tinyStore(device);
  const parameters = store.names();
  const [one, other] = [await generatorOver(store), await generatorOver(store)];
  const [these, those] = [prompts(8).slice(0, 4), prompts(8).slice(4)];
  const apart = [
    await one.generate(these, draw, LIVELY),
    await other.generate(those, draw, LIVELY),
  ];
  const atOnce = [one.generate(these, draw, LIVELY), other.generate(those, draw, LIVELY)];
  assert.deepEqual(await Promise.all(atOnce), apart);
  one[Symbol.dispose]();
  assert.deepEqual(await other.generate(those, draw, LIVELY), apart[1]);
  other[Symbol.dispose]();
  assert.deepEqual(store.names(), parameters);
});

Deno.test("temperature 0 and top 1 take the likeliest, and equals in order", () => {
  const logits = Float32Array.of(0, -Infinity, 3, 3, 1);
  for (let seed = 0; seed < 20; seed++) {
    const random = new Random(seed);
    assert.equal(sample(logits, { temperature: 0, topK: 5 }, random), 2);
    assert.equal(sample(logits, { temperature: 2, topK: 1 }, random), 2);
  }
});

Deno.test("samples come as often as softmax(logits / temperature) says", () => {
  const logits = Float32Array.of(1, 0.5, -0.5, 2, -Infinity, 0);
  const draws = 20_000;
  for (const [temperature, topK] of [[1, 6], [0.5, 6], [2, 3]]) {
    const random = new Random(11, temperature, topK);
    const counts = logits.map(() => 0);
    for (let i = 0; i < draws; i++) counts[sample(logits, { temperature, topK }, random)]++;
    const smallest = logits.toSorted().at(-topK)!;
    const weights = logits.map((x) => x < smallest ? 0 : Math.exp(x / temperature));
    const total = weights.reduce((a, b) => a + b);
    const chiSquare = counts.reduce((sum, count, i) => {
      const expected = draws * weights[i] / total;
      if (expected === 0) assert.equal(count, 0);
      return expected === 0 ? sum : sum + (count - expected) ** 2 / expected;
    }, 0);
    assert.ok(chiSquare < 18.5, `χ² = ${chiSquare}`); // 99.9 % of samples of 4 degrees of freedom
  }
});
