/**
 * Visual tokens of a picture: the patches that stand out, each having seen the others, in the order of
 * reading, as vectors of length 1; a token for which there is no patch is a vector that says so. Where in the
 * picture a patch stands they do not say: a language model that has to tell them from a caption need not
 * guess it. `visual_tokens_training.ts` says what they learn.
 */
import { ops, type Tensor } from "../../graph/mod.ts";
import { linear, normalize, type Scope, table, transformer } from "../../nn/mod.ts";
import { gridRotary } from "./semantic_encoder.ts";

/** The sizes of what makes visual tokens. */
export interface VisualTokensConfig {
  /** Tokens of a picture, and numbers in one. */
  readonly tokens: number;
  readonly tokenSize: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly layers: number;
  /** Blocks of the decoder that says captions of the tokens. */
  readonly textLayers: number;
}

/** The blocks of a tower. */
export function blocks(
  { hiddenSize, heads }: Pick<VisualTokensConfig, "hiddenSize" | "heads">,
  layers: number,
) {
  return {
    hiddenSize,
    layers,
    heads,
    keyValueHeads: heads,
    intermediateSize: 3 * hiddenSize,
    queryKeyNorm: true,
  };
}

/** A row for each of `rows` places, the same in all of a batch: `[batch, rows, hiddenSize]`. */
export function places(scope: Scope, batch: number, rows: number, hiddenSize: number): Tensor {
  const one = ops.reshape(table(scope, rows, hiddenSize, 0.5), { shape: [1, rows, hiddenSize] });
  return ops.expand(one, { shape: [batch, rows, hiddenSize] });
}

/**
 * Visual tokens of features `[batch, patches, featureSize]`: `[batch, tokens, tokenSize]`, of length 1; and
 * which patch each is, `[batch, tokens, patches]` of 0 and 1, all 0 where it is none.
 */
export function visualTokensOf(scope: Scope, features: Tensor, config: VisualTokensConfig) {
  const { tokens, tokenSize, hiddenSize, heads, layers } = config;
  const [batch, patches] = features.shape;
  const seen = linear(scope.at("features_in"), features, hiddenSize, { bias: true });
  const grid = { grid: Math.sqrt(patches), featureSize: hiddenSize, heads };
  const mixed = transformer(scope, seen, blocks(config, layers), {
    rotary: gridRotary(batch, grid),
  });
  const said = linear(scope.at("token_out"), mixed, tokenSize);
  const chosen = ops.stopGradient(salientFirst(features, tokens));
  const nothing = ops.reshape(table(scope.at("nothing"), 1, tokenSize, 1), {
    shape: [1, 1, tokenSize],
  });
  const empty = ops.sub(1, ops.sum(chosen, { axes: [2], keepAxes: true }));
  const all = ops.add(ops.matmul(chosen, said), ops.mul(empty, nothing));
  return { tokens: normalize(all), chosen };
}

/**
 * Which patch becomes which token, `[batch, tokens, patches]` of 0 and 1: those that are unlike the picture's
 * mean patch, in the order of reading; the others become none.
 */
function salientFirst(features: Tensor, tokens: number): Tensor {
  const [batch, patches] = features.shape;
  const apart = ops.sub(features, ops.mean(features, { axes: [1], keepAxes: true }));
  const salience = ops.sum(ops.mul(apart, apart), { axes: [2], keepAxes: false });
  const column = (x: Tensor) => ops.reshape(x, { shape: [batch, patches, 1] });
  const row = (x: Tensor) => ops.reshape(x, { shape: [batch, 1, patches] });
  const count = (x: Tensor) => ops.sum(x, { axes: [2], keepAxes: false });
  // How many are more salient than each.
  const before = count(ops.where(ops.greater(row(salience), column(salience)), 1, 0));
  const most = ops.max(salience, { axes: [1], keepAxes: true });
  const stands = ops.where(
    ops.greater(tokens, before),
    ops.where(ops.greater(salience, ops.mul(most, SALIENT)), 1, 0),
    0,
  );
  // Which of those each is, as they are read.
  const index = ops.range({ size: patches });
  const earlier = ops.where(ops.greater(ops.reshape(index, { shape: [patches, 1] }), index), 1, 0);
  const place = count(ops.mul(row(stands), ops.reshape(earlier, { shape: [1, patches, patches] })));
  const slots = ops.reshape(ops.range({ size: tokens }), { shape: [1, tokens, 1] });
  const slot = ops.abs(ops.sub(row(place), ops.cast(slots, { dtype: "float32" })));
  return ops.mul(ops.where(ops.greater(0.5, slot), 1, 0), row(stands));
}

/** A patch stands out whose distance from the mean patch, squared, is this share of the largest. */
const SALIENT = 0.25;
