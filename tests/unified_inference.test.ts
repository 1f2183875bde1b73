/** A model at work on prompts of several pictures, and on answers that begin with a drawing. */
import assert from "node:assert/strict";
import { type Device, openDevice, Random } from "../lib/runtime/mod.ts";
import { Generator, Inference } from "../lib/unified/mod.ts";
import { TINY_MODEL, tinyPicture, tinyPrompt, tinyStore, tinyWords } from "./tiny_model.ts";

const LONGEST = 6;
const { vocabulary, draw, text } = TINY_MODEL;
const device = await openDevice("cpu", { threads: 1 });
using store = tinyStore(device);
const parts = { device, store, seed: 0, unified: TINY_MODEL, longestText: LONGEST };
const GREEDY = { temperature: 0, topK: 1, seed: 0 } as const;

/** What is asked about a number of pictures, none to three. */
function asked(pictures: number, index = 0) {
  const random = new Random(index, "asked", pictures);
  return [...Array.from({ length: pictures }, () => tinyPicture(random)), tinyWords(random, 3)];
}

Deno.test("words after a drawing are what the model says where it draws and goes on", async () => {
  const prompts = [0, 1, 1, 2].map(asked);
  using inference = new Inference(parts);
  const drawn = await inference.draw(prompts, GREEDY);
  const { picture } = tinyPicture(new Random(0));
  const begun = drawn.map((content) => ({ content, picture }));
  const said = await inference.write(prompts, undefined, begun);
  using generator = await Generator.compile({
    ...parts,
    model: TINY_MODEL,
    shape: { batch: prompts.length, prompt: 32, answer: 32, given: { read: 8 } },
  });
  const whole = await generator.generate(
    prompts.map(tinyPrompt),
    async function* (row) {
      const content = yield* draw.generate(row);
      row.feed({ id: vocabulary.endPicture });
      const { ids } = yield* text.generate(row, { longest: LONGEST });
      return { content, said: vocabulary.decodeText(ids) };
    },
    GREEDY,
  );
  assert.deepEqual(whole, drawn.map((content, i) => ({ content, said: said[i] })));
  const without = await inference.write(prompts);
  assert.notDeepEqual(said, without, "what was drawn is of no matter");
  const choices = prompts.map(() => [["a cat", "two red hearts"]]);
  const chosen = await inference.write(prompts, choices, begun);
  chosen.forEach((answer, i) => assert(choices[i][0].includes(answer), answer));
});

Deno.test("several pictures are asked about as one is, alone or among others", async () => {
  const prompts = [3, 0, 2, 1].map(asked);
  using together = new Inference(parts);
  const answers = await together.write(prompts);
  const drawings = await together.draw(prompts, GREEDY);
  for (const [i, prompt] of prompts.entries()) {
    using alone = new Inference(parts);
    assert.deepEqual(await alone.write([prompt]), [answers[i]]);
    assert.deepEqual(await alone.draw([prompt], GREEDY), [drawings[i]]);
  }
  // The last picture counts, too.
  const [first, second, third, words] = prompts[0];
  const other = [first, second, tinyPicture(new Random(9)), words];
  const items = [[first, second, third, words], other].map((ask) => ({ ask, answer: "a cat" }));
  const [one, another] = await together.logLikelihoods(items);
  assert.notEqual(one, another);
});

Deno.test("among choices, what may be said has all the probability, and the likeliest is said", async () => {
  const [prompt] = [1].map(asked);
  const lists = [["a cat", "two red hearts"], ["dog", "red", "red and dog"]];
  const answers = lists[0].flatMap((one) => lists[1].map((other) => [one, other]));
  using inference = new Inference(parts);
  const among = (choices: readonly string[][], answers: readonly string[][]) =>
    inference.logLikelihoodsAmong(answers.map((answer) => ({ ask: prompt, answer, choices })));
  const found = await among(lists, answers);
  const total = found.reduce((sum, logLikelihood) => sum + Math.exp(logLikelihood), 0);
  assert.ok(Math.abs(total - 1) < 1e-5, `${total}`);
  assert.ok(new Set(found).size === answers.length, "all are alike");
  const things = ["dog", "hearts", "cat"];
  const said = await inference.write([prompt], [[things]]);
  const each = await among([things], things.map((thing) => [thing]));
  assert.deepEqual(said, [things[each.indexOf(Math.max(...each))]]);
  assert.deepEqual(await among([["a cat"]], [["a cat"]]), [0]);
});

Deno.test("graphs are compiled once for each number of pictures; no picture counts as one", async () => {
  let compiled = 0;
  const counting: Device = {
    name: device.name,
    description: device.description,
    freeBytes: device.freeBytes,
    buffer: (type, data) => device.buffer(type, data),
    compile(model, options) {
      compiled++;
      return device.compile(model, options);
    },
    [Symbol.dispose]() {},
  };
  using inference = new Inference({ ...parts, device: counting });
  const compiledFor = async (run: () => Promise<unknown>) => {
    const before = compiled;
    await run();
    return compiled - before;
  };
  const guided = (without: ReturnType<typeof asked>) => ({
    ...GREEDY,
    guidance: { scale: 2, unconditional: [without] },
  });
  const one = await compiledFor(() => inference.write([asked(1)]));
  assert(one > 0);
  assert.equal(await compiledFor(() => inference.draw([asked(0)], guided(asked(0)))), 0);
  assert.equal(await compiledFor(() => inference.write([asked(2), asked(1)])), one);
  assert.equal(await compiledFor(() => inference.draw([asked(2)], guided(asked(0)))), 0);
  assert.equal(await compiledFor(() => inference.write([asked(0), asked(1)])), 0);
  const both = () => Promise.all([inference.write([asked(3)]), inference.write([asked(3, 1)])]);
  assert.equal(await compiledFor(both), one);
});
