/** Drawing with an eye on what was drawn: the best of several, and corrections. */
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import assert from "node:assert/strict";
import type { Judged, Judgement } from "../lib/assessment/judge.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { openDevice, StateStore } from "../lib/runtime/mod.ts";
import { tinyIllume } from "./tiny_illume.ts";

const device = await openDevice("cpu");
const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const text = trainTextTokenizer(scenes);
const captions = ["a red heart", "two cats", "a fish and a key"];
const good = {
  object: { score: 10, analysis: "heart seen" },
  overall: 10,
  verdict: "good",
} as const;
const bad = {
  object: { score: 0, analysis: "heart missing" },
  overall: 0,
  verdict: "bad",
} as const;

/** A model of random weights whose judgements are made up. */
function judgedBy(store: StateStore, judgements: (item: Judged, i: number) => Judgement) {
  const model = tinyIllume(store, text);
  const asked: Judged[][] = [];
  model.judge = (items) => {
    asked.push([...items]);
    return Promise.resolve(items.map(judgements));
  };
  return { model, asked };
}

Deno.test("the best of several is the one that the model is surest of", async () => {
  using store = new StateStore(device);
  const confidences = [0.1, 0.7, 0.2, 0, 0.3, 0.2, 0.5, 0.5, 0.4];
  const { model, asked } = judgedBy(store, (_, i) => {
    if (i === 1) return { said: "no assessment" };
    return { assessment: good, confidence: confidences[i] };
  });
  const all = await model.drawAll(captions.flatMap((caption) => [caption, caption, caption]), {
    seed: 5,
  });
  assert.equal(asked.length, 0, "one drawing is not judged");
  const best = await model.drawAll(captions, { seed: 5, bestOf: 3 });
  assert.deepEqual(asked[0].map(({ caption }) => caption).slice(2, 4), [captions[0], captions[1]]);
  assert.deepEqual(best.map(({ ids }) => ids), [all[2], all[4], all[6]].map(({ ids }) => ids));
});

Deno.test("what the model finds bad is drawn again and kept where it is better, and nothing else", async () => {
  using store = new StateStore(device);
  const rounds: Judgement[][] = [
    [
      { assessment: bad, confidence: 0.2 },
      { assessment: good, confidence: 0.9 },
      { said: "no assessment" },
    ],
    [{ assessment: bad, confidence: 0.3 }], // better, but bad still
    [{ assessment: bad, confidence: 0.1 }], // worse
  ];
  const { model, asked } = judgedBy(store, (_, i) => rounds[asked.length - 1][i]);
  const first = await model.drawAll(captions, { seed: 5 });
  const [changed, ...kept] = await model.drawAll(captions, { seed: 5, selfCorrect: 2 });
  assert.deepEqual(asked.map((items) => items.map(({ caption }) => caption)), [
    captions,
    [captions[0]],
    [captions[0]],
  ]);
  assert.deepEqual(asked[0][0].picture, first[0].picture);
  assert.notDeepEqual(changed.ids, first[0].ids);
  assert.equal(changed.ids.length, first[0].ids.length);
  assert.deepEqual(changed.picture, asked[1][0].picture, "the second correction was worse");
  assert.notDeepEqual(asked[2][0].picture, changed.picture);
  assert.deepEqual(kept.map(({ ids }) => ids), first.slice(1).map(({ ids }) => ids));
});

Deno.test("numbers of pictures and rounds are whole", async () => {
  using store = new StateStore(device);
  const model = tinyIllume(store, text);
  await assert.rejects(
    () => model.draw("two cats", { bestOf: 0 }),
    /^RangeError: Expected bestOf to be a whole number from 1 on, but found 0$/,
  );
  await assert.rejects(() => model.draw("two cats", { selfCorrect: 0.5 }), /Expected selfCorrect/);
});
