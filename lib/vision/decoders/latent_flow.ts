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
 * Which codes noisy latents x at time t lead to, given a condition: logits `[batch · latents, codes]`,
 *
 *     log P(code | x, t, c) = log N(x; t·code, (1 − t)²) + f(x, t, c) + g(c)
 *
 * What a noisy latent says of itself is known, and stands there as it is. The network f has to tell what
 * the other latents and the condition say, and g what the condition says wherever a latent stands.
 *
 * @param x `[batch, latents, latentSize]`
 * @param t in [0, 1), `[batch]`
 * @param condition `[batch, conditions, conditionSize]`
 * @param codes `[codes, latentSize]`
 */
export function denoise(
  scope: Scope,
  x: Tensor,
  t: Tensor,
  condition: Tensor,
  codes: Tensor,
  config: LatentFlowConfig,
): Tensor {
  const { latents, conditions, hiddenSize, layers, heads } = config;
  const [batch] = x.shape;
  const [count] = codes.shape;
  const places = (name: string, rows: number) =>
    ops.reshape(table(scope.at(name), rows, hiddenSize, 0.5), { shape: [1, rows, hiddenSize] });
  const flat = ops.reshape(condition, { shape: [batch, conditions * condition.shape[2]] });
  const mlp = (scope: Scope, x: Tensor) =>
    linear(
      scope.at("linear_2"),
      ops.silu(linear(scope.at("linear_1"), x, 2 * hiddenSize, { bias: true })),
      count,
    );
  const everywhere = (x: Tensor) =>
    ops.reshape(
      ops.expand(ops.reshape(x, { shape: [batch, 1, count] }), { shape: [batch, latents, count] }),
      { shape: [batch * latents, count] },
    );
  const evidence = ops.add(
    likelihoods(x, t, codes),
    everywhere(
      ops.add(
        mlp(scope.at("prior"), ops.mul(flat, 8)),
        scope.parameter("prior_bias", [count], { kind: "constant", value: 0 }),
      ),
    ),
  );
  const alone = ops.softmax(evidence);
  const guess = ops.reshape(ops.matmul(alone, codes), { shape: x.shape });
  const expected = ops.sum(ops.reshape(alone, { shape: [batch, latents, count] }), {
    axes: [1],
    keepAxes: false,
  });
  const together = linear(
    scope.at("expected_in"),
    ops.log(ops.add(expected, 0.03)),
    2 * hiddenSize,
    { deviation: 0.02 },
  );
  const correction = mlp(
    scope.at("correction"),
    ops.concat([ops.mul(flat, 8), together], { axis: 1 }),
  );
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
    ops.add(linear(scope.at("latent_in"), ops.concat([x, guess], { axis: 2 }), hiddenSize), time),
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
  const rows = (start: number, end: number) => ops.slice(mixed, { axis: 1, start, end });
  const own = ops.reshape(rows(conditions, conditions + latents), {
    shape: [batch * latents, hiddenSize],
  });
  const told = ops.add(linear(scope.at("code_out"), own, count), everywhere(correction));
  return ops.add(evidence, told);
}

/** (t·x·code − t²·‖code‖²/2) / (1 − t)², log N(x; t·code, (1 − t)²) but for what all codes share. */
function likelihoods(x: Tensor, t: Tensor, codes: Tensor): Tensor {
  const [batch, latents, size] = x.shape;
  const [count] = codes.shape;
  const each = (x: Tensor) => ops.reshape(x, { shape: [batch, 1, 1] });
  const left = ops.sub(1, t);
  const variance = ops.add(ops.mul(left, left), 1e-3);
  const rows = ops.reshape(x, { shape: [batch * latents, size] });
  const products = ops.reshape(ops.matmul(rows, codes, { transposeB: true }), {
    shape: [batch, latents, count],
  });
  const norms = ops.sum(ops.mul(codes, codes), { axes: [1], keepAxes: false });
  const halves = ops.mul(ops.mul(norms, each(t)), 0.5);
  const scaled = ops.mul(ops.sub(products, halves), each(ops.div(t, variance)));
  return ops.reshape(scaled, { shape: [batch * latents, count] });
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
  const logits = denoise(scope, x, t, ops.mul(condition, each(known)), codes, config);
  const losses = ops.reshape(ops.crossEntropy(logits, ids), { shape: [batch, latents] });
  return ops.mean(losses, { axes: [1], keepAxes: false });
}

/**
 * A time to learn at, σ(n − 1.2) for a standard normal n: most is decided while noise still hides most of a
 * latent (logit-normal times, arXiv 2403.03206, section 3.1).
 */
export function flowTime(normal: number): number {
  return 1 / (1 + Math.exp(1.2 - normal));
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
    codes,
    config,
  );
  const expected = ops.reshape(ops.matmul(ops.softmax(logits), codes), {
    shape: [2 * batch, config.latents, config.latentSize],
  });
  const said = ops.slice(expected, { axis: 0, start: 0, end: batch });
  const free = ops.slice(expected, { axis: 0, start: batch, end: 2 * batch });
  const clean = ops.add(free, ops.mul(ops.sub(said, free), each(guidance)));
  const share = ops.div(ops.sub(to, from), ops.sub(1, from));
  return ops.add(x, ops.mul(ops.sub(clean, x), each(share)));
}

/** The times at which a flow of so many steps stops, from 0 to 1. */
export function flowTimes(steps: number): number[] {
  return Array.from({ length: steps + 1 }, (_, step) => (step / steps) ** 2);
}
