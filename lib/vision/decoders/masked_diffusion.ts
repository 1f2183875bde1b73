/**
 * From vectors to the codes of a picture: masked diffusion (arXiv 2406.07524; MaskGIT, arXiv 2202.04200)
 * over a tokenizer's grid of codes, which is the latent space here as an autoencoder's is for Stable
 * Diffusion. Noise hides codes; a transformer that sees the vectors and the codes that are left says what
 * the hidden ones are. From all hidden to none in steps, it settles by chance what the vectors leave open:
 * where things stand, for one.
 */
import { ops, type Tensor } from "../../graph/mod.ts";
import { linear, type Scope, table, transformer } from "../../nn/mod.ts";

/** The sizes of a diffusion. */
export interface MaskedDiffusionConfig {
  /** Codes of a picture, and how many there are to choose from. */
  readonly latents: number;
  readonly codes: number;
  /** Vectors that a picture is drawn from, and numbers in one. */
  readonly conditions: number;
  readonly conditionSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
}

/**
 * Logits of what each latent is, `[batch · latents, codes]`.
 *
 * @param ids int32 `[batch · latents]`; of hidden ones whatever
 * @param hidden 1 where a code is hidden, or 0, `[batch, latents]`
 * @param condition `[batch, conditions, conditionSize]`
 */
export function revealed(
  scope: Scope,
  { ids, hidden, condition }: {
    readonly ids: Tensor;
    readonly hidden: Tensor;
    readonly condition: Tensor;
  },
  { latents, codes, conditions, hiddenSize, layers, heads }: MaskedDiffusionConfig,
): Tensor {
  const [batch] = hidden.shape;
  const rows = (name: string, count: number) =>
    ops.reshape(table(scope.at(name), count, hiddenSize, 0.5), { shape: [1, count, hiddenSize] });
  const said = ops.add(
    linear(scope.at("condition_in"), condition, hiddenSize, { bias: true }),
    rows("condition_places", conditions),
  );
  const known = ops.reshape(ops.gather(table(scope.at("codes"), codes, hiddenSize, 0.5), ids), {
    shape: [batch, latents, hiddenSize],
  });
  const mask = ops.reshape(hidden, { shape: [batch, latents, 1] });
  const seen = ops.add(
    ops.add(ops.mul(known, ops.sub(1, mask)), ops.mul(rows("mask", 1), mask)),
    rows("latent_places", latents),
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
  const states = ops.reshape(own, { shape: [batch * latents, hiddenSize] });
  const flat = ops.reshape(condition, { shape: [batch, conditions * condition.shape[2]] });
  const prior = scope.at("prior");
  const wide = ops.silu(
    linear(prior.at("linear_1"), flat, 2 * hiddenSize, { bias: true, deviation: 0.5 }),
  );
  const anywhere = ops.reshape(linear(prior.at("linear_2"), wide, codes), {
    shape: [batch, 1, codes],
  });
  const logits = linear(scope.at("code_out"), states, codes, { bias: true });
  const each = ops.expand(anywhere, { shape: [batch, latents, codes] });
  return ops.add(logits, ops.reshape(each, { shape: [batch * latents, codes] }));
}

/** −log P(code | what is not hidden, condition), the mean over the hidden latents of each: `[batch]`. */
export function maskedLosses(
  scope: Scope,
  inputs: { readonly ids: Tensor; readonly hidden: Tensor; readonly condition: Tensor },
  config: MaskedDiffusionConfig,
): Tensor {
  const { hidden, ids } = inputs;
  const losses = ops.reshape(ops.crossEntropy(revealed(scope, inputs, config), ids), {
    shape: hidden.shape,
  });
  const sum = (x: Tensor) => ops.sum(x, { axes: [1], keepAxes: false });
  return ops.div(sum(ops.mul(losses, hidden)), sum(hidden));
}
