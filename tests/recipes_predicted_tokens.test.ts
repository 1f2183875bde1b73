/** What a MetaMorph says of visual tokens after the truth, and after its own words. */
import assert from "node:assert/strict";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import { cosinesByPosition, predictTokens } from "../lib/recipes/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import { tinyIllume } from "./tiny_illume.ts";
import { tinyMetaMorph } from "./tiny_metamorph.ts";

const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const text = trainTextTokenizer(scenes);
const random = new Random(0, "captioned");
const captioned = Array.from({ length: 70 }, () => scenes.caption(random));

Deno.test("its own tokens are those that it draws of; after the truth the first is the same", async () => {
  using device = await openDevice("cpu");
  using store = new StateStore(device);
  using model = tinyMetaMorph(store, text);
  const { tokens, tokenSize } = model.visualizer.config;
  const found = await predictTokens(model, captioned);
  assert.deepEqual(store.names(), store.keptNames(), "no cache is left");
  const drawn = await model.drawAll(captioned.map(({ caption }) => caption));
  for (const [i, { truth, afterTruth, afterOwn }] of found.entries()) {
    near(afterOwn, drawn[i].tokens);
    near(afterTruth.subarray(0, tokenSize), afterOwn.subarray(0, tokenSize));
    const { length } = afterTruth;
    assert.deepEqual([length, truth.length], [tokens * tokenSize, length]);
  }
  const later = found.map(({ afterTruth }) => afterTruth.subarray(tokenSize));
  const ownLater = found.map(({ afterOwn }) => afterOwn.subarray(tokenSize));
  assert.ok(later.some((one, i) => one.some((x, j) => Math.abs(x - ownLater[i][j]) > 1e-3)));
});

Deno.test("after the truth, where that is what it would say itself, it says that", async () => {
  using device = await openDevice("cpu");
  using store = new StateStore(device);
  using model = tinyMetaMorph(store, text);
  const { tokens } = model.visualizer.config;
  const [found] = await predictTokens(model, captioned.slice(0, 1));
  model.visualizer.see = () =>
    Promise.resolve([{ tokens: found.afterOwn, places: new Int32Array(tokens) }]);
  const [own] = await predictTokens(model, captioned.slice(0, 1));
  near(own.afterTruth, found.afterOwn);
  const cosines = cosinesByPosition([own.afterTruth], [own.truth], tokens);
  assert.equal(cosines.length, tokens);
  assert.ok(cosines.every((cosine) => Math.abs(cosine - 1) < 1e-4), `${cosines}`);
});

Deno.test("of no picture nothing is said, and models of other recipes say no visual tokens", async () => {
  using device = await openDevice("cpu");
  using store = new StateStore(device);
  using model = tinyMetaMorph(store, text);
  assert.deepEqual(await predictTokens(model, []), []);
  const other = tinyIllume(store, text);
  await assert.rejects(Reflect.apply(predictTokens, undefined, [other, captioned]), {
    name: "TypeError",
    message: "Expected a MetaMorph, but found an Illume",
  });
});

Deno.test("cosines want as many pictures of both", () => {
  const one = [new Float32Array(4)];
  assert.throws(() => cosinesByPosition([], [], 2), /but found 0 and 0/);
  assert.throws(() => cosinesByPosition(one, [...one, ...one], 2), {
    message: "Expected as many pictures that are said as true ones, but found 1 and 2",
  });
});

function near(found: Float32Array, expected: Float32Array): void {
  assert.equal(found.length, expected.length);
  found.forEach((x, i) => assert.ok(Math.abs(x - expected[i]) < 1e-4, `${x} at ${i}`));
}
