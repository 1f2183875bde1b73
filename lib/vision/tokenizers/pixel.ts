/**
 * A tokenizer of pixels, as VQGAN (arXiv 2012.09841) and those after it have it: encoder, codebook
 * and decoder learn together to give the same picture back. The baseline that ILLUME's semantic
 * tokens are compared with; it has the semantic tokenizer's grid, codebook and encoder.
 */
import { ops, type Tensor } from "../../graph/mod.ts";
import { cosine, linear, meanAll, type Scope } from "../../nn/mod.ts";
import type { Losses } from "../../optim/mod.ts";
import { perceptualWeight, type TokenizerConfig } from "../config.ts";
import { encode, patchBlocks } from "../encoders/semantic_encoder.ts";
import { fromPatches } from "../patches.ts";
import { toPixels } from "../decoders/pixel_decoder.ts";
import { quantize } from "./quantization.ts";
import type { TokenizerGraphs } from "./tokenizer_graphs.ts";

export const pixel: TokenizerGraphs = {
  diffuses: false,
  featureSize: ({ featureSize }) => featureSize,
  encode(scope, pixels, config) {
    const features = encode(scope.at("pixel_encoder"), pixels, config);
    return { features, quantized: quantize(scope.at("quantizer"), features, config) };
  },
  decode: (scope, codes, _noise, config) =>
    decodePicture(scope.at("picture_decoder"), codes, config),
};

/** What each patch is made from, `[batch, grid², n]`, to pixels `[batch, size, size, 3]`. */
export function decodePicture(scope: Scope, parts: Tensor, config: TokenizerConfig): Tensor {
  const { grid, pictureSize, featureSize, pixelDecoderLayers } = config;
  const embedded = linear(scope.at("project_in"), parts, featureSize, { bias: true });
  const mixed = patchBlocks(scope, embedded, config, pixelDecoderLayers);
  const pixels = toPixels(scope.at("to_pixels"), mixed, 3 * (pictureSize / grid) ** 2);
  return fromPatches(pixels, grid);
}

/**
 * Mean |x̂ − x| over pixels, and, times its weight, how far the two pictures are apart for a frozen
 * semantic encoder: 1 − cosine, as a mean over patches. The second stands in for LPIPS
 * (arXiv 1801.03924), whose network was trained on photographs.
 *
 * @param root where the encoder's parameters are
 */
export function pictureLosses(
  root: Scope,
  drawn: Tensor,
  pixels: Tensor,
  config: TokenizerConfig,
): Required<Losses> {
  const l1 = meanAll(ops.abs(ops.sub(drawn, pixels)));
  const weight = perceptualWeight(config);
  if (weight === 0) return { loss: l1, parts: { l1 } };
  const seen = (picture: Tensor) => encode(root.at("encoder"), picture, config);
  const perceptual = ops.sub(1, meanAll(cosine(seen(drawn), ops.stopGradient(seen(pixels)))));
  return { loss: ops.add(l1, ops.mul(perceptual, weight)), parts: { l1, perceptual } };
}
