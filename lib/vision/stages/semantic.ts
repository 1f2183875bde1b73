/**
 * How a semantic tokenizer learns on its frozen encoder: the codebook and feature decoder, and then
 * the diffusion decoder.
 */
import type { EmojiScenes } from "../../worlds/emoji/emoji_scenes.ts";
import { input, ops, type Tensor } from "../../graph/mod.ts";
import type { Scope } from "../../nn/mod.ts";
import { adamw, ALL, type Budget, type Stage } from "../../optim/mod.ts";
import { Random } from "../../runtime/mod.ts";
import { drawnSize } from "../config.ts";
import { encode } from "../encoders/semantic_encoder.ts";
import { decodeFeatures, featureLoss } from "../decoders/feature_decoder.ts";
import { pixelsOf } from "../patches.ts";
import type { PictureTokenizer } from "../tokenizers/picture_tokenizer.ts";
import { pixelLosses } from "../decoders/pixel_decoder.ts";
import { byPicture, quantize } from "../tokenizers/quantization.ts";
import { quantizing, stage } from "../stage.ts";
import { crowdedPictures, crowdedScenes } from "./crowded.ts";
import { DISTURBED, tokenNoise } from "./token_noise.ts";

/** Codebook and feature decoder; the encoder stays as it is. */
export function semanticCodebookStage(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  budget: Budget,
): Stage {
  const codebook = quantizing(tokenizer, budget, (scope, batch) => {
    const { features, quantized, decoded } = reconstruct(scope, tokenizer, batch);
    const { loss, cosine } = featureLoss(decoded, features);
    return { quantized, loss, parts: { features: loss, cosine } };
  });
  return stage(tokenizer, "semantic codebook", budget, {
    ...codebook,
    rates: { ...codebook.rates, "encoder.": 0 },
    batch: ({ shared: random }) => ({
      inputs: { pixels: pixelsOf(crowdedPictures(scenes, random, budget.batchSize)) },
    }),
  });
}

/**
 * The diffusion decoder, on what is reconstructed from codes. Now and then its flow sees none, for
 * guidance; and where patches see each other some are wrong, so that their neighbours make up for
 * them (ILLUME+, arXiv 2504.01934). A decoder that sees each patch by itself could learn nothing
 * from a wrong one.
 */
export function pixelDecoderStage(
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
    async batch({ shared: random }) {
      const large = await enlarged;
      const chosen = crowdedScenes(scenes, random, batchSize);
      const pixels = pixelsOf(chosen.map((scene) => scenes.draw(scene)));
      const inputs = {
        pixels,
        drawn: large.sprites.scale === 1
          ? pixels
          : pixelsOf(chosen.map((scene) => large.draw(scene))),
        noise: noise(random, batchSize),
        t: random.uniforms(batchSize),
        from: tokenNoise(random, batchSize, config, config.attention ? DISTURBED : 0),
        known: random.uniforms(batchSize).map((x) => x < FEATURE_DROP ? 0 : 1),
      };
      return { inputs };
    },
    rates: { ...ALL, "encoder.": 0, "quantizer.": 0, "feature_decoder.": 0 },
  });
}

/** Share of the pictures whose flow sees no features, so that it can be guided. */
const FEATURE_DROP = 0.1;

/**
 * Pixels → features of the frozen encoder → codes → reconstructed features.
 *
 * @param from of which patch of the batch each patch gets the code; its own unless told
 */
function reconstruct(scope: Scope, tokenizer: PictureTokenizer, batch: number, from?: Tensor) {
  const { config } = tokenizer;
  const pixels = input("pixels", "float32", [batch, config.pictureSize, config.pictureSize, 3]);
  const features = ops.stopGradient(encode(scope.at("encoder"), pixels, config));
  const quantized = quantize(scope.at("quantizer"), features, config);
  const rows = from === undefined ? quantized.codes : ops.gather(quantized.codes, from);
  const codes = byPicture(rows, config);
  const decoded = decodeFeatures(scope.at("feature_decoder"), codes, config);
  return { features, quantized, decoded };
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
