/** How a tokenizer of pixels learns: encoder, codebook and decoder all together. */
import type { DataSet } from "../../data/data_set.ts";
import { input } from "../../graph/mod.ts";
import { type Budget, type Rates, type Stage, trainingStage } from "../../optim/mod.ts";
import { perceptualWeight } from "../config.ts";
import { encode } from "../encoders/semantic_encoder.ts";
import { batchOf, type PictureToDraw, pixelsFrom } from "../sources.ts";
import type { PictureTokenizer } from "../tokenizers/picture_tokenizer.ts";
import { decodePicture, pictureLosses } from "../tokenizers/pixel.ts";
import { byPicture, quantize } from "../tokenizers/quantization.ts";
import { quantizing } from "../quantizers/learning.ts";

export function pixelCodebookStage(
  tokenizer: PictureTokenizer,
  pictures: DataSet<PictureToDraw>,
  budget: Budget,
): Stage {
  const { config } = tokenizer;
  const codebook = quantizing(tokenizer, budget, (scope, batch) => {
    const pixels = input("pixels", "float32", [batch, config.pictureSize, config.pictureSize, 3]);
    const features = encode(scope.at("pixel_encoder"), pixels, config);
    const quantized = quantize(scope.at("quantizer"), features, config);
    const codes = byPicture(quantized.codes, config);
    const drawn = decodePicture(scope.at("picture_decoder"), codes, config);
    return { quantized, ...pictureLosses(scope, drawn, pixels, config) };
  });
  // Without a perceptual term the encoder has no part in it.
  const frozen: Rates = perceptualWeight(config) === 0 ? {} : { "encoder.": 0 };
  return trainingStage(tokenizer, "pixel codebook", budget, {
    ...codebook,
    rates: { ...codebook.rates, ...frozen },
    batch: async (rows) => ({
      inputs: await batchOf(rows, async (random) => ({
        pixels: await pixelsFrom(pictures, random, config),
      })),
    }),
  });
}
