/** Captions and pictures find each other where an encoder learned which belong together. */
import { ok, rejects, strictEqual as equal } from "node:assert";
import fc from "fast-check";
import { type Captioned, listed } from "../lib/data/data_set.ts";
import { pictureOf } from "../lib/data/picture.ts";
import { evaluateCaptionRetrieval } from "../lib/evaluation/caption_retrieval.ts";
import { wordOverlap } from "../lib/evaluation/word_overlap.ts";
import { openDevice, StateStore } from "../lib/runtime/mod.ts";
import { TextTokenizer } from "../lib/text/mod.ts";
import { PictureTokenizer, tokenizerStages } from "../lib/vision/mod.ts";

const COLORS = {
  red: [220, 40, 40],
  green: [40, 200, 60],
  blue: [50, 70, 230],
  grey: [128, 128, 128],
};

/** The upper half of one colour, the lower of another. */
const HALVES: readonly Captioned[] = Object.entries(COLORS).flatMap(([above, top]) =>
  Object.entries(COLORS).filter(([below]) => below !== above).map(([below, bottom]) => ({
    picture: pictureOf({
      width: 16,
      height: 16,
      data: Uint8Array.from({ length: 768 }, (_, i) => (i < 384 ? top : bottom)[i % 3]),
    }),
    caption: `${above} above ${below}`,
  }))
);

const text = TextTokenizer.train(HALVES.map(({ caption }) => caption), {
  vocabularySize: 300,
  specialTokens: [],
});
const config = {
  kind: "semantic",
  pictureSize: 16,
  grid: 2,
  featureSize: 32,
  encoderLayers: 1,
  textLayers: 1,
  heads: 2,
  quantizer: { kind: "vector", codes: 32, codeSize: 8 },
  featureDecoderLayers: 1,
  pixelDecoderLayers: 1,
} as const;

Deno.test("captions are found by pictures, and pictures by captions, once they were learned", async () => {
  using device = await openDevice("cpu");
  using store = new StateStore(device);
  using tokenizer = new PictureTokenizer({ device, store, config });
  await rejects(
    evaluateCaptionRetrieval(tokenizer, text, HALVES),
    /Expected the store in which the semantic encoder learned .* but found one without contrastive\./,
  );
  const budget = { steps: 150, batchSize: 12, peakRate: 5e-3 };
  const set = listed(HALVES);
  const [encoder] = tokenizerStages(tokenizer, { captioned: set, pictures: set }, text, {
    encoder: budget,
    quantizer: budget,
    pixels: budget,
  });
  for await (const _ of encoder.run());
  // More than fit into one batch, and not a whole number of batches.
  const many = Array.from({ length: 40 }, (_, i) => HALVES[i % HALVES.length]);
  const { captions, pictures, chance } = await evaluateCaptionRetrieval(tokenizer, text, many);
  equal(chance, 1 / 40);
  for (const [name, { recallAt1, nearest }] of Object.entries({ captions, pictures })) {
    ok(recallAt1 > 0.8, `Expected most ${name} to be found, but found ${recallAt1}`);
    equal(nearest.length, 40);
  }
  const shuffled = HALVES.map(({ picture }, i) => ({
    picture,
    caption: HALVES[(i + 5) % HALVES.length].caption,
  }));
  const wrong = await evaluateCaptionRetrieval(tokenizer, text, shuffled);
  ok(wrong.captions.recallAt1 < 0.2, `Expected none, but found ${wrong.captions.recallAt1}`);
});

Deno.test("word overlap is 1 for the same words, 0 for others, and the same both ways", () => {
  const words = fc.array(fc.constantFrom("a", "red", "green", "apple", "pear"));
  fc.assert(fc.property(words, words, (one, other) => {
    const overlap = wordOverlap(one, other);
    equal(wordOverlap(other, one), overlap);
    ok(overlap >= 0 && overlap <= 1);
    equal(overlap === 1, one.toSorted().join() === other.toSorted().join());
    equal(wordOverlap(one, ["zebra"]), 0);
  }));
});
