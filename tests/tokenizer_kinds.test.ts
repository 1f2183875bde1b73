/** Tokenizers of semantic features, of pixels, and of both: what each learns and gives back. */
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import { emojiLanguage } from "../lib/worlds/emoji/language.ts";
import { emojiDocuments } from "../lib/worlds/emoji/documents.ts";
import assert from "node:assert/strict";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { tokenizerSources } from "../lib/worlds/emoji/tokenizer_sources.ts";
import { featureCosine, psnr } from "../lib/evaluation/reconstruction.ts";
import { Illume, illumeStages } from "../lib/recipes/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import { PictureTokenizer, TokenizerConfig, tokenizerStages } from "../lib/vision/mod.ts";
import { ADAPTER, VISION_EMBEDDINGS, VISION_HEAD } from "../lib/unified/mod.ts";
import { inFolder } from "./folder.ts";

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

    const { depth, codes } = tokenizer.quantizer;
    const isCode = (id: number, place: number) => {
      const [from, to] = tokenizer.quantizer.range?.(place % depth) ?? [0, codes];
      return id >= from && id < to;
    };
    assert.equal(tokenizer.tokens, 16 * depth);
    for (const { ids, features } of encoded) {
      assert.equal(features.length, 16 * tokenizer.featureSize);
      assert.equal(ids.length, tokenizer.tokens);
      assert.ok(ids.every(isCode));
    }
    assert.ok(new Set(encoded.flatMap(({ ids }) => [...ids])).size > 4, "several codes are used");
    const ids = encoded.map(({ ids }) => ids);
    if (config.kind === "pixel") {
      await assert.rejects(() => tokenizer.decodeFeatures(ids), /semantic features, but .*"pixel"/);
    } else {
      const decoded = await tokenizer.decodeFeatures(ids);
      decoded.forEach((features, i) => {
        const seen = semanticOf(encoded[i].features, tokenizer.featureSize);
        const cosine = featureCosine(features, seen, 16);
        assert.ok(cosine > 0.8, `${cosine}`);
      });
    }
    await inFolder(async (folder) => {
      await tokenizer.save(folder);
      using loaded = await PictureTokenizer.load(folder, device);
      assert.deepEqual(await loaded.encode(pictures), encoded);
      const [drawn, again] = [await tokenizer.decode(ids), await loaded.decode(ids)];
      assert.ok(drawn.every((picture, i) => psnr(picture, again[i]) === Infinity));
    });

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
      for await (const { loss, step, steps } of stage.run()) {
        losses.push(loss);
        if (step < steps) continue;
        for (const group of [ADAPTER, VISION_EMBEDDINGS, VISION_HEAD]) {
          const moments = store.names().filter((name) =>
            name.startsWith("optimizer.") && name.includes(group)
          );
          assert.ok(moments.length > 0);
          for (const name of moments) {
            assert.ok((await store.read(name)).some((x) => x !== 0), name);
          }
        }
      }
    }
    assert.ok(losses.at(-1)! < losses[0], `${losses}`);
    const [drawn] = await model.drawAll(["a red heart"]);
    assert.equal(drawn.ids.length, tokenizer.tokens);
    assert.ok(drawn.ids.every(isCode), "every place has a code of its own codebook");
    assert.equal((await model.describeAll(pictures)).length, 6);
  });
}

/** The first 16 numbers of each patch's feature, which are the semantic encoder's. */
function semanticOf(features: Float32Array, featureSize: number): Float32Array {
  return features.filter((_, i) => i % featureSize < 16);
}

Deno.test("patches are an even number of pixels wide", () => {
  const config = { ...SIZES, kind: "semantic", quantizer: vector, pictureSize: 36 };
  const found = TokenizerConfig.safeParse(config);
  assert.match(found.error!.message, /patches of an even number of pixels/);
  assert.ok(TokenizerConfig.safeParse({ ...config, pictureSize: 40 }).success);
});

Deno.test("a dual tokenizer's quantizer is a product of two", () => {
  const found = TokenizerConfig.safeParse({ ...SIZES, kind: "dual", quantizer: vector });
  assert.match(found.error!.message, /dual tokenizer's quantizer to be a product of two/);
});
