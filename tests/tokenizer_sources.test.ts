/** What tokenizers learn from: any data sets of pictures, each row of a batch by itself. */
import assert from "node:assert/strict";
import { type Captioned, type DataSet, listed } from "../lib/data/data_set.ts";
import { type Picture, pictureOf } from "../lib/data/picture.ts";
import { psnr } from "../lib/evaluation/reconstruction.ts";
import { input } from "../lib/graph/mod.ts";
import type { Stage } from "../lib/optim/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import { TextTokenizer } from "../lib/text/mod.ts";
import {
  type CaptionedView,
  FeatureTokenizer,
  featureTokenizerConfig,
  PictureTokenizer,
  type TokenizerConfig,
  type TokenizerSources,
  tokenizerStages,
} from "../lib/vision/mod.ts";
import { disturbed, tokenNoise } from "../lib/vision/stages/token_noise.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { tokenizerSources } from "../lib/worlds/emoji/tokenizer_sources.ts";
import { runGraph } from "./run_graph.ts";

const device = await openDevice("cpu");
const vector = { kind: "vector", codes: 32, codeSize: 8 } as const;
const SIZES = {
  pictureSize: 24,
  grid: 3,
  featureSize: 16,
  encoderLayers: 1,
  textLayers: 1,
  heads: 2,
  featureDecoderLayers: 1,
  pixelDecoderLayers: 1,
};

/** Plain pictures with a square of another colour in them. */
const COLORS = { red: [220, 40, 40], green: [40, 200, 60], blue: [50, 70, 230] } as const;
const SQUARES: readonly Captioned[] = Object.entries(COLORS).flatMap(([name, color]) =>
  Object.entries(COLORS).filter(([other]) => other !== name).flatMap(([other, ground]) =>
    [4, 8, 12].map((at) => ({
      picture: square(24, at, color, ground),
      caption: `a ${name} square on ${other}`,
    }))
  )
);

function square(
  size: number,
  at: number,
  color: readonly number[],
  ground: readonly number[],
): Picture {
  const isInside = (x: number) => x >= at && x < at + size / 3;
  const data = Uint8Array.from({ length: 3 * size ** 2 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const inside = isInside(pixel % size) && isInside(Math.floor(pixel / size));
    return (inside ? color : ground)[i % 3];
  });
  return pictureOf({ width: size, height: size, data });
}

const text = TextTokenizer.train(SQUARES.map(({ caption }) => caption), {
  vocabularySize: 300,
  specialTokens: [],
});

const BUDGET = { steps: 2, batchSize: 4, peakRate: 1e-3 };

/** A tokenizer's stages with as many samples a batch. */
function stagesWith(config: TokenizerConfig, sources: TokenizerSources, batchSize: number) {
  const tokenizer = new PictureTokenizer({ device, store: new StateStore(device), config });
  const budget = { ...BUDGET, batchSize };
  const budgets = { encoder: budget, quantizer: budget, pixels: budget };
  return tokenizerStages(tokenizer, sources, text, budgets);
}

/** The inputs of a stage's steps. */
async function batchesOf(stage: Stage): Promise<Record<string, Float32Array>[]> {
  const batches: Record<string, Float32Array>[] = [];
  for await (const { batch } of stage.run()) {
    batches.push(structuredClone(batch.inputs) as Record<string, Float32Array>);
  }
  return batches;
}

Deno.test("a row is the same whatever else is in its batch", async () => {
  const scenes = await emojiScenes({ preset: "small", seed: 0 });
  const sizes = { ...SIZES, pictureSize: 64, grid: 4 };
  const configs: readonly TokenizerConfig[] = [
    { ...sizes, kind: "semantic", quantizer: vector, enlarge: 2, attention: true },
    { ...sizes, kind: "pixel", quantizer: vector },
    { ...sizes, kind: "dual", quantizer: { kind: "product", parts: [vector, vector] } },
  ];
  for (const config of configs) {
    const sources = tokenizerSources(scenes, config);
    const large = stagesWith(config, sources, 8);
    for (const [i, stage] of stagesWith(config, sources, 4).entries()) {
      const [four, eight] = [await batchesOf(stage), await batchesOf(large[i])];
      four.forEach((batch, step) => {
        assert.deepEqual(Object.keys(batch), Object.keys(eight[step]));
        for (const [name, rows] of Object.entries(batch)) {
          assert.equal(eight[step][name].length, 2 * rows.length);
          assert.deepEqual(eight[step][name].subarray(0, rows.length), rows, name);
        }
        const { pixels } = eight[step];
        assert.notDeepEqual(pixels.subarray(pixels.length / 2), batch.pixels);
      });
      assert.notDeepEqual(four[0].pixels, four[1].pixels, "another step has others");
    }
  }
});

Deno.test("a row of features is the same whatever else is in its batch", async () => {
  const encoder = {
    encode: (pictures: readonly Picture[]) =>
      Promise.resolve(pictures.map(({ data }) => Float32Array.from(data.subarray(0, 8)))),
  };
  const config = featureTokenizerConfig({ grid: 1, featureSize: 8 }, vector);
  const rows = async (batchSize: number) => {
    using tokenizer = new FeatureTokenizer({ device, store: new StateStore(device), config });
    const pictures = (await emojiSources()).pictures;
    return await batchesOf(tokenizer.stage(encoder, pictures, { ...BUDGET, batchSize }));
  };
  const [four, eight] = [await rows(4), await rows(8)];
  four.forEach(({ given }, step) =>
    assert.deepEqual(eight[step].given.subarray(0, given.length), given)
  );
});

const emojiSources = async () => tokenizerSources(await emojiScenes());

Deno.test("wrong tokens are those of other places of the same picture", async () => {
  const random = new Random(0);
  const none = Array.from({ length: 9 }, (_, i) => i);
  assert.deepEqual([...tokenNoise(random, { grid: 3 }, 0)], none);
  const noise = [0, 1].map(() => [...tokenNoise(random, { grid: 3 }, 1)]);
  assert.ok(noise.every((from) => from.join() !== none.join()));
  const codes = input("codes", "float32", [2, 9, 1]);
  const { y } = await runGraph(device, { y: disturbed(codes) }, {
    codes: Float32Array.from({ length: 18 }, (_, i) => i),
    from: Int32Array.from(noise.flat()),
  });
  assert.deepEqual(y, [...noise[0], ...noise[1].map((place) => 9 + place)]);
});

Deno.test("pictures of squares and their captions are enough, drawn as large or larger", async () => {
  for (const enlarge of [1, 2]) {
    const config: TokenizerConfig = { ...SIZES, kind: "semantic", quantizer: vector, enlarge };
    using store = new StateStore(device);
    using tokenizer = new PictureTokenizer({ device, store, config });
    const samples = SQUARES.map(({ picture, caption }) => ({
      picture: enlarge === 1 ? picture : doubled(picture),
      caption,
    }));
    const set = listed(samples);
    const budget = { steps: 150, batchSize: 16, peakRate: 5e-3 };
    const stages = tokenizerStages(tokenizer, { captioned: set, pictures: set }, text, {
      encoder: budget,
      quantizer: budget,
      pixels: budget,
    });
    for (const stage of stages) for await (const _ of stage.run());
    const pictures = samples.map(({ picture }) => picture);
    const encoded = await tokenizer.encode(pictures);
    const drawn = await tokenizer.decode(encoded.map(({ ids }) => ids));
    const quality = drawn.map((picture, i) => psnr(picture, pictures[i]));
    assert.ok(
      quality.reduce((a, b) => a + b) / quality.length > 22,
      `${quality.map(Math.round)} dB`,
    );
    assert.equal(drawn[0].width, 24 * enlarge);
  }
});

function doubled({ width, height, data }: Picture): Picture {
  const large = new Uint8Array(4 * data.length);
  for (let i = 0; i < large.length; i++) {
    const pixel = Math.floor(i / 3);
    const [x, y] = [pixel % (2 * width), Math.floor(pixel / (2 * width))];
    large[i] = data[3 * (Math.floor(y / 2) * width + Math.floor(x / 2)) + i % 3];
  }
  return pictureOf({ width: 2 * width, height: 2 * height, data: large });
}

/** The squares, with other captions after the first few that are asked for. */
function changing(after: number, other: (sample: Captioned) => CaptionedView) {
  let asked = 0;
  const set: DataSet<CaptionedView> = {
    size: SQUARES.length,
    at: (index) => asked++ < after ? SQUARES[index] : other(SQUARES[index]),
  };
  return set;
}

const encoderOn = (captioned: DataSet<CaptionedView>, config: Partial<TokenizerConfig> = {}) => {
  const whole = { ...SIZES, kind: "semantic", quantizer: vector, ...config } as TokenizerConfig;
  return stagesWith(whole, { captioned, pictures: captioned }, 4)[0];
};

Deno.test("a caption that is too long has another of its row in its place; many end the stage", async () => {
  const long = (sample: Captioned) => ({ ...sample, caption: `${sample.caption} or so, I think` });
  let once = 0;
  const rare = changing(1000, (sample) => once++ === 1 ? long(sample) : sample);
  const leftOut: (number | undefined)[] = [];
  const rows: Record<string, Float32Array>[] = [];
  for await (const event of encoderOn(rare).run()) {
    leftOut.push(event.leftOut);
    rows.push(structuredClone(event.batch.inputs) as Record<string, Float32Array>);
  }
  assert.deepEqual(leftOut, [1, 0]);
  const plain = await batchesOf(encoderOn(listed(SQUARES)));
  const length = rows[0].pixels.length / 4;
  [0, 2, 3].forEach((row) =>
    assert.deepEqual(
      rows[0].pixels.subarray(row * length, (row + 1) * length),
      plain[0].pixels.subarray(row * length, (row + 1) * length),
    )
  );
  await assert.rejects(
    batchesOf(encoderOn(changing(1000, long))),
    /^RangeError: Expected stage "semantic encoder" to learn from captions of at most \d+ tokens.* "a .* square on .* or so, I think"$/,
  );
});

Deno.test("what cannot be learned from is refused", async () => {
  const wordless = changing(0, (sample) => ({ ...sample, caption: "" }));
  await assert.rejects(batchesOf(encoderOn(wordless)), /a word or more, but found ""$/);
  const twice = (sample: Captioned) => ({ ...sample, again: sample.picture });
  assert.ok("again" in (await batchesOf(encoderOn(changing(0, twice))))[0]);
  let asked = 0;
  const at = (index: number) => asked++ % 2 === 0 ? SQUARES[index] : twice(SQUARES[index]);
  await assert.rejects(
    batchesOf(encoderOn({ size: SQUARES.length, at })),
    /seen twice, but found one that is not: "a .* square on .*"$/,
  );
  const small = encoderOn(listed(SQUARES), { pictureSize: 48 });
  await assert.rejects(batchesOf(small), /48 × 48 pixels, .* but found 24 × 24$/);
});
