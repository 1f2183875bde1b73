/**
 * How tokenizers are trained, part after part: the semantic encoder against captions; with it
 * frozen, what the kind of tokenizer needs.
 */
import type { EmojiScenes } from "../data/emoji_scenes.ts";
import type { Picture } from "../data/picture.ts";
import { randomScene } from "../data/random_scenes.ts";
import type { Scene } from "../data/scene.ts";
import type { World } from "../data/world.ts";
import { input, ops, type Tensor } from "../graph/mod.ts";
import type { Scope } from "../nn/mod.ts";
import { adamw, type Budget, muon, type Stage } from "../optim/mod.ts";
import { Random } from "../runtime/mod.ts";
import type { TextTokenizer } from "../text/mod.ts";
import { contrastiveLosses } from "./contrastive.ts";
import { drawnSize, perceptualWeight, type TokenizerConfig } from "./config.ts";
import { drawFromBoth, encodeBoth, halves } from "./dual.ts";
import { encode } from "./encoder.ts";
import { decodeFeatures, featureLoss } from "./feature_decoder.ts";
import { pixelsOf } from "./patches.ts";
import type { PictureTokenizer } from "./picture_tokenizer.ts";
import { decodePicture, pictureLosses } from "./pixel.ts";
import { pixelLosses } from "./pixel_decoder.ts";
import { byPicture, quantize } from "./quantization.ts";
import { quantizing, stage } from "./stage.ts";

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

/**
 * The parts of a tokenizer, in order. They begin with the semantic encoder: a tokenizer of pixels
 * too needs it, unless it compares pictures by nothing but their pixels.
 */
export function tokenizerStages(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  text: TextTokenizer,
  budgets: TokenizerBudgets,
): Stage[] {
  const { config } = tokenizer;
  const encoder = encoderStage(tokenizer, scenes, text, budgets.encoder);
  switch (config.kind) {
    case "semantic":
      return [
        encoder,
        semanticCodebookStage(tokenizer, scenes, budgets.quantizer),
        pixelDecoderStage(tokenizer, scenes, budgets.pixels),
      ];
    case "pixel": {
      const codebook = pixelCodebookStage(tokenizer, scenes, budgets.pixels);
      return perceptualWeight(config) === 0 ? [codebook] : [encoder, codebook];
    }
    case "dual":
      return [encoder, dualCodebooksStage(tokenizer, scenes, budgets.pixels)];
  }
}

function encoderStage(
  tokenizer: PictureTokenizer,
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

/** Codebook and feature decoder; the encoder stays as it is. */
function semanticCodebookStage(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  budget: Budget,
): Stage {
  return stage(tokenizer, "semantic codebook", budget, {
    ...quantizing(tokenizer, budget, (scope, batch) => {
      const { features, quantized, decoded } = reconstruct(scope, tokenizer, batch);
      const { loss, cosine } = featureLoss(decoded, features);
      return { quantized, loss, parts: { features: loss, cosine } };
    }),
    batch: (random) => ({ pixels: pixelsOf(drawn(scenes, random, budget.batchSize)) }),
  });
}

/** Encoder, codebook and decoder of pixels, all together. */
function pixelCodebookStage(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  budget: Budget,
): Stage {
  const { config } = tokenizer;
  return stage(tokenizer, "pixel codebook", budget, {
    ...quantizing(tokenizer, budget, (scope, batch) => {
      const pixels = pixelInput(tokenizer, batch);
      const features = encode(scope.at("pixel_encoder"), pixels, config);
      const quantized = quantize(scope.at("quantizer"), features, config);
      const codes = byPicture(quantized.codes, config);
      const drawn = decodePicture(scope.at("picture_decoder"), codes, config);
      return { quantized, ...pictureLosses(scope, drawn, pixels, config) };
    }),
    batch: (random) => ({ pixels: pixelsOf(drawn(scenes, random, budget.batchSize)) }),
  });
}

/** Both codebooks, the pixel encoder, and what decodes features and pictures from them. */
function dualCodebooksStage(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  budget: Budget,
): Stage {
  const { config } = tokenizer;
  return stage(tokenizer, "dual codebooks", budget, {
    ...quantizing(tokenizer, budget, (scope, batch) => {
      const pixels = pixelInput(tokenizer, batch);
      const { semantic, quantized } = encodeBoth(scope, pixels, config);
      const [meaning, look] = halves(byPicture(quantized.codes, config), config);
      const decoded = decodeFeatures(scope.at("feature_decoder"), meaning, config);
      const { loss: features, cosine } = featureLoss(decoded, semantic);
      const from = input("from", "int32", [batch * config.grid ** 2]);
      const rows = ops.reshape(look, { shape: [from.shape[0], look.shape[2]] });
      const disturbed = ops.reshape(ops.gather(rows, from), { shape: look.shape });
      const drawn = drawFromBoth(scope, ops.stopGradient(decoded), disturbed, config);
      const picture = pictureLosses(scope, drawn, pixels, config);
      const loss = ops.add(features, picture.loss);
      return { quantized, loss, parts: { features, cosine, ...picture.parts } };
    }),
    batch: (random) => ({
      pixels: pixelsOf(drawn(scenes, random, budget.batchSize)),
      from: tokenNoise(random, budget.batchSize, config, DISTURBED),
    }),
  });
}

/** Share of the pictures whose tokens are disturbed, and of their tokens that are. */
const DISTURBED = 0.1;

/**
 * From which patch of the batch each patch gets its token: from itself, but for a share of the
 * pictures, in which the same share of the patches gets others'.
 */
function tokenNoise(
  random: Random,
  pictures: number,
  { grid }: Pick<TokenizerConfig, "grid">,
  share: number,
): Int32Array {
  const each = grid ** 2;
  const from = Int32Array.from({ length: pictures * each }, (_, i) => i);
  for (let picture = 0; picture < pictures; picture++) {
    if (random.uniform() >= share) continue;
    for (let i = picture * each; i < (picture + 1) * each; i++) {
      if (random.uniform() < share) from[i] = random.integer(from.length);
    }
  }
  return from;
}

/**
 * The diffusion decoder, on what is reconstructed from codes. Now and then its flow sees none, for
 * guidance; and where patches see each other some are wrong, so that their neighbours make up for
 * them (ILLUME+, arXiv 2504.01934). A decoder that sees each patch by itself could learn nothing
 * from a wrong one.
 */
function pixelDecoderStage(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  budget: Budget,
): Stage {
  const { batchSize } = budget;
  const { config } = tokenizer;
  const size = drawnSize(config);
  const enlarged = scenes.enlarged(config.enlarge ?? 1);
  const noise = noiseBank(new Random(tokenizer.seed, "noise"), size ** 2 * 3);
  return stage(tokenizer, "pixel decoder", budget, {
    losses(scope, batch) {
      const from = input("from", "int32", [batch * config.grid ** 2]);
      const { decoded } = reconstruct(scope, tokenizer, batch, from);
      const inputs = {
        pixels: input("drawn", "float32", [batch, size, size, 3]),
        noise: input("noise", "float32", [batch, size, size, 3]),
        t: input("t", "float32", [batch]),
        known: input("known", "float32", [batch]),
      };
      return pixelLosses(scope.at("pixel_decoder"), ops.stopGradient(decoded), inputs, config);
    },
    optimizer: adamw(),
    async batch(random) {
      const large = await enlarged;
      const chosen = randomScenes(scenes, random, batchSize);
      const pixels = pixelsOf(chosen.map((scene) => scenes.draw(scene)));
      return {
        pixels,
        drawn: large.sprites.scale === 1
          ? pixels
          : pixelsOf(chosen.map((scene) => large.draw(scene))),
        noise: noise(random, batchSize),
        t: random.uniforms(batchSize),
        from: tokenNoise(random, batchSize, config, config.attention ? DISTURBED : 0),
        known: random.uniforms(batchSize).map((x) => x < FEATURE_DROP ? 0 : 1),
      };
    },
    frozen: ["encoder.", "quantizer.", "feature_decoder."],
  });
}

/** Share of the pictures whose flow sees no features, so that it can be guided. */
const FEATURE_DROP = 0.1;

function pixelInput({ config: { pictureSize } }: PictureTokenizer, batch: number): Tensor {
  return input("pixels", "float32", [batch, pictureSize, pictureSize, 3]);
}

/**
 * Pixels → features of the frozen encoder → codes → reconstructed features.
 *
 * @param from of which patch of the batch each patch gets the code; its own unless told
 */
function reconstruct(scope: Scope, tokenizer: PictureTokenizer, batch: number, from?: Tensor) {
  const { config } = tokenizer;
  const pixels = pixelInput(tokenizer, batch);
  const features = ops.stopGradient(encode(scope.at("encoder"), pixels, config));
  const quantized = quantize(scope.at("quantizer"), features, config);
  const rows = from === undefined ? quantized.codes : ops.gather(quantized.codes, from);
  const codes = byPicture(rows, config);
  const decoded = decodeFeatures(scope.at("feature_decoder"), codes, config);
  return { features, quantized, decoded };
}

function inAnotherStyle(scenes: EmojiScenes, scene: Scene, random: Random): Picture {
  const others = scenes.world.styles.filter((style) => style !== scene.style);
  return scenes.draw({ ...scene, style: random.pick(others) });
}

function randomScenes({ world }: EmojiScenes, random: Random, count: number): Scene[] {
  const crowd = { ...CROWDED, objects: Math.min(CROWDED.objects, world.lattice.length ** 2) };
  return Array.from({ length: count }, () => randomScene(world, random, crowd));
}

function drawn(scenes: EmojiScenes, random: Random, count: number): Picture[] {
  return randomScenes(scenes, random, count).map((scene) => scenes.draw(scene));
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
