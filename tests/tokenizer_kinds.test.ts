/** Tokenizers of semantic features, of pixels, and of both: what each learns and gives back. */
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import { emojiLanguage } from "../lib/worlds/emoji/language.ts";
import { emojiDocuments } from "../lib/worlds/emoji/documents.ts";
import assert from "node:assert/strict";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { tokenizerSources } from "../lib/worlds/emoji/tokenizer_sources.ts";
import { evaluateAnswers } from "../lib/worlds/emoji/measures/answers.ts";
import { psnr } from "../lib/evaluation/reconstruction.ts";
import { Illume, illumeStages } from "../lib/recipes/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import {
  PictureTokenizer,
  TokenizerConfig,
  tokenizerParameters,
  tokenizerStages,
} from "../lib/vision/mod.ts";

const device = await openDevice("cpu");
const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const text = trainTextTokenizer(scenes);
const vector = { kind: "vector", codes: 64, codeSize: 8 } as const;
const SIZES = {
  pictureSize: 64,
  grid: 4,
  featureSize: 16,
  encoderLayers: 1,
  textLayers: 1,
  heads: 2,
  featureDecoderLayers: 1,
  pixelDecoderLayers: 1,
};
const residual = { kind: "residual", codes: 64, codeSize: 8, depth: 2 } as const;
const CONFIGS: Readonly<Record<string, TokenizerConfig>> = {
  semantic: { ...SIZES, kind: "semantic", quantizer: vector },
  "residual semantic": { ...SIZES, kind: "semantic", quantizer: residual },
  pixel: { ...SIZES, kind: "pixel", quantizer: vector },
  "pixel, by pixels alone": { ...SIZES, kind: "pixel", quantizer: vector, perceptual: 0 },
  dual: { ...SIZES, kind: "dual", quantizer: { kind: "product", parts: [vector, vector] } },
};
const budget = { steps: 40, batchSize: 16, peakRate: 5e-3 };
const budgets = { encoder: { ...budget, steps: 5 }, quantizer: budget, pixels: budget };

for (const [name, config] of Object.entries(CONFIGS)) {
  Deno.test(`${name} tokens: pictures come back from them, and a model reads and draws them`, async () => {
    using store = new StateStore(device);
    const tokenizer = new PictureTokenizer({ device, store, config });
    const random = new Random(0, "pictures");
    const pictures = Array.from({ length: 6 }, () => scenes.reading(random).picture);
    const there = async () => {
      const encoded = await tokenizer.encode(pictures);
      const back = await tokenizer.decode(encoded.map(({ ids }) => ids));
      const quality = back.reduce((sum, picture, i) => sum + psnr(picture, pictures[i]) / 6, 0);
      return { encoded, quality };
    };
    const before = await there();
    const stages = tokenizerStages(tokenizer, tokenizerSources(scenes), text, budgets);
    assert.equal(stages.some(({ name }) => name === "semantic encoder"), config.perceptual !== 0);
    for (const stage of stages) for await (const _ of stage.run());
    const { encoded, quality } = await there();
    assert.ok(quality > before.quality + 3, `${before.quality} to ${quality} dB`);

    const { depth } = tokenizer.quantizer;
    assert.equal(tokenizer.tokens, 16 * depth);
    for (const { ids, features } of encoded) {
      assert.equal(features.length, 16 * tokenizer.featureSize);
      assert.equal(ids.length, tokenizer.tokens);
      ids.forEach((id, place) => {
        const [from, to] = tokenizer.quantizer.range?.(place % depth) ?? [0, 64];
        assert.ok(id >= from && id < to);
      });
    }
    const ids = encoded.map(({ ids }) => ids);
    if (config.kind === "pixel") {
      await assert.rejects(() => tokenizer.decodeFeatures(ids), /semantic features, but .*"pixel"/);
    } else {
      assert.equal((await tokenizer.decodeFeatures(ids))[0].length, 16 * 16);
    }
    const known = new Set(store.names());
    for (const { name } of tokenizerParameters(tokenizer.config)) assert.ok(known.has(name), name);

    const language = emojiLanguage(scenes.world);
    const { unified: { config: sizes }, longestText } = Illume.init({ tokenizer, text, language });
    const model = new Illume({
      tokenizer,
      text,
      language,
      config: { ...sizes, hiddenSize: 32, layers: 1, intermediateSize: 48 },
      seed: 0,
      longestText,
    });
    const plan = {
      name: "alignment",
      mixture: { draw: 1, describe: 1, edit: 1 },
      budget: { steps: 6, batchSize: 4, peakRate: 1e-2 },
    } as const;
    const losses: number[] = [];
    for (const stage of illumeStages(model, emojiDocuments(scenes), [plan])) {
      for await (const { loss } of stage.run()) losses.push(loss);
    }
    assert.ok(losses.every(Number.isFinite));
    const [drawn] = await model.drawAll(["a red heart"]);
    assert.equal(drawn.ids.length, tokenizer.tokens);
    drawn.ids.forEach((id, place) => {
      const [from, to] = tokenizer.quantizer.range?.(place % depth) ?? [0, 64];
      assert.ok(id >= from && id < to, "every place has a code of its own codebook");
    });
    const { overall, questions, descriptions } = await evaluateAnswers(model, scenes, {
      pictures: 4,
      seed: 0,
    });
    for (const score of [overall, descriptions, ...Object.values(questions)]) {
      assert.ok(score >= 0 && score <= 1);
    }
  });
}

Deno.test("a dual tokenizer's quantizer is a product of two", () => {
  const found = TokenizerConfig.safeParse({ ...SIZES, kind: "dual", quantizer: vector });
  assert.match(found.error!.message, /dual tokenizer's quantizer to be a product of two/);
});
