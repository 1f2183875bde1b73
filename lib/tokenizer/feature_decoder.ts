/**
 * From codes back to semantic features (ILLUME, arXiv 2412.06673, section 3.1): trained to
 * reconstruct what the frozen encoder saw, by smooth L1 and cosine.
 */
import { cosine, linear, meanAll, type Scope, smoothL1 } from "../nn/mod.ts";
import { ops, type Tensor } from "../graph/mod.ts";
import type { TokenizerConfig } from "./config.ts";
import { gridTransformer } from "./encoder.ts";

/** `[batch, grid², codeSize]` to `[batch, grid², featureSize]`. */
export function decodeFeatures(scope: Scope, codes: Tensor, config: TokenizerConfig): Tensor {
  const embedded = linear(scope.at("project_in"), codes, config.featureSize, { bias: true });
  const decoded = gridTransformer(scope, embedded, config, config.featureDecoderLayers);
  return linear(scope.at("project_out"), decoded, config.featureSize, { bias: true });
}

/** Smooth L1 + (1 − cosine), both means over tokens; and the mean cosine, to report. */
export function featureLoss(decoded: Tensor, features: Tensor): { loss: Tensor; cosine: Tensor } {
  const mean = meanAll(cosine(decoded, features));
  return { loss: ops.add(smoothL1(decoded, features), ops.sub(1, mean)), cosine: mean };
}
