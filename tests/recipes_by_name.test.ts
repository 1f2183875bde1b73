/** Recipes by their names: what a training of each begins with, and how its visualizer is measured. */
import assert from "node:assert/strict";
import {
  captionedDocuments,
  RECIPES,
  type RecipeSources,
  shortenedPlan,
} from "../lib/recipes/mod.ts";
import { openDevice, type Random, StateStore } from "../lib/runtime/mod.ts";
import { TOKENIZER_PRESETS } from "../lib/vision/mod.ts";
import {
  emojiDocuments,
  emojiLanguage,
  type EmojiScenes,
  emojiScenes,
  evaluateCeilings,
  evaluateVisualizer,
  evaluationCaptions,
  readCaption,
  SceneParser,
  tokenizerSources,
  trainTextTokenizer,
  visualizerSource,
} from "../lib/worlds/emoji/mod.ts";
import { isHeldOut } from "../lib/worlds/emoji/splits.ts";
import { tinyMetaMorph } from "./tiny_metamorph.ts";

const device = await openDevice("cpu");
const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const text = trainTextTokenizer(scenes);

for (const recipe of Object.values(RECIPES)) {
  const plan = recipe.plans.nano;
  const begin = (store: StateStore, documents: RecipeSources["documents"]) =>
    recipe.begin({
      store,
      tokenizer: TOKENIZER_PRESETS.nano,
      preset: "nano",
      seed: 3,
      text,
      language: emojiLanguage(scenes.world),
      sources: {
        tokenizer: tokenizerSources(scenes),
        visualizer: visualizerSource(scenes),
        documents,
      },
      plan,
    });

  Deno.test(`${recipe.title} begins with all its stages: vision, then language, then drawing`, () => {
    using store = new StateStore(device);
    const { model, vision, early, multimodal } = begin(store, emojiDocuments(scenes));
    assert.deepEqual([model.recipe, model.seed, model.store], [recipe.name, 3, store]);
    assert.deepEqual(model.tokenizer.config, TOKENIZER_PRESETS.nano);
    const own = [...early, ...multimodal].map(({ name }) => name);
    assert.deepEqual(own, plan.stages.map(({ name }) => name));
    assert.deepEqual(
      vision.map(({ name }) => name).slice(0, 3),
      ["semantic encoder", "semantic codebook", "pixel decoder"],
    );
    assert.equal(vision.length, recipe.name === "illume" ? 3 : 5);
    for (const { name } of early) {
      assert.ok(!plan.stages.find((stage) => stage.name === name)?.mixture.draw, name);
    }
    assert.ok(plan.stages[early.length].mixture.draw > 0);
    assert.equal(model.lastStage.name, plan.stages.at(-1)?.name);
  });

  Deno.test(`${recipe.title} names what its stages mix and nobody gives`, () => {
    using store = new StateStore(device);
    const few = captionedDocuments(visualizerSource(scenes), 0);
    assert.throws(
      () => begin(store, { ...few }),
      /to mix documents among text, describe, draw, reconstruct, but found "question"/,
    );
  });
}

Deno.test("a plan is shortened in all its budgets, and no stage is lost", () => {
  const { nano } = RECIPES.metamorph.plans;
  const half = shortenedPlan(nano, 0.5);
  assert.equal(half.tokenizer.encoder.steps, Math.round(nano.tokenizer.encoder.steps / 2));
  assert.equal(half.visualizer.decoder.steps, Math.round(nano.visualizer.decoder.steps / 2));
  assert.deepEqual(
    half.stages.map(({ name, mixture }) => ({ name, mixture })),
    nano.stages.map(({ name, mixture }) => ({ name, mixture })),
  );
  for (const { budget } of shortenedPlan(nano, 1e-9).stages) assert.equal(budget.steps, 1);
});

Deno.test("a visualizer sees captions, descriptions and most of all stories, and none held out", async () => {
  const asked = { caption: 0, reading: 0 };
  const counted: EmojiScenes = Object.create(scenes, {
    caption: { value: (random: Random) => (asked.caption++, scenes.caption(random)) },
    reading: { value: (random: Random) => (asked.reading++, scenes.reading(random)) },
  });
  const source = visualizerSource(counted);
  const samples = await Promise.all(Array.from({ length: 200 }, (_, i) => source.at(i)));
  const stories = samples.length - asked.caption - asked.reading;
  assert.ok(asked.reading > 10 && asked.caption > asked.reading, JSON.stringify(asked));
  assert.ok(stories > asked.caption, `${stories} of stories, ${JSON.stringify(asked)}`);
  assert.deepEqual(await source.at(7), samples[7]);
  for (const { caption } of samples) {
    assert.ok(!isHeldOut(readCaption(caption, scenes.world), scenes.world), caption);
  }
});

Deno.test("a visualizer is scored on the scenes of its tokenizer's ceiling", async () => {
  using store = new StateStore(device);
  const { visualizer } = tinyMetaMorph(store, text);
  const parser = SceneParser.create(scenes.world, scenes.sprites);
  const captions = evaluationCaptions(scenes.world, { perTask: 2, seed: 1 });
  const found = await evaluateVisualizer(visualizer, scenes, parser, captions, { seed: 1 });
  const ceilings = await evaluateCeilings(visualizer.tokenizer, scenes, parser, captions, {
    seed: 1,
  });
  assert.deepEqual(found.ceilings.reconstructed, ceilings.reconstructed);
  assert.equal(found.ceilings.truth.overall, 1);
  assert.deepEqual(found.drawings.map(({ caption }) => caption), captions.map((c) => c.caption));
  const right = found.drawings.filter(({ correct }) => correct).length / captions.length;
  assert.ok(Math.abs(found.drawn.overall - right) < 1e-9);
  assert.equal(found.drawings[0].ids.length, visualizer.tokenizer.tokens);
});
