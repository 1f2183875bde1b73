/**
 * DualViTok (ILLUME+, arXiv 2504.01934, section 3.1): two branches with a codebook each. One
 * quantizes and reconstructs the features of a frozen semantic encoder; the other encodes what
 * those leave out of the pixels, and a decoder draws pictures from both.
 */
import { ops, type Tensor } from "../../graph/mod.ts";
import { linear, type Scope } from "../../nn/mod.ts";
import type { TokenizerConfig } from "../config.ts";
import { encode } from "../encoders/semantic_encoder.ts";
import { decodeFeatures } from "../decoders/feature_decoder.ts";
import { decodePicture } from "./pixel.ts";
import { type Quantized, quantizerOf } from "../quantizers/mod.ts";
import type { TokenizerGraphs } from "./tokenizer_graphs.ts";

export const dual: TokenizerGraphs = {
  diffuses: false,
  featureSize: ({ featureSize }) => 2 * featureSize,
  encode(scope, pixels, config) {
    const { semantic, pixel, quantized } = encodeBoth(scope, pixels, config);
    return { features: ops.concat([semantic, pixel], { axis: 2 }), quantized };
  },
  decodeFeatures: (scope, codes, config) =>
    decodeFeatures(scope.at("feature_decoder"), halves(codes, config)[0], config),
  decode(scope, codes, _noise, config) {
    const [semantic, pixel] = halves(codes, config);
    const features = decodeFeatures(scope.at("feature_decoder"), semantic, config);
    return drawFromBoth(scope, features, pixel, config);
  },
};

/** The frozen encoder's features, the pixel encoder's, and the codes of both. */
export function encodeBoth(
  scope: Scope,
  pixels: Tensor,
  config: TokenizerConfig,
): { readonly semantic: Tensor; readonly pixel: Tensor; readonly quantized: Quantized } {
  const semantic = ops.stopGradient(encode(scope.at("encoder"), pixels, config));
  const pixel = encode(scope.at("pixel_encoder"), pixels, config);
  const [first, second] = sizes(config);
  const quantizer = scope.at("quantizer");
  const latents = ops.concat([
    linear(quantizer.at("project_semantic"), semantic, first, { bias: true }),
    linear(quantizer.at("project_pixel"), pixel, second, { bias: true }),
  ], { axis: 2 });
  const patches = pixels.shape[0] * config.grid ** 2;
  const rows = ops.reshape(latents, { shape: [patches, first + second] });
  const quantized = quantizerOf(config.quantizer).quantize(quantizer, rows);
  return { semantic, pixel, quantized };
}

/** A picture from reconstructed semantic features and pixel codes, both `[batch, grid², …]`. */
export function drawFromBoth(
  scope: Scope,
  features: Tensor,
  pixel: Tensor,
  config: TokenizerConfig,
): Tensor {
  const parts = ops.concat([features, pixel], { axis: 2 });
  return decodePicture(scope.at("picture_decoder"), parts, config);
}

/** The semantic and the pixel part of codes `[batch, grid², codeSize]`. */
export function halves(codes: Tensor, config: TokenizerConfig): [Tensor, Tensor] {
  const [first, second] = sizes(config);
  const part = (start: number, end: number) => ops.slice(codes, { axis: 2, start, end });
  return [part(0, first), part(first, first + second)];
}

/** Numbers in a semantic and in a pixel code. */
function sizes({ quantizer }: TokenizerConfig): number[] {
  if (quantizer.kind !== "product" || quantizer.parts.length !== 2) {
    throw new RangeError(
      `Expected a product of two quantizers for a dual tokenizer, but found ${quantizer.kind}`,
    );
  }
  return quantizer.parts.map((part) => quantizerOf(part).codeSize);
}
