/** The visualizer: pictures to visual tokens, and back by chance. */
import assert from "node:assert/strict";
import { type Picture, pictureOf } from "../lib/data/picture.ts";
import { CheckpointError, initialValue } from "../lib/nn/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import { Visualizer, type VisualizerConfig, visualizerParameters } from "../lib/vision/mod.ts";
import { inFolder } from "./folder.ts";
import { apart } from "./full_forward.ts";

const device = await openDevice("cpu", { threads: 1 });

const CONFIG: VisualizerConfig = {
  tokenizer: {
    kind: "semantic",
    pictureSize: 16,
    grid: 4,
    featureSize: 8,
    encoderLayers: 1,
    textLayers: 1,
    heads: 2,
    quantizer: { kind: "vector", codes: 32, codeSize: 4 },
    featureDecoderLayers: 1,
    pixelDecoderLayers: 1,
  },
  tokens: 3,
  tokenSize: 6,
  hiddenSize: 16,
  heads: 2,
  summaryLayers: 1,
  textLayers: 1,
  flowLayers: 1,
};
const SIZE = CONFIG.tokenizer.pictureSize;

/** Random pixels, in squares of `times × times`. */
function pictureAt(seed: number, times = 1): Picture {
  const random = new Random(seed, "pixels");
  const small = Uint8Array.from({ length: 3 * SIZE ** 2 }, () => random.integer(256));
  const width = times * SIZE;
  const data = Uint8Array.from({ length: 3 * width ** 2 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return small[3 * (Math.floor(y / times) * SIZE + Math.floor(x / times)) + i % 3];
  });
  return pictureOf({ width, height: width, data });
}

/** How much larger these are than at first: so noise and tokens count as where a flow has learned. */
const LARGER = [["visualizer.latent_in.", 8], ["visualizer.condition_in.", 8]] as const;

function visualizerOn(store: StateStore): Visualizer {
  for (const spec of visualizerParameters(CONFIG)) {
    const [, scale] = LARGER.find(([start]) => spec.name.startsWith(start)) ?? ["", 1];
    store.add(spec.name, spec, initialValue(spec, 0).map((x) => scale * x));
  }
  return new Visualizer({ device, store, config: CONFIG });
}

Deno.test("visual tokens have length 1, and are those of the picture", async () => {
  using store = new StateStore(device);
  using visualizer = visualizerOn(store);
  const pictures = Array.from({ length: 35 }, (_, i) => pictureAt(i % 3));
  const encoded = await visualizer.encode(pictures);
  assert.equal(encoded.length, pictures.length);
  encoded.forEach((tokens, i) => {
    assert.equal(tokens.length, CONFIG.tokens * CONFIG.tokenSize);
    for (let at = 0; at < tokens.length; at += CONFIG.tokenSize) {
      const length = Math.hypot(...tokens.subarray(at, at + CONFIG.tokenSize));
      assert.ok(Math.abs(length - 1) < 1e-5, `token ${at / CONFIG.tokenSize}: ${length}`);
    }
    assert.ok(apart(tokens, encoded[i % 3]) < 1e-6);
  });
  for (const [a, b] of [[0, 1], [1, 2]]) assert.ok(apart(encoded[a], encoded[b]) > 1e-3);
  const [larger] = await visualizer.encode([pictureAt(0, 3)]);
  assert.ok(apart(larger, encoded[0]) < 1e-6, "a larger picture of the same is the same");
});

Deno.test("a drawing depends on its tokens, the seed and its place in the list alone", async () => {
  using store = new StateStore(device);
  using visualizer = visualizerOn(store);
  const [one, other] = await visualizer.encode([pictureAt(0), pictureAt(1)]);
  const draw = (tokens: Float32Array[], options = {}) => visualizer.draw(tokens, options);
  const same = await draw([one, one, one]);
  assert.notDeepEqual(same[0].ids, same[1].ids);
  assert.notDeepEqual(same[1].ids, same[2].ids);
  assert.deepEqual(await draw([one, one, one]), same);
  assert.deepEqual(await draw([one]), same.slice(0, 1), "whatever is drawn with it");
  assert.deepEqual((await draw([other, one]))[1], same[1]);
  assert.notDeepEqual((await draw([one], { seed: 1 }))[0].ids, same[0].ids);
  const { codes } = { codes: 32, ...CONFIG.tokenizer.quantizer };
  for (const { picture, ids } of same) {
    assert.equal(ids.length, CONFIG.tokenizer.grid ** 2);
    assert.ok(ids.every((id) => id >= 0 && id < codes));
    assert.deepEqual([picture.width, picture.height], [SIZE, SIZE]);
  }
  const alone = await draw([one], { guidance: 0 });
  assert.deepEqual(await draw([other], { guidance: 0 }), alone, "without guidance, of no tokens");
});

Deno.test("pictures, tokens, options and sizes not as expected are refused by name", async () => {
  using store = new StateStore(device);
  using visualizer = visualizerOn(store);
  // deno-lint-ignore no-explicit-any
  const untyped: any = visualizer;
  const tokens = new Float32Array(18).fill(0.1);
  const wide = pictureOf({ width: 20, height: 20, data: new Uint8Array(1200) });
  const size =
    /^Expected a picture of 16 × 16 pixels, or of a multiple of that, but found 20 × 20$/;
  const length = /^Expected 3 visual tokens of 6 numbers each, 18 in all, but found 17$/;
  const slips: readonly (readonly [() => Promise<unknown>, string, RegExp])[] = [
    [() => visualizer.encode([pictureAt(0), wide]), "RangeError", size],
    [() => untyped.encode(pictureAt(0)), "TypeError", /^Expected a list of pictures, but found /],
    [() => untyped.encode([tokens]), "TypeError", /^Expected a picture, .*, but found /],
    [() => visualizer.draw([tokens, tokens.subarray(1)]), "RangeError", length],
    [() => visualizer.draw([tokens], { seed: 0.5 }), "RangeError", /^Expected seed .* found 0\.5$/],
    [() => visualizer.draw([tokens], { steps: 0 }), "RangeError", /^Expected steps .* found 0$/],
    [() => visualizer.draw([tokens], { guidance: NaN }), "RangeError", /^Expected guidance .*NaN$/],
  ];
  for (const [slip, name, message] of slips) await assert.rejects(slip, { name, message });
  const withConfig = (change: Partial<VisualizerConfig>) => () =>
    new Visualizer({ device, store, config: { ...CONFIG, ...change } });
  const pixel = { ...CONFIG.tokenizer, kind: "pixel" } as const;
  assert.throws(withConfig({ tokenizer: pixel }), /: Expected a semantic tokenizer$/);
  assert.throws(withConfig({ heads: 3 }), /: Expected hiddenSize to be a multiple of heads$/);
  assert.throws(withConfig({ tokens: 0 }), /at tokens: /);
});

Deno.test("a visualizer comes back from disk as it was", () =>
  inFolder(async (folder) => {
    using store = new StateStore(device);
    using visualizer = visualizerOn(store);
    const encoded = await visualizer.encode([pictureAt(0), pictureAt(1)]);
    const drawn = await visualizer.draw(encoded, { seed: 3 });
    await visualizer.save(folder);
    using loaded = await Visualizer.load(folder, device);
    assert.deepEqual(loaded.config, CONFIG);
    assert.deepEqual(await loaded.encode([pictureAt(0), pictureAt(1)]), encoded);
    assert.deepEqual(await loaded.draw(encoded, { seed: 3 }), drawn);

    const file = `${folder}/config.json`;
    const config = await Deno.readTextFile(file);
    const broken = [
      config.replace('"visualizer"', '"tokenizer"'),
      config.replace('"tokenSize": 6', '"tokenSize": 8'),
      "{}",
    ];
    for (const text of broken) {
      assert.notEqual(text, config);
      await Deno.writeTextFile(file, text);
      await assert.rejects(Visualizer.load(folder, device), CheckpointError);
    }
    await Deno.writeTextFile(file, config);
    await Deno.remove(`${folder}/model.safetensors`);
    await assert.rejects(Visualizer.load(folder, device), CheckpointError);
  }));
