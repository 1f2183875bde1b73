/** The encoder of concepts finds emoji across styles. */
import assert from "node:assert/strict";
import { EmojiSet } from "../lib/worlds/emoji/emoji.ts";
import { plainView } from "../lib/worlds/emoji/emoji_view.ts";
import { retrieve } from "../lib/evaluation/retrieval.ts";
import { openDevice, StateStore } from "../lib/runtime/mod.ts";
import { ConceptEncoder } from "../lib/worlds/emoji/concept_encoder.ts";

const CONFIG = {
  pictureSize: 32,
  grid: 4,
  hiddenSize: 32,
  layers: 1,
  heads: 2,
  featureSize: 24,
  embeddingSize: 16,
};

Deno.test("a concept encoder learns to find emoji in another style, the same again with its seed", async () => {
  const device = await openDevice("cpu");
  const set = await EmojiSet.open({ size: 32, count: 48 });
  using store = new StateStore(device);
  using encoder = new ConceptEncoder({ device, store, config: CONFIG });
  const all = set.emoji.map((_, i) => i);
  const views = (style: "noto" | "fluent-3d") => all.map((i) => plainView(set.get(style, i)));
  const found = async () =>
    retrieve(await encoder.embed(views("noto")), await encoder.embed(views("fluent-3d"))).recallAt1;
  const stage = encoder.stage(set, { steps: 200, batchSize: 24, peakRate: 5e-3 });
  const before = await found();
  const losses: number[] = [];
  for await (const { loss } of stage.run()) losses.push(loss);
  assert.ok(losses.at(-1)! < 0.7 * losses[0], `${losses[0]} to ${losses.at(-1)}`);
  const after = await found();
  assert.ok(after > before + 0.1 && after > 0.6, `${before} to ${after}`);
  const [embedding] = await encoder.embed(views("noto").slice(0, 1));
  assert.ok(Math.abs(Math.hypot(...embedding) - 1) < 1e-5);
  const [features] = await encoder.encode(views("noto").slice(0, 1));
  assert.equal(features.length, 4 * 4 * 24);
  using again = new StateStore(device);
  using other = new ConceptEncoder({ device, store: again, config: CONFIG });
  const same: number[] = [];
  const stageAgain = other.stage(set, { steps: 200, batchSize: 24, peakRate: 5e-3 });
  for await (const { loss, step } of stageAgain.run()) {
    same.push(loss);
    if (step === 5) break;
  }
  // Tables are Adam's, maps Muon's, whatever they are called.
  for (const name of ["concept_training.words", "concept_encoder.position_embedding"]) {
    assert.ok(again.has(`optimizer.first_moment.${name}.weight`), name);
  }
  assert.ok(again.has("optimizer.momentum.concept_encoder.patch_embedding.weight"));
  assert.deepEqual(same, losses.slice(0, 5));
});
