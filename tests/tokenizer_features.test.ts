/** Tokens of any encoder's features. */
import assert from "node:assert/strict";
import { endless } from "../lib/data/data_set.ts";
import type { Picture } from "../lib/data/picture.ts";
import { codebookUse, featureCosine } from "../lib/evaluation/reconstruction.ts";
import { CheckpointError } from "../lib/nn/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import {
  encoderFromSafetensors,
  FeatureTokenizer,
  FeatureTokenizerConfig,
  featureTokenizerConfig,
} from "../lib/vision/mod.ts";
import { inFolder } from "./folder.ts";

const device = await openDevice("cpu");
const GRID = 3, SIZE = 12, KINDS = 10;
const kinds = Array.from({ length: KINDS }, (_, i) => new Random(i, "kinds").normals(SIZE));
const vector = { kind: "vector", codes: 16, codeSize: 6 } as const;

/** Pictures of random pixels, and what is seen in them: patches of a few kinds, with a little noise. */
const pictures = endless(0, "pictures", (random) => ({
  picture: {
    width: GRID,
    height: GRID,
    data: Uint8Array.from({ length: 3 * GRID ** 2 }, () => random.integer(256)),
  },
}));
const encoder = {
  encode: (pictures: readonly Picture[]) =>
    Promise.resolve(pictures.map(({ data }) => {
      const random = new Random(0, ...data);
      return Float32Array.from(
        Array.from({ length: GRID ** 2 }, () =>
          // Far from mean 0.
          Array.from(random.pick(kinds), (x) => 5 * x + 3 + 0.1 * random.normal())).flat(),
      );
    })),
};

const tokenizerOf = (store: StateStore, quantizer: FeatureTokenizerConfig["quantizer"] = vector) =>
  new FeatureTokenizer({
    device,
    store,
    config: featureTokenizerConfig({ grid: GRID, featureSize: SIZE }, quantizer),
  });

Deno.test("features come back from their tokens, standardized, and from disk", () =>
  inFolder(async (folder) => {
    using store = new StateStore(device);
    using tokenizer = tokenizerOf(store);
    const losses: number[] = [];
    const budget = { steps: 120, batchSize: 16, peakRate: 5e-3 };
    for await (const { parts } of tokenizer.fit(encoder, pictures, budget)) {
      losses.push(parts.features);
    }
    assert.ok(losses.at(-1)! < 0.2 * losses[0], `${losses[0]} to ${losses.at(-1)}`);

    const samples = await Promise.all(Array.from({ length: 40 }, (_, i) => pictures.at(i)));
    const features = await encoder.encode(samples.map(({ picture }) => picture));
    const ids = await tokenizer.quantize(features);
    assert.ok(codebookUse(ids.flatMap((picture) => [...picture]), 16) >= KINDS / 16);
    const back = await tokenizer.decode(ids);
    back.forEach((decoded, i) => {
      assert.ok(featureCosine(decoded, standardized(features[i]), SIZE) > 0.95);
    });
    await tokenizer.save(folder);
    using loaded = await FeatureTokenizer.load(folder, device);
    assert.deepEqual(await loaded.quantize(features), ids);
    assert.deepEqual(await loaded.decode(ids), back);
    await Deno.writeTextFile(`${folder}/config.json`, "{}");
    await assert.rejects(FeatureTokenizer.load(folder, device), CheckpointError);
  }));

Deno.test("a published encoder's features become tokens; others are refused", async () => {
  using encoder = await encoderFromSafetensors("tests/fixtures/siglip_vision", { device });
  const picture = {
    width: 40,
    height: 30,
    data: Uint8Array.from({ length: 3600 }, (_, i) => i % 251),
  };
  const features = await encoder.encode([picture]);
  using store = new StateStore(device);
  using tokenizer = new FeatureTokenizer({
    device,
    store,
    config: featureTokenizerConfig(encoder, { kind: "finite scalar", levels: [4, 4] }),
  });
  const [ids] = await tokenizer.quantize(features);
  assert.equal(ids.length, 16);
  assert.equal((await tokenizer.decode([ids]))[0].length, 16 * 32);
  using other = tokenizerOf(new StateStore(device));
  await assert.rejects(
    other.quantize(features),
    /Expected 108 numbers for a picture, but found 512/,
  );
  await assert.rejects(other.decode([ids]), /Expected 9 numbers for a picture, but found 16/);
  const fit = other.fit({ encode: () => Promise.resolve(features) }, pictures, {
    steps: 2,
    batchSize: 1,
    peakRate: 1e-3,
  });
  await assert.rejects(() => fit.next(), /Expected 108 numbers/);
});

Deno.test("how features are compared is configurable", async () => {
  const config = featureTokenizerConfig({ grid: GRID, featureSize: SIZE }, vector);
  const lossWith = async (featureLoss?: FeatureTokenizerConfig["featureLoss"]) => {
    using store = new StateStore(device);
    const tokenizer = new FeatureTokenizer({ device, store, config: { ...config, featureLoss } });
    const fit = tokenizer.fit(encoder, pictures, { steps: 1, batchSize: 8, peakRate: 1e-3 });
    for await (const { parts } of fit) return parts;
    throw new Error("Expected a step");
  };
  const plain = await lossWith();
  const cosine = await lossWith({ smoothL1: 0, cosine: 2 });
  assert.ok(Math.abs(cosine.features - 2 * (1 - plain.cosine)) < 1e-5);
  const found = FeatureTokenizerConfig.safeParse({
    ...config,
    featureLoss: { smoothL1: -1, cosine: 1 },
  });
  assert.match(found.error!.message, />=0/);
});

function standardized(features: Float32Array): Float32Array {
  return Float32Array.from(features, (x, i) => {
    const row = features.subarray(i - i % SIZE, i - i % SIZE + SIZE);
    const mean = row.reduce((a, b) => a + b) / SIZE;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / SIZE;
    return (x - mean) / Math.sqrt(variance + 1e-5);
  });
}
