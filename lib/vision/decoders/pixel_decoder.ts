/**
 * From semantic features to pixels: a diffusion decoder. A regression gives the picture's mean; a
 * flow (rectified flow, arXiv 2209.03003) then carries that picture, with noise, to a sharp one, in
 * a few steps. Starting at the mean instead of at pure noise is what lets a small model do it. It may
 * draw larger pictures than the encoder sees, and knows pictures without features, for guidance.
 */
import { linear, type Scope, squaredError } from "../../nn/mod.ts";
import { constant, ops, type Tensor } from "../../graph/mod.ts";
import type { Losses } from "../../optim/mod.ts";
import { drawnSize, type TokenizerConfig } from "../config.ts";
import { patchBlocks } from "../encoders/semantic_encoder.ts";
import { fromPatches, toPatches } from "../patches.ts";

/** Deviation of the noise added to the mean picture, whose pixels lie in [−1, 1]. */
const NOISE = 0.3;

/** The mean picture of features `[batch, grid², featureSize]`: `[batch, grid², patch²·3]`. */
function regress(scope: Scope, features: Tensor, config: TokenizerConfig): Tensor {
  const { grid, featureSize } = config;
  const embedded = linear(scope.at("project_in"), features, featureSize);
  const mixed = patchBlocks(scope, embedded, config, config.pixelDecoderLayers);
  return toPixels(scope.at("to_pixels"), mixed, 3 * (drawnSize(config) / grid) ** 2);
}

/** Pixels of patches. A linear view of so few numbers could not tell all shapes and colours. */
export function toPixels(scope: Scope, x: Tensor, pixels: number): Tensor {
  const wide = ops.silu(linear(scope.at("linear_1"), x, 4 * x.shape[2], { bias: true }));
  return linear(scope.at("linear_2"), wide, pixels, { bias: true });
}

/**
 * The clean patches x₁ that noisy patches x at time t `[batch, 1, 1]` lead to, given the features.
 * The network gives x₁ and not the velocity (x₁ − x)/(1 − t), because noise in all pixels of a patch
 * does not fit through a feature, and a clean patch does (arXiv 2511.13720).
 */
function denoise(
  scope: Scope,
  x: Tensor,
  t: Tensor,
  features: Tensor,
  mean: Tensor,
  config: TokenizerConfig,
): Tensor {
  const { featureSize } = config;
  const time = linear(
    scope.at("time_out"),
    ops.silu(linear(scope.at("time_in"), t, featureSize, { bias: true, deviation: 1 })),
    featureSize,
  );
  const seen = ops.concat([x, mean], { axis: 2 });
  const parts = [
    linear(scope.at("pixels_in"), seen, featureSize, { bias: true }),
    linear(scope.at("features_in"), features, featureSize),
    time,
  ];
  const embedded = parts.reduce((a, b) => ops.add(a, b));
  const mixed = patchBlocks(scope, embedded, config, config.pixelDecoderLayers);
  return toPixels(scope.at("to_pixels"), mixed, x.shape[2]);
}

/**
 * E‖m − x₁‖² + E‖x̂₁(x_t, t) − x₁‖², with m the regression, x₀ = m + noise, x₁ the picture and
 * x_t = (1 − t)·x₀ + t·x₁.
 *
 * @param pixels `[batch, size, size, 3]`
 * @param noise standard normal, like `pixels`
 * @param t uniform in [0, 1), `[batch]`
 * @param known 1, or 0 for pictures whose flow sees no features, `[batch]`
 */
export function pixelLosses(
  scope: Scope,
  features: Tensor,
  { pixels, noise, t, known }: {
    readonly pixels: Tensor;
    readonly noise: Tensor;
    readonly t: Tensor;
    readonly known: Tensor;
  },
  config: TokenizerConfig,
): Losses {
  const target = toPatches(pixels, config.grid);
  const mean = regress(scope.at("regression"), features, config);
  const regression = squaredError(mean, target);

  const fixed = ops.stopGradient(mean);
  const start = ops.add(fixed, ops.mul(toPatches(noise, config.grid), NOISE));
  const time = ops.reshape(t, { shape: [pixels.shape[0], 1, 1] });
  const x = ops.add(start, ops.mul(ops.sub(target, start), time));
  const kept = (given: Tensor) => ops.mul(given, ops.reshape(known, { shape: time.shape }));
  const clean = denoise(scope.at("flow"), x, time, kept(features), kept(fixed), config);
  const flow = squaredError(clean, target);
  return { loss: ops.add(regression, flow), parts: { regression, flow } };
}

export interface FlowOptions {
  /** Euler steps along the flow. */
  readonly steps: number;
  /**
   * s in u + s·(c − u) (arXiv 2207.12598), over what the flow leads to with features, c, and from
   * the noisy picture alone, u; 1 is no guidance.
   */
  readonly guidance: number;
}

/** Draws: steps along the flow from the mean picture with noise. `[batch, size, size, 3]` */
export function drawPixels(
  scope: Scope,
  features: Tensor,
  noise: Tensor,
  { steps, guidance }: FlowOptions,
  config: TokenizerConfig,
): Tensor {
  const [batch] = features.shape;
  const mean = regress(scope.at("regression"), features, config);
  const none = (given: Tensor) => ops.mul(given, 0);
  let x = ops.add(mean, ops.mul(toPatches(noise, config.grid), NOISE));
  for (let step = 0; step < steps; step++) {
    const t = constant(step / steps, "float32", [batch, 1, 1]);
    const lead = (features: Tensor, mean: Tensor) =>
      denoise(scope.at("flow"), x, t, features, mean, config);
    let clean = lead(features, mean);
    if (guidance !== 1) {
      const free = lead(none(features), none(mean));
      clean = ops.add(free, ops.mul(ops.sub(clean, free), guidance));
    }
    x = ops.add(x, ops.mul(ops.sub(clean, x), 1 / (steps - step)));
  }
  return fromPatches(x, config.grid);
}
