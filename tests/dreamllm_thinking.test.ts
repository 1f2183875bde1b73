/** A DreamLLM edits, thinks in pictures and continues animations, however little it has learned. */
import assert from "node:assert/strict";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import { readQuestion } from "../lib/worlds/emoji/captions.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import { tinyDreamLLM } from "./tiny_dreamllm.ts";

const device = await openDevice("cpu", { threads: 1 });
const scenes = await emojiScenes({ preset: "nano", seed: 0 });
using store = new StateStore(device);
const model = tinyDreamLLM(store, trainTextTokenizer(scenes));
const { tokenizer, conditions, conditionSize } = model.decoder.config;
const thoughts = Array.from({ length: 3 }, (_, i) => {
  const { before: picture, instruction, question } = scenes.thought(new Random(i, "thoughts"));
  return { picture, instruction, question };
});
const { pictures: [first, second, third] } = scenes.animation(new Random(1));

function isDrawn(
  { picture, ids, conditions: own }: Awaited<ReturnType<typeof model.drawAll>>[number],
): void {
  assert.deepEqual([picture.width, picture.height, ids.length], [64, 64, tokenizer.grid ** 2]);
  assert.equal(own.length, conditions * conditionSize);
}

Deno.test("a thought is a dreamt picture and an answer in kind, with or without being drawn", async () => {
  const drawn = await model.thinkAll(thoughts, { seed: 1 });
  const imagined = await model.imagineAll(thoughts);
  thoughts.forEach(({ question }, i) => {
    const read = readQuestion(question, scenes.world);
    assert(read.kind === "question");
    isDrawn(drawn[i]);
    assert(read.answers.includes(drawn[i].answer), `${question} ${drawn[i].answer}`);
    assert(read.answers.includes(imagined[i]), `${question} ${imagined[i]}`);
  });
  assert.deepEqual(await model.thinkAll(thoughts, { seed: 1 }), drawn);
});

Deno.test("a picture is edited, and what is dreamt hangs on it and on the instruction", async () => {
  const { picture } = thoughts[0];
  const edited = await model.editAll([
    { picture, instruction: "remove the cat" },
    { picture, instruction: "Please delete the KITTY." },
    { picture, instruction: "make the dog blue" },
    { picture: first, instruction: "remove the cat" },
  ], { temperature: 0 });
  edited.forEach(isDrawn);
  const [plain, typed, ...others] = edited.map(({ conditions }) => conditions);
  assert.deepEqual(typed, plain);
  for (const other of others) assert.notDeepEqual(other, plain);
  assert.deepEqual(
    await model.edit(picture, "remove the cat", { temperature: 0 }),
    edited[0].picture,
  );
});

Deno.test("frames of an animation are dreamt before, between and after others", async () => {
  const asked = [
    { asked: "next", shown: [first, second] },
    { asked: "previous", shown: [second, third] },
    { asked: "missing", shown: [first, third] },
    { asked: "next", shown: [second, first] },
  ] as const;
  const options = { temperature: 0 };
  const drawn = await model.framesAll(asked, options);
  drawn.forEach(isDrawn);
  assert.equal(new Set(drawn.map(({ conditions }) => `${conditions}`)).size, drawn.length);
  // In which order codes are revealed depends on the place in the list.
  const alone = async (i: number) => (await model.framesAll([asked[i]], options))[0].picture;
  assert.deepEqual(await model.next([first, second], options), await alone(0));
  assert.deepEqual(await model.previous([second, third], options), await alone(1));
  assert.deepEqual(await model.between(first, third, options), await alone(2));
});
