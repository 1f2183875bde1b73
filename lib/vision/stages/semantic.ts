/**
 * How a semantic tokenizer learns on its frozen encoder: the codebook and feature decoder, and then
 * the diffusion decoder.
 */
import { type DataSet, drawnFrom } from "../../data/data_set.ts";
import { reducedTo } from "../../data/picture.ts";
import { input, ops, type Tensor } from "../../graph/mod.ts";
import type { Scope } from "../../nn/mod.ts";
import { adamw, ALL, type Budget, type Stage, trainingStage } from "../../optim/mod.ts";
import { Random } from "../../runtime/mod.ts";
import { drawnSize } from "../config.ts";
import { encode } from "../encoders/semantic_encoder.ts";
import { decodeFeatures, featureLoss } from "../decoders/feature_decoder.ts";
import { pixelsOf } from "../patches.ts";
import { batchOf, type PictureToDraw, pixelsFrom } from "../sources.ts";
import type { PictureTokenizer } from "../tokenizers/picture_tokenizer.ts";
import { pixelLosses } from "../decoders/pixel_decoder.ts";
import { byPicture, quantize } from "../tokenizers/quantization.ts";
import { quantizing } from "../quantizers/learning.ts";
import { DISTURBED, disturbed, tokenNoise } from "./token_noise.ts";

/** Codebook and feature decoder; the encoder stays as it is. */
export function semanticCodebookStage(
  tokenizer: PictureTokenizer,
  pictures: DataSet<PictureToDraw>,
  budget: Budget,
): Stage {
  const { config } = tokenizer;
  const codebook = quantizing(tokenizer, budget, (scope, batch) => {
    const { features, quantized, decoded } = reconstruct(scope, tokenizer, batch);
    const { loss, cosine } = featureLoss(decoded, features);
    return { quantized, loss, parts: { features: loss, cosine } };
  });
  return trainingStage(tokenizer, "semantic codebook", budget, {
    ...codebook,
    rates: { ...codebook.rates, "encoder.": 0 },
    batch: async (rows) => ({
      inputs: await batchOf(rows, async (random) => ({
        pixels: await pixelsFrom(pictures, random, config),
      })),
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
  pictures: DataSet<PictureToDraw>,
  budget: Budget,
): Stage {
  const { config } = tokenizer;
  const size = drawnSize(config);
  const enlarges = size > config.pictureSize;
  const noise = noiseBank(new Random(tokenizer.seed, "noise"), size ** 2 * 3);
  return trainingStage(tokenizer, "pixel decoder", budget, {
    graphs: {
      flow: {
        losses(scope, batch) {
          const { pixels, decoded } = reconstruct(
            scope,
            tokenizer,
            batch,
            config.attention ? disturbed : undefined,
          );
          const inputs = {
            pixels: enlarges ? input("drawn", "float32", [batch, size, size, 3]) : pixels,
            noise: input("noise", "float32", [batch, size, size, 3]),
            t: input("t", "float32", [batch]),
            known: input("known", "float32", [batch]),
          };
          return pixelLosses(scope.at("pixel_decoder"), ops.stopGradient(decoded), inputs, config);
        },
      },
    },
    optimizer: adamw(),
    batch: async (rows) => ({
      inputs: await batchOf(rows, async (random) => {
        const { picture, enlarged = picture } = await drawnFrom(pictures, random);
        return {
          pixels: pixelsOf([reducedTo(picture, config.pictureSize)]),
          ...enlarges ? { drawn: pixelsOf([reducedTo(enlarged, size)]) } : {},
          noise: noise(random),
          t: Float32Array.of(random.uniform()),
          known: Float32Array.of(random.uniform() < FEATURE_DROP ? 0 : 1),
          ...config.attention ? { from: tokenNoise(random, config, DISTURBED) } : {},
        };
      }),
    }),
    rates: { ...ALL, "encoder.": 0, "quantizer.": 0, "feature_decoder.": 0 },
  });
}

/** Share of the pictures whose flow sees no features, so that it can be guided. */
const FEATURE_DROP = 0.1;

/**
 * Pixels → features of the frozen encoder → codes → reconstructed features.
 *
 * @param through what is done to the codes `[batch, grid², codeSize]`; default nothing
 */
function reconstruct(
  scope: Scope,
  { config }: PictureTokenizer,
  batch: number,
  through: (codes: Tensor) => Tensor = (codes) => codes,
) {
  const pixels = input("pixels", "float32", [batch, config.pictureSize, config.pictureSize, 3]);
  const features = ops.stopGradient(encode(scope.at("encoder"), pixels, config));
  const quantized = quantize(scope.at("quantizer"), features, config);
  const codes = through(byPicture(quantized.codes, config));
  const decoded = decodeFeatures(scope.at("feature_decoder"), codes, config);
  return { pixels, features, quantized, decoded };
}

/** Standard normal noise for a picture, cut out of a bank that is drawn once: it is quicker. */
function noiseBank(source: Random, length: number): (random: Random) => Float32Array {
  const bank = source.normals(64 * length);
  return (random) => {
    const start = random.integer(bank.length - length);
    return bank.subarray(start, start + length);
  };
}
