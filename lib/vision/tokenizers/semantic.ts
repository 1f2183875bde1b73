/**
 * ILLUME's vision tokenizer (arXiv 2412.06673, section 3.1): a frozen semantic encoder, a codebook
 * over its features, a decoder that reconstructs the features, and a diffusion decoder from those to
 * pixels.
 */
import { encode } from "../encoders/semantic_encoder.ts";
import { decodeFeatures } from "../decoders/feature_decoder.ts";
import { drawPixels } from "../decoders/pixel_decoder.ts";
import { quantize } from "./quantization.ts";
import type { TokenizerGraphs } from "./tokenizer_graphs.ts";

export const semantic: TokenizerGraphs = {
  diffuses: true,
  featureSize: ({ featureSize }) => featureSize,
  encode(scope, pixels, config) {
    const features = encode(scope.at("encoder"), pixels, config);
    return { features, quantized: quantize(scope.at("quantizer"), features, config) };
  },
  decodeFeatures: (scope, codes, config) =>
    decodeFeatures(scope.at("feature_decoder"), codes, config),
  decode(scope, codes, noise, config, options) {
    const features = decodeFeatures(scope.at("feature_decoder"), codes, config);
    return drawPixels(scope.at("pixel_decoder"), features, noise, options, config);
  },
};
