/** The tokenizer's quantizer: features, projected to latents, become codes. */
import { linear, type Scope } from "../../nn/mod.ts";
import { ops, type Tensor } from "../../graph/mod.ts";
import type { TokenizerConfig } from "../config.ts";
import { type Quantized, quantizerOf } from "../quantizers/mod.ts";

type Sizes = Pick<TokenizerConfig, "grid" | "quantizer">;

/** Quantizes features `[…, featureSize]`. */
export function quantize(scope: Scope, features: Tensor, config: Sizes): Quantized {
  const quantizer = quantizerOf(config.quantizer);
  const patches = features.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  const { codeSize } = quantizer;
  const projected = linear(scope.at("project_in"), features, codeSize, { bias: true });
  return quantizer.quantize(scope, ops.reshape(projected, { shape: [patches, codeSize] }));
}

/** What the ids of pictures stand for: `[batch · grid² · depth]` to `[batch, grid², codeSize]`. */
export function lookUp(scope: Scope, ids: Tensor, config: Sizes): Tensor {
  const quantizer = quantizerOf(config.quantizer);
  return byPicture(quantizer.lookUp(scope, ids), config);
}

/** Codes `[batch · grid², codeSize]` to `[batch, grid², codeSize]`. */
export function byPicture(codes: Tensor, { grid }: Pick<Sizes, "grid">): Tensor {
  const [patches, codeSize] = codes.shape;
  return ops.reshape(codes, { shape: [patches / grid ** 2, grid ** 2, codeSize] });
}
