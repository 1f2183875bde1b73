/**
 * From vectors to the codes of a picture: diffusion over a tokenizer's grid of codes, which is the latent
 * space here as an autoencoder's is for Stable Diffusion. Codes are discrete, and so is the noise: it hides
 * them (masked diffusion, arXiv 2406.07524; MaskGIT, arXiv 2202.04200). A transformer that sees the vectors
 * and the codes that are left says what the hidden ones are. Going from all hidden to none, it settles by
 * chance what the vectors leave open, such as where things stand, and later codes know of earlier ones.
 */
import { ops, type Tensor } from "../../graph/mod.ts";
import { linear, meanAll, rowsOfEach, type Scope, table, transformer } from "../../nn/mod.ts";
import type { Random } from "../../runtime/mod.ts";
import { blocks } from "../encoders/visual_tokens.ts";

/** The sizes of a diffusion. */
export interface LatentDiffusionConfig {
  /** Latents of a picture, and how many codes each may be. */
  readonly latents: number;
  /** How many codes each latent may be. */
  readonly codes: number;
  /** Vectors that a picture is drawn from, and numbers in one. */
  readonly conditions: number;
  /** Numbers in such a vector. */
  readonly conditionSize: number;
  /** Width of the blocks, a multiple of `heads`. */
  readonly hiddenSize: number;
  /** Blocks. */
  readonly layers: number;
  /** Attention heads of a block. */
  readonly heads: number;
}

/** Pictures of which some codes are hidden. */
export interface HiddenCodes {
  /** int32 `[batch · latents]`; of hidden ones whatever. */
  readonly ids: Tensor;
  /** 1 where a code is hidden, or 0: `[batch, latents]`. */
  readonly hidden: Tensor;
  /** What the pictures are drawn from, zeros for no condition: `[batch, conditions, conditionSize]`. */
  readonly condition: Tensor;
  /** What each code stands for, in the tokenizer: `[codes, codeSize]`. It is not learned here. */
  readonly entries: Tensor;
}

/**
 * Which code each latent is, f(codes that are left, condition) + g(condition): logits
 * `[batch · latents, codes]`. The second, two layers on all vectors at once, says what the picture has
 * wherever it may stand. Codes enter, and are told, by what they stand for (m, of mean square 1) and each by
 * itself, so that what is learned of one holds for those that are like it (docs/LOG.md):
 *
 *     embedding of c = E[c] + W m_c,  logit of c at h = (V h)_c + b_c + (U h)·m_c
 */
export function codeLogits(
  scope: Scope,
  { ids, hidden, condition, entries }: HiddenCodes,
  { latents, codes, conditions, conditionSize, hiddenSize, layers, heads }: LatentDiffusionConfig,
): Tensor {
  const [batch] = hidden.shape;
  const rows = (name: string, count: number) =>
    ops.reshape(table(scope.at(name), count, hiddenSize, 0.5), { shape: [1, count, hiddenSize] });
  const said = ops.add(
    linear(scope.at("condition_in"), condition, hiddenSize, { bias: true, deviation: 1 }),
    rows("condition_places", conditions),
  );
  const fixed = ops.stopGradient(entries);
  const meanings = ops.div(fixed, ops.add(ops.sqrt(meanAll(ops.mul(fixed, fixed))), 1e-6));
  const [, codeSize] = entries.shape;
  const embeddings = ops.add(
    table(scope.at("codes"), codes, hiddenSize, 0.1),
    linear(scope.at("meaning_in"), meanings, hiddenSize, { deviation: 0.5 / Math.sqrt(codeSize) }),
  );
  const known = ops.reshape(ops.gather(embeddings, ids), { shape: [batch, latents, hiddenSize] });
  const told = (by: Scope, states: Tensor) =>
    ops.matmul(linear(by.at("meaning_out"), states, codeSize), meanings, { transposeB: true });
  const mask = ops.reshape(hidden, { shape: [batch, latents, 1] });
  const seen = ops.add(
    ops.add(ops.mul(known, ops.sub(1, mask)), ops.mul(rows("hidden", 1), mask)),
    rows("latent_places", latents),
  );
  const both = ops.concat([said, seen], { axis: 1 });
  const tokens = conditions + latents;
  const states = transformer(scope, both, blocks({ hiddenSize, heads }, layers), {
    read: rowsOfEach(batch, { tokens, start: conditions, end: tokens }),
  });
  const here = ops.add(
    linear(scope.at("code_out"), states, codes, { bias: true }),
    told(scope, states),
  );

  const flat = ops.reshape(condition, { shape: [batch, conditions * conditionSize] });
  const prior = scope.at("prior");
  const wide = linear(prior.at("linear_1"), flat, 2 * hiddenSize, { bias: true, deviation: 0.5 });
  const gated = ops.silu(wide);
  const anywhere = ops.add(linear(prior.at("linear_2"), gated, codes), told(prior, gated));
  const each = ops.expand(ops.reshape(anywhere, { shape: [batch, 1, codes] }), {
    shape: [batch, latents, codes],
  });
  return ops.add(here, ops.reshape(each, { shape: [batch * latents, codes] }));
}

/** 1 where a code is hidden: any number of them, as often one as another, and at least one. */
export function hideSome(latents: number, random: Random): Float32Array {
  const all = Array.from({ length: latents }, (_, latent) => latent);
  const hidden = new Float32Array(latents);
  for (const latent of random.sample(all, 1 + random.integer(latents))) hidden[latent] = 1;
  return hidden;
}

/**
 * −log P(code | codes that are left, condition), the mean over the hidden codes of each picture: `[batch]`.
 * Where any number of codes is hidden as often as any other, this bounds −log P(codes | condition) / latents
 * (arXiv 2406.07524, eq. 10).
 */
export function diffusionLosses(
  scope: Scope,
  codes: HiddenCodes,
  config: LatentDiffusionConfig,
): Tensor {
  const losses = ops.crossEntropy(codeLogits(scope, codes, config), codes.ids);
  const sum = (x: Tensor) => ops.sum(x, { axes: [1], keepAxes: false });
  const each = ops.reshape(losses, { shape: codes.hidden.shape });
  return ops.div(sum(ops.mul(each, codes.hidden)), sum(codes.hidden));
}
