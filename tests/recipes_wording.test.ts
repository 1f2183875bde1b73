/** What enters a model is what was checked, and what it answers is of the kind that was asked for. */
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import assert from "node:assert/strict";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { readQuestion } from "../lib/worlds/emoji/captions.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import { tinyIllume } from "./tiny_illume.ts";

const device = await openDevice("cpu");
const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const text = trainTextTokenizer(scenes);
using store = new StateStore(device);
const model = tinyIllume(store, text);
const pictures = [0, 1].map((i) => scenes.reading(new Random(i)).picture);
const typed = (text: string) => [
  text,
  text.toUpperCase(),
  `${text[0].toUpperCase()}${text.slice(1)}.`,
  ` ${text.replaceAll(" ", "\u00A0 ")} ?`,
];

Deno.test("what is drawn, edited and judged hangs on what is said, not on how it is typed", async () => {
  for (const caption of typed("two red hearts")) {
    // Random weights draw other pictures for other tokens.
    const [{ ids }] = await model.drawAll([caption], { seed: 1 });
    const [{ ids: same }] = await model.drawAll(["2 red hearts"], { seed: 1 });
    const [{ ids: other }] = await model.drawAll(["two blue hearts"], { seed: 1 });
    assert.deepEqual(ids, same, caption);
    assert.notDeepEqual(ids, other);
  }
  const [plain, ...others] = typed("make the heart blue");
  const edited = await model.editAll(
    [plain, ...others].map((instruction) => ({ picture: pictures[0], instruction })),
    { temperature: 0 },
  );
  for (const { ids } of edited) assert.deepEqual(ids, edited[0].ids);
  const judged = await model.judge(
    typed("a cat above a dog").map((caption) => ({ picture: pictures[0], caption })),
  );
  for (const judgement of judged) assert.deepEqual(judgement, judged[0]);
});

Deno.test("an untrained model, too, answers in kind, however it is asked", async () => {
  const asked = [
    "is there a cat",
    "how many hearts",
    "what color is the heart",
    "is cat above dog",
    "where is cat from dog",
    "what is to the left of dog",
  ];
  for (const question of asked) {
    const read = readQuestion(question, scenes.world);
    assert(read.kind === "question");
    const answers = await model.askAll(
      pictures.flatMap((picture) => typed(question).map((question) => ({ picture, question }))),
    );
    for (const answer of answers) assert(read.answers.includes(answer), `${question} ${answer}`);
    assert.equal(new Set(answers.slice(0, 4)).size, 1, question);
  }
  const [said] = await model.askAll([{ picture: pictures[0], question: "What is this?" }]);
  assert.equal(said, await model.describe(pictures[0]));
});
