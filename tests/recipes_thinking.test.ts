/** A model thinks in pictures and continues animations, however little it has learned. */
import assert from "node:assert/strict";
import { jupyterDisplay } from "../lib/notebook/mod.ts";
import { readPicture } from "../lib/data/picture.ts";
import { Illume } from "../lib/recipes/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import { PlainLanguage } from "../lib/text/plain_language.ts";
import { readQuestion } from "../lib/worlds/emoji/captions.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import { tinyIllume } from "./tiny_illume.ts";

const device = await openDevice("cpu");
const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const text = trainTextTokenizer(scenes);
using store = new StateStore(device);
const model = tinyIllume(store, text);
const thoughts = Array.from({ length: 6 }, (_, i) => {
  const { before: picture, instruction, question } = scenes.thought(new Random(i, "thoughts"));
  return { picture, instruction, question };
});
const { pictures: frames } = scenes.animation(new Random(1));

Deno.test("a thought is a picture and an answer in kind, with or without being drawn", async () => {
  const drawn = await model.thinkAll(thoughts, { seed: 1 });
  const imagined = await model.imagineAll(thoughts);
  thoughts.forEach(({ question }, i) => {
    const read = readQuestion(question, scenes.world);
    assert(read.kind === "question");
    const { picture, ids, answer } = drawn[i];
    assert.deepEqual([picture.width, picture.height, ids.length], [64, 64, 16]);
    assert(read.answers.includes(answer), `${question} ${answer}`);
    assert(read.answers.includes(imagined[i]), `${question} ${imagined[i]}`);
    assert.match(Deno.inspect(drawn[i]), new RegExp(`^Thought: "${answer}"$`));
  });
  assert.deepEqual(await model.thinkAll(thoughts, { seed: 1 }), drawn);
  const [{ picture, instruction, question }] = thoughts;
  const one = await model.think(picture, instruction, question, { seed: 1 });
  assert.deepEqual([one.picture, one.answer], [drawn[0].picture, drawn[0].answer]);
  assert.equal(await model.imagine(picture, instruction, question), imagined[0]);
});

Deno.test("a cell shows of a thought the picture and the answer", async () => {
  const [{ picture, instruction, question }] = thoughts;
  const thought = await model.think(picture, instruction, question);
  const show: unknown = Reflect.get(thought, jupyterDisplay);
  assert(typeof show === "function");
  const bundle = await show();
  const png = bundle["image/png"];
  assert.equal((await readPicture(Uint8Array.fromBase64(png))).width, 128);
  const html = bundle["text/html"];
  assert(html.includes(png) && html.includes(`<figcaption>${thought.answer}</figcaption>`), html);
  assert.equal(bundle["text/plain"], `Thought: "${thought.answer}"`);
});

Deno.test("what is drawn hangs on the instruction and on the seed, not on how one types", async () => {
  const [{ picture }] = thoughts;
  const think = async (instruction: string, seed = 0) => {
    const items = [{ picture, instruction, question: "how many cats are there" }];
    return [...(await model.thinkAll(items, { seed }))[0].ids];
  };
  const plain = await think("remove the cat");
  assert.deepEqual(await think("Please delete the KITTY."), plain);
  assert.notDeepEqual(await think("make the dog blue"), plain);
  assert.notDeepEqual(await think("remove the cat", 1), plain);
});

Deno.test("frames of an animation are drawn before, between and after others", async () => {
  const [first, second, third] = frames;
  const drawn = await model.framesAll([
    { asked: "next", shown: [first, second] },
    { asked: "previous", shown: [second, third] },
    { asked: "missing", shown: [first, third] },
    { asked: "next", shown: [first, second, third] },
  ], { temperature: 0 });
  const options = { temperature: 0 };
  assert.deepEqual(await model.next([first, second], options), drawn[0].picture);
  assert.deepEqual(await model.previous([second, third], options), drawn[1].picture);
  assert.deepEqual(await model.between(first, third, options), drawn[2].picture);
  assert.deepEqual(await model.next([first, second, third], options), drawn[3].picture);
  // Random weights draw other pictures for other words, and for other frames.
  const lively = { temperature: 1, guidance: 1, seed: 1 };
  const plain = await model.next([first, second], lively);
  const others = [
    await model.previous([first, second], lively),
    await model.between(first, second, lively),
    await model.next([second, first], lively),
    await model.next([third, second], lively),
  ];
  for (const other of others) assert.notDeepEqual(other.data, plain.data);
});

Deno.test("what is no animation, no instruction and no question is refused", async () => {
  const [picture] = frames;
  await assert.rejects(model.next([picture]), {
    message: "Expected two frames or more of an animation, but found 1",
  });
  await assert.rejects(model.framesAll([{ asked: "missing", shown: frames.slice(0, 3) }]), {
    message: "Expected two frames of an animation, but found 3",
  });
  await assert.rejects(model.next(frames, { topK: 0 }), { name: "RangeError" });
  const refused = { name: "CaptionError" };
  await assert.rejects(model.think(picture, "sell the cat", "how many cats are there"), refused);
  await assert.rejects(model.think(picture, "remove the cat", "who is the cat"), refused);
  await assert.rejects(model.imagine(picture, "remove the cat", "what is this?"), {
    ...refused,
    message: /question that is not for a description, .* found "what is this\?"$/,
  });
  const language = PlainLanguage.of(["a cat"]);
  const { tokenizer, unified: { config }, longestText, seed } = model;
  using other = new Illume({ tokenizer, text, language, config, seed, longestText });
  await assert.rejects(other.think(picture, "remove the cat", "how many cats are there"), refused);
});
