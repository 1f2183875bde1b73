/**
 * How a semantic tokenizer is trained, part after part: the encoder against captions; with the
 * encoder frozen, codebook and feature decoder; with those frozen, the pixel decoder.
 */
import type { EmojiScenes } from "../data/emoji_scenes.ts";
import type { Picture } from "../data/picture.ts";
import { randomScene } from "../data/random_scenes.ts";
import type { Scene } from "../data/scene.ts";
import type { World } from "../data/world.ts";
import { input, ops } from "../graph/mod.ts";
import type { Scope } from "../nn/mod.ts";
import { adamw, type Budget, muon, type Stage } from "../optim/mod.ts";
import { Random } from "../runtime/mod.ts";
import type { TextTokenizer } from "../text/mod.ts";
import { contrastiveLosses } from "./contrastive.ts";
import { encode } from "./encoder.ts";
import { decodeFeatures, featureLoss } from "./feature_decoder.ts";
import { pixelsOf } from "./patches.ts";
import { pixelLosses } from "./pixel_decoder.ts";
import { byPicture, quantize } from "./quantization.ts";
import { usageOf } from "./quantizers/mod.ts";
import type { SemanticTokenizer } from "./semantic_tokenizer.ts";
import { stage } from "./stage.ts";

export interface TokenizerBudgets {
  readonly encoder: Budget;
  readonly quantizer: Budget;
  readonly pixels: Budget;
}

/** How long each part learns, by preset. */
export const TOKENIZER_BUDGETS: Readonly<Record<World["preset"], TokenizerBudgets>> = {
  nano: {
    encoder: { steps: 250, batchSize: 64, peakRate: 2e-3 },
    quantizer: { steps: 200, batchSize: 64, peakRate: 2e-3 },
    pixels: { steps: 300, batchSize: 64, peakRate: 2e-3 },
  },
  small: {
    encoder: { steps: 600, batchSize: 64, peakRate: 2e-3 },
    quantizer: { steps: 800, batchSize: 64, peakRate: 2e-3 },
    pixels: { steps: 3000, batchSize: 64, peakRate: 2e-3 },
  },
  base: {
    encoder: { steps: 3000, batchSize: 256, peakRate: 1e-3 },
    quantizer: { steps: 3000, batchSize: 256, peakRate: 1e-3 },
    pixels: { steps: 10_000, batchSize: 256, peakRate: 1e-3 },
  },
};

/** Longest caption that the encoder is trained against, in text tokens. */
const WORDS = 24;

/**
 * Most patches of a picture are background, and most kinds of object are tinted ones: crowded,
 * colourful pictures teach the most.
 */
const CAPTIONED = { objects: 4, tinted: 0.8 } as const;
const CROWDED = { objects: 6, tinted: 0.9 } as const;

/** The three parts, in order. */
export function tokenizerStages(
  tokenizer: SemanticTokenizer,
  scenes: EmojiScenes,
  text: TextTokenizer,
  budgets: TokenizerBudgets,
): Stage[] {
  return [
    encoderStage(tokenizer, scenes, text, budgets.encoder),
    quantizerStage(tokenizer, scenes, budgets.quantizer),
    pixelDecoderStage(tokenizer, scenes, budgets.pixels),
  ];
}

function encoderStage(
  tokenizer: SemanticTokenizer,
  scenes: EmojiScenes,
  text: TextTokenizer,
  budget: Budget,
): Stage {
  const { batchSize } = budget;
  const styles = scenes.world.styles.length > 1;
  const shapes = { words: WORDS, textVocabulary: text.size, styles };
  return stage(tokenizer, "semantic encoder", budget, {
    losses: (scope, batch) => contrastiveLosses(scope, tokenizer.config, { ...shapes, batch }),
    optimizer: muon(),
    batch(random) {
      const samples = Array.from({ length: batchSize }, () => scenes.reading(random, CAPTIONED));
      const captions = new Int32Array(batchSize * WORDS);
      const captionMask = new Float32Array(batchSize * WORDS);
      samples.forEach(({ description }, i) => {
        const ids = text.encode(description).slice(0, WORDS);
        captions.set(ids, i * WORDS);
        captionMask.fill(1, i * WORDS, i * WORDS + ids.length);
      });
      const pixels = pixelsOf(samples.map(({ picture }) => picture));
      const inputs = { pixels, captions, captionMask };
      if (!styles) return inputs;
      const restyled = samples.map(({ scene }) => inAnotherStyle(scenes, scene, random));
      return { ...inputs, restyled: pixelsOf(restyled) };
    },
  });
}

function quantizerStage(tokenizer: SemanticTokenizer, scenes: EmojiScenes, budget: Budget): Stage {
  const { quantizer, store, seed } = tokenizer;
  const { steps } = budget;
  const prefix = "quantizer.";
  return stage(tokenizer, "semantic codebook", budget, {
    losses(scope, batch) {
      const { features, quantized, decoded } = reconstruct(scope, tokenizer, batch);
      const { loss, cosine } = featureLoss(decoded, features);
      const total = ops.add(loss, quantized.loss);
      const usage = usageOf(quantized.ids, quantizer.codes);
      return { loss: total, parts: { features: loss, codes: quantized.loss, cosine, ...usage } };
    },
    outputs(scope, batch) {
      const { latents, ids } = reconstruct(scope, tokenizer, batch).quantized;
      return { latents, ids };
    },
    optimizer: adamw(),
    batch: (random) => ({ pixels: pixelsOf(drawn(scenes, random, budget.batchSize)) }),
    frozen: ["encoder.", ...quantizer.frozen.map((name) => prefix + name)],
    after: async (step, { outputs }) =>
      await quantizer.after?.(store, {
        prefix,
        seed,
        step,
        steps,
        ids: outputs.ids as Int32Array,
        latents: outputs.latents as Float32Array,
      }),
  });
}

function pixelDecoderStage(
  tokenizer: SemanticTokenizer,
  scenes: EmojiScenes,
  budget: Budget,
): Stage {
  const { batchSize } = budget;
  const { pictureSize } = tokenizer.config;
  const noise = noiseBank(new Random(tokenizer.seed, "noise"), pictureSize ** 2 * 3);
  return stage(tokenizer, "pixel decoder", budget, {
    losses(scope, batch) {
      const { pixels, decoded } = reconstruct(scope, tokenizer, batch);
      const randomness = {
        noise: input("noise", "float32", pixels.shape),
        t: input("t", "float32", [batch]),
      };
      return pixelLosses(
        scope.at("pixel_decoder"),
        ops.stopGradient(decoded),
        { pixels, ...randomness },
        tokenizer.config,
      );
    },
    optimizer: adamw(),
    batch: (random) => ({
      pixels: pixelsOf(drawn(scenes, random, batchSize)),
      noise: noise(random, batchSize),
      t: random.uniforms(batchSize),
    }),
    frozen: ["encoder.", "quantizer.", "feature_decoder."],
  });
}

/** Pixels → features of the frozen encoder → codes → reconstructed features. */
function reconstruct(scope: Scope, { config }: SemanticTokenizer, batch: number) {
  const { pictureSize } = config;
  const pixels = input("pixels", "float32", [batch, pictureSize, pictureSize, 3]);
  const features = ops.stopGradient(encode(scope.at("encoder"), pixels, config));
  const quantized = quantize(scope.at("quantizer"), features, config);
  const codes = byPicture(quantized.codes, config);
  const decoded = decodeFeatures(scope.at("feature_decoder"), codes, config);
  return { pixels, features, quantized, decoded };
}

function inAnotherStyle(scenes: EmojiScenes, scene: Scene, random: Random): Picture {
  const others = scenes.world.styles.filter((style) => style !== scene.style);
  return scenes.draw({ ...scene, style: random.pick(others) });
}

function drawn(scenes: EmojiScenes, random: Random, count: number) {
  return Array.from(
    { length: count },
    () => scenes.draw(randomScene(scenes.world, random, CROWDED)),
  );
}

/** Standard normal noise for `count` pictures, cut out of a bank that is drawn once: it is quicker. */
function noiseBank(source: Random, length: number) {
  const bank = source.normals(64 * length);
  return (random: Random, count: number) => {
    const noise = new Float32Array(count * length);
    for (let i = 0; i < count; i++) {
      const start = random.integer(bank.length - length);
      noise.set(bank.subarray(start, start + length), i * length);
    }
    return noise;
  };
}
