/** Generation: grammars, guidance and batches. */
import assert from "node:assert/strict";
import { input, ops, toOnnx } from "../lib/graph/mod.ts";
import { Scope } from "../lib/nn/mod.ts";
import { type Device, openDevice, Program, Random, type StateStore } from "../lib/runtime/mod.ts";
import { contextualize, embed, fromStart, logitsOf } from "../lib/unified/language_model.ts";
import {
  batchOf,
  type GenerationOptions,
  type GenerationShape,
  Generator,
  prompt,
  type Sequence,
} from "../lib/unified/mod.ts";
import { guided, sample } from "../lib/unified/sampling.ts";
import { TINY_CONFIG, TINY_VOCABULARY, tinyPicture, tinyStore, tinyText } from "./tiny_model.ts";

const SHAPE: GenerationShape = { batch: 4, prompt: 16, answer: 6, pictures: 1 };
const GREEDY = { temperature: 0, topK: 1, seed: 0 } as const;
const LIVELY = { temperature: 1.5, topK: 1000, seed: 3 } as const;
const { pictureTokens } = TINY_CONFIG;
const vocabulary = TINY_VOCABULARY;

const device = await openDevice("cpu", { threads: 1 });

function generatorOver(store: StateStore, on: Device = device): Promise<Generator> {
  return Generator.compile({
    device: on,
    store,
    config: TINY_CONFIG,
    vocabulary,
    shape: SHAPE,
    seed: 0,
  });
}

/** Prompts of different lengths, every other with a picture. */
function prompts(count: number): Sequence[] {
  const random = new Random(5, "prompts");
  return Array.from({ length: count }, (_, i) => {
    const words = tinyText(random, 1 + i % 4);
    return prompt(i % 2 ? [tinyPicture(random), words] : [words], vocabulary, pictureTokens);
  });
}

/** A device that keeps the logits of every run. */
function listening(heard: Float32Array[]): Device {
  return {
    name: device.name,
    description: device.description,
    freeBytes: device.freeBytes,
    buffer: (type, data) => device.buffer(type, data),
    async compile(model, options) {
      const executable = await device.compile(model, options);
      return {
        inputs: executable.inputs,
        outputs: executable.outputs,
        async run(inputs, outputs) {
          await executable.run(inputs, outputs);
          heard.push(await outputs.logits.read() as Float32Array);
        },
        endProfiling: () => executable.endProfiling(),
        [Symbol.dispose]: () => executable[Symbol.dispose](),
      };
    },
    [Symbol.dispose]() {},
  };
}

/** Logits after every token of the rows, without a cache: `[rows, length, vocabulary]`. */
async function fullForward(store: StateStore, rows: readonly Sequence[], length: number) {
  const batch = rows.length;
  const shape = { batch, length, learned: 1, pictures: SHAPE.pictures };
  const scope = new Scope();
  const read = batch * SHAPE.pictures * pictureTokens;
  const tokens = {
    ids: input("ids", "int32", [batch, length]),
    places: input("places", "int32", [batch, length]),
    features: input("features", "float32", [read, TINY_CONFIG.featureSize]),
  };
  const embedded = embed(scope, tokens, TINY_CONFIG);
  const context = fromStart(batch, length, TINY_CONFIG);
  const hidden = contextualize(scope, embedded, TINY_CONFIG, context);
  const states = ops.reshape(hidden, { shape: [batch * length, TINY_CONFIG.hiddenSize] });
  const logits = logitsOf(scope, states, TINY_CONFIG);
  using program = await Program.compile(device, toOnnx({ logits }), store);
  const silent = rows.map((row) => ({ ...row, learned: row.ids.map(() => false) }));
  const { ids, places, features } = batchOf(silent, shape, vocabulary, TINY_CONFIG);
  const found = await program.run({ ids, places, features });
  return found.logits as Float32Array;
}

for (const grammar of ["picture", "text"] as const) {
  Deno.test(`a ${grammar} with cache: the logits of every step are the full model's`, async () => {
    using store = tinyStore(device);
    const heard: Float32Array[] = [];
    using generator = await generatorOver(store, listening(heard));
    const asked = prompts(SHAPE.batch);
    const answers = await generator.generate(asked, { ...GREEDY, grammar });

    const begun = grammar === "picture" ? [vocabulary.picture] : [];
    const placeOf = (at: number) => grammar === "picture" ? 1 + at : 0;
    const whole = asked.map((row, i) => ({
      ...row,
      ids: [...row.ids, ...begun, ...answers[i]],
      places: [...row.places, ...begun.map(() => 0), ...answers[i].map((_, at) => placeOf(at))],
    }));
    const length = Math.max(...whole.map(({ ids }) => ids.length));
    const expected = await fullForward(store, whole, length);
    let compared = 0;
    asked.forEach((row, i) => {
      const first = row.ids.length + begun.length - 1;
      for (let token = 0; token < answers[i].length; token++, compared++) {
        const at = (i * length + first + token) * vocabulary.size;
        const found = heard[token].subarray(i * vocabulary.size, (i + 1) * vocabulary.size);
        const worst = found.reduce((d, x, j) => Math.max(d, Math.abs(x - expected[at + j])), 0);
        assert.ok(worst < 1e-4, `row ${i}, token ${token}: ${worst} apart`);
      }
    });
    assert.ok(compared >= 3 * SHAPE.batch);
  });
}

Deno.test("what is generated for a prompt depends on its place alone, not on the batches", async () => {
  using store = tinyStore(device);
  using generator = await generatorOver(store);
  const asked = prompts(2 * SHAPE.batch + 1);
  const options: GenerationOptions = { ...LIVELY, grammar: "picture" };
  const together = await generator.generate(asked, options);
  const guidance = { unconditional: asked, scale: 1 };
  assert.equal(together.length, asked.length);
  assert.deepEqual(await generator.generate(asked, { ...options, guidance }), together);
  assert.deepEqual(await generator.generate(asked.slice(0, 3), options), together.slice(0, 3));
});

Deno.test("the same seed generates the same, another seed something else", async () => {
  using store = tinyStore(device);
  using generator = await generatorOver(store);
  const generate = (seed: number) =>
    generator.generate(prompts(4), { ...LIVELY, seed, grammar: "picture" });
  const first = await generate(3);
  assert.deepEqual(await generate(3), first);
  assert.notDeepEqual(await generate(4), first);
});

Deno.test("guidance at scale 1 is none; at a larger scale it follows its formula", async () => {
  using store = tinyStore(device);
  const heard: Float32Array[] = [];
  using generator = await generatorOver(store, listening(heard));
  const [conditional, unconditional] = [prompts(2), prompts(4).slice(2)];
  const generate = (scale?: number) =>
    generator.generate(conditional, {
      ...GREEDY,
      grammar: "picture",
      ...(scale === undefined ? {} : { guidance: { unconditional, scale } }),
    });
  const none = await generate();
  assert.deepEqual(await generate(1), none);

  heard.length = 0;
  const strong = await generate(6);
  strong.forEach((answer, row) => {
    assert.deepEqual(
      answer,
      answer.map((_, token) => {
        const codes = (row: number) =>
          heard[token].slice(row * vocabulary.size).slice(vocabulary.text.size, vocabulary.size);
        const scores = guided(codes(row), codes(conditional.length + row), 6);
        return vocabulary.idOfCode(scores.indexOf(Math.max(...scores)));
      }),
    );
  });
  assert.notDeepEqual(strong, none);
});

/** Makes special tokens and codes far likelier than words, and `<eos>` a little. */
async function temptingStore(): Promise<StateStore> {
  const store = tinyStore(device);
  for (const name of ["lm_head.weight", "vision_head.weight"]) {
    const head = await store.read(name) as Float32Array;
    const ids = name.startsWith("lm") ? 6 : TINY_CONFIG.quantizer.codes;
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
    for (const ids of await generator.generate(prompts(6), { ...sampling, grammar: "picture" })) {
      assert.equal(ids.length, pictureTokens);
      for (const id of ids) assert.ok(id >= vocabulary.text.size && id < vocabulary.size, `${id}`);
    }
  }
});

Deno.test("text has neither codes nor special tokens, and ends at <eos> or at its limit", async () => {
  using store = await temptingStore();
  using generator = await generatorOver(store);
  const lengths = new Set<number>();
  for (let seed = 0; seed < 8; seed++) {
    const options = { ...LIVELY, topK: 4, seed, grammar: "text" } as const;
    for (const ids of await generator.generate(prompts(8), options)) {
      lengths.add(ids.length);
      for (const id of ids) assert.ok(id > vocabulary.endPicture && id < vocabulary.text.size);
    }
  }
  assert.equal(Math.max(...lengths), SHAPE.answer);
  assert.ok(lengths.size > 1, "some answers end before the limit");
});

Deno.test("a prompt that is too long, or has too many pictures, is refused clearly", async () => {
  using store = tinyStore(device);
  using generator = await generatorOver(store);
  const random = new Random(1, "long");
  const refused = (sequence: Sequence, message: string) =>
    assert.rejects(generator.generate([sequence], { ...GREEDY, grammar: "text" }), {
      name: "RangeError",
      message: `Expected a prompt of at most 16 tokens and 1 pictures, but found ${message}`,
    });
  const long = prompt([tinyText(random, 30)], vocabulary, pictureTokens);
  await refused(long, `${long.ids.length} tokens and 0 pictures`);
  const pictures = prompt([tinyPicture(random), tinyPicture(random)], vocabulary, pictureTokens);
  await refused(pictures, "14 tokens and 2 pictures");
  const fits = await generator.generate(prompts(1), { ...GREEDY, grammar: "picture" });
  assert.equal(fits[0].length, pictureTokens, "and the generator works on");
});

Deno.test("two generations at once do not disturb each other", async () => {
  using store = tinyStore(device);
  using generator = await generatorOver(store);
  const [one, other] = [prompts(8).slice(0, 4), prompts(8).slice(4)];
  const options: GenerationOptions = { ...LIVELY, grammar: "picture" };
  const apart = [await generator.generate(one, options), await generator.generate(other, options)];
  const atOnce = [generator.generate(one, options), generator.generate(other, options)];
  assert.deepEqual(await Promise.all(atOnce), apart);
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
