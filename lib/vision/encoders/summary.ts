/**
 * Visual tokens: a few learned queries look at all of a picture's features and become vectors of length 1
 * (attention pooling, arXiv 2205.01917, section 3.1). `summary_training.ts` says what they learn.
 */
import { ops, type Tensor } from "../../graph/mod.ts";
import { gridRotary } from "./semantic_encoder.ts";
import { linear, normalize, type Scope, table, transformer } from "../../nn/mod.ts";

/** The sizes of what makes visual tokens. */
export interface SummaryConfig {
  /** Tokens of a picture, and numbers in one. */
  readonly tokens: number;
  readonly tokenSize: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly layers: number;
  /** Blocks of the text towers that the tokens are learned against. */
  readonly textLayers: number;
}

/** The blocks of a tower. */
export function blocks({ hiddenSize, heads }: SummaryConfig, layers: number) {
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
 * Visual tokens of features `[batch, patches, featureSize]`: `[batch, tokens, tokenSize]`, of length 1.
 * What stands in the patches, each having seen the others, is summed up (Deep Sets, arXiv 1703.06114): a
 * sum keeps how many there are, which an average of attention loses.
 */
export function summarize(scope: Scope, features: Tensor, config: SummaryConfig): Tensor {
  const { tokens, tokenSize, hiddenSize, heads, layers } = config;
  const [batch, patches] = features.shape;
  const seen = ops.add(
    linear(scope.at("features_in"), features, hiddenSize, { bias: true }),
    places(scope.at("places"), batch, patches, hiddenSize),
  );
  const grid = { grid: Math.sqrt(patches), featureSize: hiddenSize, heads };
  const mixed = transformer(scope, seen, blocks(config, layers), {
    rotary: gridRotary(batch, grid),
  });
  const each = ops.silu(linear(scope.at("patch_out"), mixed, 4 * hiddenSize, { bias: true }));
  const sum = ops.mul(
    ops.sum(each, { axes: [1], keepAxes: false }),
    1 / Math.sqrt(patches),
  );
  const size = tokens * tokenSize;
  const wide = ops.silu(linear(scope.at("sum_in"), sum, 2 * hiddenSize, { bias: true }));
  const out = ops.add(
    linear(scope.at("sum_out"), sum, size),
    linear(scope.at("wide_out"), wide, size),
  );
  return normalize(ops.reshape(out, { shape: [batch, tokens, tokenSize] }));
}
