/**
 * How a dual tokenizer learns: both codebooks, the pixel encoder, and what decodes features and
 * pictures from them; its pixel tokens are now and then others'.
 */
import type { DataSet } from "../../data/data_set.ts";
import { input, ops } from "../../graph/mod.ts";
import { type Budget, type Stage, trainingStage } from "../../optim/mod.ts";
import { drawFromBoth, encodeBoth, halves } from "../tokenizers/dual.ts";
import { decodeFeatures, featureLoss } from "../decoders/feature_decoder.ts";
import { batchOf, type PictureToDraw, pixelsFrom } from "../sources.ts";
import type { PictureTokenizer } from "../tokenizers/picture_tokenizer.ts";
import { pictureLosses } from "../tokenizers/pixel.ts";
import { byPicture } from "../tokenizers/quantization.ts";
import { quantizing } from "../quantizers/learning.ts";
import { DISTURBED, disturbed, tokenNoise } from "./token_noise.ts";

export function dualCodebooksStage(
  tokenizer: PictureTokenizer,
  pictures: DataSet<PictureToDraw>,
  budget: Budget,
): Stage {
  const { config } = tokenizer;
  const codebooks = quantizing(tokenizer, budget, (scope, batch) => {
    const pixels = input("pixels", "float32", [batch, config.pictureSize, config.pictureSize, 3]);
    const { semantic, quantized } = encodeBoth(scope, pixels, config);
    const [meaning, look] = halves(byPicture(quantized.codes, config), config);
    const decoded = decodeFeatures(scope.at("feature_decoder"), meaning, config);
    const { loss: features, cosine } = featureLoss(decoded, semantic);
    const drawn = drawFromBoth(scope, ops.stopGradient(decoded), disturbed(look), config);
    const picture = pictureLosses(scope, drawn, pixels, config);
    const loss = ops.add(features, picture.loss);
    return { quantized, loss, parts: { features, cosine, ...picture.parts } };
  });
  return trainingStage(tokenizer, "dual codebooks", budget, {
    ...codebooks,
    rates: { ...codebooks.rates, "encoder.": 0 },
    batch: async (rows) => ({
      inputs: await batchOf(rows, async (random) => ({
        pixels: await pixelsFrom(pictures, random, config),
        from: tokenNoise(random, config, DISTURBED),
      })),
    }),
  });
}
