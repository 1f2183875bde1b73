/**
 * From vectors to the codes of a picture: flow matching (rectified flow, arXiv 2209.03003) over a
 * tokenizer's grid of codes, which is the latent space here as an autoencoder's is for Stable Diffusion
 * (arXiv 2112.10752). A transformer sees the vectors and the noisy latents together, and settles by
 * chance what the vectors leave open: where things stand, for one.
 */
import { ops, type Tensor } from "../../graph/mod.ts";
import { linear, type Scope, table, transformer } from "../../nn/mod.ts";
import { z } from "../../packages/zod.ts";

const size = z.int().positive();

/** The sizes of a flow. */
export const LatentFlowConfig = z.strictObject({
  /** Latents of a picture, and numbers in one. */
  latents: size,
  latentSize: size,
  /** Vectors that a picture is drawn from, and numbers in one. */
  conditions: size,
  conditionSize: size,
  hiddenSize: size,
  layers: size,
  heads: size,
}).refine((c) => c.hiddenSize % c.heads === 0, {
  error: "Expected hiddenSize to be a multiple of heads",
});

export type LatentFlowConfig = z.infer<typeof LatentFlowConfig>;

/**
 * The clean latents x₁ that noisy ones x at time t lead to, given a condition. The network gives x₁ and
 * not the velocity (x₁ − x)/(1 − t), as a clean latent is easier to tell than noise (arXiv 2511.13720).
 *
 * @param x `[batch, latents, latentSize]`
 * @param t in [0, 1), `[batch]`
 * @param condition `[batch, conditions, conditionSize]`
 */
function denoise(
  scope: Scope,
  x: Tensor,
  t: Tensor,
  condition: Tensor,
  config: LatentFlowConfig,
): Tensor {
  const { latents, latentSize, conditions, hiddenSize, layers, heads } = config;
  const [batch] = x.shape;
  const places = (name: string, rows: number) =>
    ops.reshape(table(scope.at(name), rows, hiddenSize, 0.5), { shape: [1, rows, hiddenSize] });
  const time = linear(
    scope.at("time_out"),
    ops.silu(linear(scope.at("time_in"), ops.reshape(t, { shape: [batch, 1, 1] }), hiddenSize, {
      bias: true,
      deviation: 4,
    })),
    hiddenSize,
  );
  const said = ops.add(
    linear(scope.at("condition_in"), condition, hiddenSize, { bias: true }),
    places("condition_places", conditions),
  );
  const seen = ops.add(
    ops.add(linear(scope.at("latent_in"), x, hiddenSize), time),
    places("latent_places", latents),
  );
  const mixed = transformer(scope, ops.concat([said, seen], { axis: 1 }), {
    hiddenSize,
    layers,
    heads,
    keyValueHeads: heads,
    intermediateSize: 3 * hiddenSize,
    queryKeyNorm: true,
  });
  const own = ops.slice(mixed, { axis: 1, start: conditions, end: conditions + latents });
  return linear(scope.at("latent_out"), own, latentSize, { bias: true });
}

/** What a flow learns from. */
export interface FlowInputs {
  /** Standard normal, like the latents. */
  readonly noise: Tensor;
  /** Uniform in [0, 1), `[batch]`. */
  readonly u: Tensor;
  /** 1, or 0 where the flow sees no condition, `[batch]`. */
  readonly known: Tensor;
}

/**
 * ‖x̂₁(x_t, t) − x₁‖² / ((1 − t)² + .05) of each picture, the error of the velocity with a floor, with
 * x_t = (1 − t)·noise + t·x₁ and t = u²: most is decided early, where noise still hides most of a
 * latent (as in arXiv 2403.03206, section 5.3.2).
 *
 * @param latents x₁, `[batch, latents, latentSize]`, of mean 0 and variance 1
 * @returns `[batch]`
 */
export function flowLosses(
  scope: Scope,
  latents: Tensor,
  condition: Tensor,
  { noise, u, known }: FlowInputs,
  config: LatentFlowConfig,
): Tensor {
  const [batch] = latents.shape;
  const each = (x: Tensor) => ops.reshape(x, { shape: [batch, 1, 1] });
  const t = ops.mul(u, u);
  const x = ops.add(noise, ops.mul(ops.sub(latents, noise), each(t)));
  const clean = denoise(scope, x, t, ops.mul(condition, each(known)), config);
  const error = ops.sub(clean, latents);
  const squared = ops.mean(ops.mul(error, error), { axes: [1, 2], keepAxes: false });
  const left = ops.sub(1, t);
  return ops.div(squared, ops.add(ops.mul(left, left), 0.05));
}

/** A step along the flow, of each picture. */
export interface FlowStep {
  /** Where it stands: `[batch, latents, latentSize]`. */
  readonly x: Tensor;
  /** The times from which and to which it goes, `[batch]`. */
  readonly from: Tensor;
  readonly to: Tensor;
  /** s in u + s·(c − u) (arXiv 2207.12598), with a condition, c, and without, u: `[batch]`. */
  readonly guidance: Tensor;
}

/** x after a step (Euler), like x. */
export function flowStep(
  scope: Scope,
  condition: Tensor,
  { x, from, to, guidance }: FlowStep,
  config: LatentFlowConfig,
): Tensor {
  const each = (x: Tensor) => ops.reshape(x, { shape: [x.shape[0], 1, 1] });
  const twice = (a: Tensor, b: Tensor) => ops.concat([a, b], { axis: 0 });
  const [batch] = x.shape;
  const both = denoise(
    scope,
    twice(x, x),
    twice(from, from),
    twice(condition, ops.mul(condition, 0)),
    config,
  );
  const said = ops.slice(both, { axis: 0, start: 0, end: batch });
  const free = ops.slice(both, { axis: 0, start: batch, end: 2 * batch });
  const clean = ops.add(free, ops.mul(ops.sub(said, free), each(guidance)));
  const share = ops.div(ops.sub(to, from), ops.sub(1, from));
  return ops.add(x, ops.mul(ops.sub(clean, x), each(share)));
}

/** The times at which a flow of so many steps stops, from 0 to 1. */
export function flowTimes(steps: number): number[] {
  return Array.from({ length: steps + 1 }, (_, step) => (step / steps) ** 2);
}
