/**
 * From codes back to semantic features (ILLUME, arXiv 2412.06673, section 3.1): trained to
 * reconstruct what the frozen encoder saw, by smooth L1 and cosine.
 */
import { cosine, linear, meanAll, type Scope, smoothL1 } from "../../nn/mod.ts";
import { ops, type Tensor } from "../../graph/mod.ts";
import { z } from "../../packages/zod.ts";
import { gridTransformer } from "../encoders/semantic_encoder.ts";

/** How much the two measures count by which features are compared; neither is negative. */
export interface FeatureLossWeights {
  /** Of smooth L1, the mean over all numbers. */
  readonly smoothL1: number;
  /** Of 1 − cosine, the mean over patches. */
  readonly cosine: number;
}

/** Checks such weights. */
export const featureLossWeightsSchema: z.ZodType<FeatureLossWeights> = z.strictObject({
  smoothL1: z.number().nonnegative(),
  cosine: z.number().nonnegative(),
});

export interface FeatureDecoderConfig {
  readonly grid: number;
  readonly featureSize: number;
  readonly heads: number;
  /** Blocks of the decoder. */
  readonly featureDecoderLayers: number;
  /** Their width; default that of a feature. */
  readonly featureDecoderSize?: number;
}

/** `[batch, grid², codeSize]` to `[batch, grid², featureSize]`. */
export function decodeFeatures(
  scope: Scope,
  codes: Tensor,
  config: FeatureDecoderConfig,
): Tensor {
  const { featureDecoderSize: width = config.featureSize } = config;
  const embedded = linear(scope.at("project_in"), codes, width, { bias: true });
  const sizes = { ...config, featureSize: width };
  const decoded = gridTransformer(scope, embedded, sizes, config.featureDecoderLayers);
  return linear(scope.at("project_out"), decoded, config.featureSize, { bias: true });
}

/**
 * α · smooth L1 + β · (1 − cosine), both means over tokens; and the mean cosine, to report. Smooth L1
 * and cosine are the paper's; it does not say how it weighs them.
 */
export function featureLoss(
  decoded: Tensor,
  features: Tensor,
  weights: FeatureLossWeights = { smoothL1: 1, cosine: 1 },
): { loss: Tensor; cosine: Tensor } {
  const mean = meanAll(cosine(decoded, features));
  const loss = ops.add(
    ops.mul(smoothL1(decoded, features), weights.smoothL1),
    ops.mul(ops.sub(1, mean), weights.cosine),
  );
  return { loss, cosine: mean };
}
