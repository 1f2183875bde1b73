/** The diffusion decoder: pictures larger than those that were read, steps, guidance. */
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import assert from "node:assert/strict";
import { reduced } from "../lib/data/picture.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { tokenizerSources } from "../lib/worlds/emoji/tokenizer_sources.ts";
import { randomScene } from "../lib/worlds/emoji/random_scenes.ts";
import { psnr } from "../lib/evaluation/reconstruction.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import {
  PictureTokenizer,
  type TokenizerConfig,
  TokenizerConfig as Config,
  tokenizerStages,
} from "../lib/vision/mod.ts";

const device = await openDevice("cpu");
const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const CONFIG: TokenizerConfig = {
  kind: "semantic",
  pictureSize: 64,
  enlarge: 2,
  grid: 4,
  featureSize: 32,
  encoderLayers: 1,
  textLayers: 1,
  heads: 2,
  quantizer: { kind: "vector", codes: 64, codeSize: 8 },
  featureDecoderLayers: 1,
  pixelDecoderLayers: 1,
};

Deno.test("an enlarged scene is the same scene, with more pixels", async () => {
  const large = await scenes.enlarged(2);
  const random = new Random(0);
  for (let i = 0; i < 5; i++) {
    const scene = randomScene(scenes.world, random);
    const [one, two] = [scenes.draw(scene), large.draw(scene)];
    assert.deepEqual([two.width, two.height], [128, 128]);
    const alike = psnr(one, reduced(two, 2));
    assert.ok(alike > 22 && alike < Infinity, `${alike} dB`);
  }
});

Deno.test("pictures twice as large come from the same tokens, at any steps and guidance", async () => {
  using store = new StateStore(device);
  using tokenizer = new PictureTokenizer({ device, store, config: CONFIG });
  const budget = { steps: 60, batchSize: 16, peakRate: 5e-3 };
  const budgets = { encoder: budget, quantizer: budget, pixels: budget };
  const stages = tokenizerStages(
    tokenizer,
    tokenizerSources(scenes, CONFIG),
    trainTextTokenizer(scenes),
    budgets,
  );
  for (const stage of stages) for await (const _ of stage.run());
  const large = await scenes.enlarged(2);
  const random = new Random(1);
  const drawn = Array.from({ length: 6 }, () => large.draw(randomScene(scenes.world, random)));
  const ids = (await tokenizer.encode(drawn)).map(({ ids }) => ids);
  const small = await tokenizer.encode(drawn.map((picture) => reduced(picture, 2)));
  assert.deepEqual(small.map(({ ids }) => ids), ids, "a large picture is read as a small one");

  const quality = async (options: Parameters<typeof tokenizer.decode>[1]) => {
    const pictures = await tokenizer.decode(ids, options);
    assert.ok(pictures.every(({ width, height }) => width === 128 && height === 128));
    return pictures.reduce((sum, picture, i) => sum + psnr(picture, drawn[i]) / 6, 0);
  };
  const four = await quality({});
  assert.ok(four > 15, `${four} dB`);
  assert.equal(await quality({ seed: 0, steps: 4, guidance: 1 }), four);
  assert.notEqual(await quality({ seed: 1 }), four);
  assert.ok(await quality({ steps: 8 }) > four - 2);
  const guided = await quality({ guidance: 1.5 });
  assert.ok(guided !== four && guided > 12, `${guided} dB`);
});

Deno.test("codes and seed say what is drawn, whatever else is drawn with it", async () => {
  using store = new StateStore(device);
  using tokenizer = new PictureTokenizer({ device, store, config: CONFIG });
  const random = new Random(2);
  const [a, b] = [0, 1].map(() => Int32Array.from({ length: 16 }, () => random.integer(64)));
  const [alone] = await tokenizer.decode([a], { seed: 3 });
  const many = await tokenizer.decode([b, a, ...Array(40).fill(b), a, a], { seed: 3 });
  assert.deepEqual([many[1], many[42], many[43]], [alone, alone, alone]);
  assert.deepEqual(many[41], many[0]);
  assert.notDeepEqual(many[0], alone);
  assert.notDeepEqual((await tokenizer.decode([a], { seed: 4 }))[0], alone);
});

Deno.test("what is no code is refused before anything is drawn", async () => {
  using store = new StateStore(device);
  using tokenizer = new PictureTokenizer({ device, store, config: CONFIG });
  const ids = new Int32Array(16);
  const slips: readonly (readonly [unknown, RegExp])[] = [
    [ids, /list of pictures, 16 codes from 0 to 63 each, but found an Int32Array$/],
    [[{ ids }], /but found { ids }$/],
    [[ids, new Int32Array(3)], /but found 3 numbers$/],
    [[ids.map(() => 64)], /but found 64$/],
    [[ids.map(() => -1)], /but found -1$/],
    [[Array(16).fill(NaN)], /but found NaN$/],
  ];
  for (const [codes, message] of slips) {
    await assert.rejects(tokenizer.decode(codes as never), { name: "TypeError", message });
    await assert.rejects(tokenizer.decodeFeatures(codes as never), { name: "TypeError", message });
  }
});

Deno.test("only diffusion enlarges", () => {
  const found = Config.safeParse({ ...CONFIG, kind: "pixel" });
  assert.match(found.error!.message, /enlarge only of a semantic tokenizer/);
});

Deno.test("pictures of other shapes are refused", async () => {
  using store = new StateStore(device);
  using tokenizer = new PictureTokenizer({ device, store, config: CONFIG });
  for (const [width, height] of [[64, 32], [96, 96], [32, 32], [0, 0]]) {
    const picture = { width, height, data: new Uint8Array(width * height * 3) };
    await assert.rejects(
      () => tokenizer.encode([picture]),
      new RegExp(`64 × 64 pixels, or of a multiple of that, but found ${width} × ${height}`),
    );
  }
});
