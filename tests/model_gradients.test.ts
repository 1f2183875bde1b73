/** Gradients of the nano model's whole losses, of which each stage trains one. */
import { input, ops } from "../lib/graph/mod.ts";
import { Scope } from "../lib/nn/mod.ts";
import { countsOf } from "../lib/optim/mod.ts";
import { Random } from "../lib/runtime/mod.ts";
import { contrastiveLosses } from "../lib/vision/encoders/contrastive.ts";
import { encode } from "../lib/vision/encoders/semantic_encoder.ts";
import { decodeFeatures, featureLoss } from "../lib/vision/decoders/feature_decoder.ts";
import { TOKENIZER_PRESETS, type TokenizerConfig } from "../lib/vision/mod.ts";
import { pixelLosses } from "../lib/vision/decoders/pixel_decoder.ts";
import { byPicture, quantize } from "../lib/vision/tokenizers/quantization.ts";
import { unifiedLosses } from "../lib/unified/mod.ts";
import { checkGradients } from "./gradient_check.ts";
import { nanoModel } from "./nano_model.ts";

const random = new Random(0, "model gradients");
const TOKENIZER: TokenizerConfig = TOKENIZER_PRESETS.nano;
const BATCH = 2;

const PIXELS = [BATCH, TOKENIZER.pictureSize, TOKENIZER.pictureSize, 3];
const pixels = random.normals(BATCH * TOKENIZER.pictureSize ** 2 * 3).map(Math.tanh);

Deno.test("the unified model's loss, with text, pictures read and pictures drawn", async () => {
  const quantizer = { kind: "vector", codes: 200, codeSize: 32 } as const;
  const model = nanoModel({ ...TOKENIZER, grid: 2, quantizer }, 300);
  const shape = { batch: BATCH, length: 14, learned: 6, given: { read: 4 }, targets: {} };
  const ids = Int32Array.from({ length: BATCH * shape.length }, (_, i) => {
    const [row, at] = [Math.floor(i / shape.length), i % shape.length];
    return at < 4 ? model.ids + 4 * row + at : random.integer(model.ids);
  });
  const slots = BATCH * shape.learned;
  const weights = new Float32Array(slots).fill(1);
  weights[slots - 1] = 0;
  const scope = new Scope();
  const { loss } = unifiedLosses(scope, model, shape);
  await checkGradients({
    scope,
    loss,
    inputs: {
      ids,
      places: ids.map(() => random.integer(model.config.places + 1)),
      "given.read": random.normals(BATCH * 4 * TOKENIZER.featureSize),
      positions: Int32Array.from(
        { length: slots },
        (_, i) => Math.floor(i / shape.learned) * shape.length + 4 + i % shape.learned,
      ),
      labels: Int32Array.from(
        { length: slots },
        (_, i) => i % 2 === 0 ? random.integer(300) : model.sayable - 1 - random.integer(99),
      ),
      weights,
      ...countsOf({ text: slots / 2, codes: slots / 2 - 1 }),
    },
  });
});

Deno.test("the semantic encoder's contrastive losses", async () => {
  const shapes = { batch: BATCH, words: 6, textVocabulary: 300, pairs: true };
  const words = BATCH * shapes.words;
  const scope = new Scope();
  const { loss } = contrastiveLosses(scope, TOKENIZER, shapes);
  await checkGradients({
    scope,
    loss,
    inputs: {
      pixels,
      again: random.normals(pixels.length),
      captions: Int32Array.from({ length: words }, () => random.integer(300)),
      captionMask: Float32Array.from({ length: words }, (_, i) => i === words - 1 ? 0 : 1),
    },
  });
});

Deno.test("codebook and feature decoder, straight through the codes", async () => {
  const scope = new Scope();
  const features = ops.stopGradient(
    encode(scope.at("encoder"), input("pixels", "float32", PIXELS), TOKENIZER),
  );
  const quantized = quantize(scope.at("quantizer"), features, TOKENIZER);
  const codes = byPicture(quantized.codes, TOKENIZER);
  const decoded = decodeFeatures(scope.at("feature_decoder"), codes, TOKENIZER);
  await checkGradients({
    scope,
    loss: ops.add(featureLoss(decoded, features).loss, quantized.loss),
    inputs: { pixels },
    frozen: ["encoder."],
  });
});

Deno.test("the pixel decoder's regression and flow", async () => {
  const scope = new Scope();
  const shape = [BATCH, TOKENIZER.grid ** 2, TOKENIZER.featureSize];
  const { loss } = pixelLosses(scope, input("features", "float32", shape), {
    pixels: input("pixels", "float32", PIXELS),
    noise: input("noise", "float32", PIXELS),
    t: input("t", "float32", [BATCH]),
    known: input("known", "float32", [BATCH]),
  }, TOKENIZER);
  await checkGradients({
    scope,
    loss,
    inputs: {
      pixels,
      features: random.normals(shape.reduce((a, b) => a * b)),
      noise: random.normals(pixels.length),
      t: random.uniforms(BATCH),
      known: Float32Array.from({ length: BATCH }, (_, i) => i % 2),
    },
  });
});
