/**
 * From vectors to the codes of a picture: flow matching (rectified flow, arXiv 2209.03003) over a
 * tokenizer's grid of codes, which is the latent space here as an autoencoder's is for Stable Diffusion
 * (arXiv 2112.10752). A transformer sees the vectors and the noisy latents together, and settles by
 * chance what the vectors leave open: where things stand, for one. As a clean latent is one of a known set
 * of codes, what it will be is learned as a distribution over these, by cross-entropy (variational flow
 * matching, arXiv 2406.04843).
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
 * Which codes noisy latents x at time t lead to, given a condition: logits `[batch · latents, codes]`.
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
  codes: number,
  config: LatentFlowConfig,
): Tensor {
  const { latents, conditions, hiddenSize, layers, heads } = config;
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
  const rows = ops.reshape(own, { shape: [batch * latents, hiddenSize] });
  return linear(scope.at("code_out"), rows, codes, { bias: true });
}

/** What a flow learns from. */
export interface FlowInputs {
  /** Which codes the latents are: int32 `[batch · latents]`. */
  readonly ids: Tensor;
  /** Standard normal, `[batch, latents, latentSize]`. */
  readonly noise: Tensor;
  /** Times, `[batch]`: see `flowTime`. */
  readonly t: Tensor;
  /** 1, or 0 where the flow sees no condition, `[batch]`. */
  readonly known: Tensor;
}

/**
 * −log P(code | x_t, t, condition), the mean over the latents of each picture, with
 * x_t = (1 − t)·noise + t·x₁.
 *
 * @param codes what a latent may be: `[codes, latentSize]`, of mean 0 and variance 1
 * @returns `[batch]`
 */
export function flowLosses(
  scope: Scope,
  codes: Tensor,
  condition: Tensor,
  { ids, noise, t, known }: FlowInputs,
  config: LatentFlowConfig,
): Tensor {
  const [batch, latents] = noise.shape;
  const each = (x: Tensor) => ops.reshape(x, { shape: [batch, 1, 1] });
  const clean = ops.reshape(ops.gather(codes, ids), { shape: noise.shape });
  const x = ops.add(noise, ops.mul(ops.sub(clean, noise), each(t)));
  const logits = denoise(scope, x, t, ops.mul(condition, each(known)), codes.shape[0], config);
  const losses = ops.reshape(ops.crossEntropy(logits, ids), { shape: [batch, latents] });
  return ops.mean(losses, { axes: [1], keepAxes: false });
}

/**
 * A time to learn at, σ(n − 1) for a standard normal n: most is decided while noise still hides most of a
 * latent (logit-normal times, arXiv 2403.03206, section 3.1).
 */
export function flowTime(normal: number): number {
  return 1 / (1 + Math.exp(1 - normal));
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

/** x after a step (Euler) towards the codes that are expected, like x. */
export function flowStep(
  scope: Scope,
  codes: Tensor,
  condition: Tensor,
  { x, from, to, guidance }: FlowStep,
  config: LatentFlowConfig,
): Tensor {
  const each = (x: Tensor) => ops.reshape(x, { shape: [x.shape[0], 1, 1] });
  const twice = (a: Tensor, b: Tensor) => ops.concat([a, b], { axis: 0 });
  const [batch] = x.shape;
  const logits = denoise(
    scope,
    twice(x, x),
    twice(from, from),
    twice(condition, ops.mul(condition, 0)),
    codes.shape[0],
    config,
  );
  const rows = batch * config.latents;
  const said = ops.slice(logits, { axis: 0, start: 0, end: rows });
  const free = ops.slice(logits, { axis: 0, start: rows, end: 2 * rows });
  const scale = ops.reshape(
    ops.expand(ops.reshape(guidance, { shape: [batch, 1] }), { shape: [batch, config.latents] }),
    { shape: [rows, 1] },
  );
  const guided = ops.add(free, ops.mul(ops.sub(said, free), scale));
  const clean = ops.reshape(ops.matmul(ops.softmax(guided), codes), { shape: x.shape });
  const share = ops.div(ops.sub(to, from), ops.sub(1, from));
  return ops.add(x, ops.mul(ops.sub(clean, x), each(share)));
}

/** The times at which a flow of so many steps stops, from 0 to 1. */
export function flowTimes(steps: number): number[] {
  return Array.from({ length: steps + 1 }, (_, step) => (step / steps) ** 2);
}
