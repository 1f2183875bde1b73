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

/** Visual tokens of features `[batch, patches, featureSize]`: `[batch, tokens, tokenSize]`, of length 1. */
export function summarize(scope: Scope, features: Tensor, config: SummaryConfig): Tensor {
  return (Deno.env.get("SV") ?? "deep") === "deep"
    ? deep(scope, features, config)
    : tf(scope, features, config);
}
function deep(scope: Scope, features: Tensor, config: SummaryConfig): Tensor {
  const { tokens, tokenSize } = config;
  const [batch, patches] = features.shape;
  const wide = tokens * tokenSize;
  const { hiddenSize, heads, layers } = config;
  const seen = ops.add(
    linear(scope.at("features_in"), features, hiddenSize, { bias: true }),
    places(scope.at("places"), batch, patches, hiddenSize),
  );
  const mixedp = transformer(scope, seen, blocks(config, layers), {
    rotary: gridRotary(batch, { grid: Math.sqrt(patches), featureSize: hiddenSize, heads }),
  });
  const placed = linear(scope.at("pool_in"), mixedp, wide, { bias: true });
  const pooled = ops.mul(
    ops.sum(ops.silu(placed), { axes: [1], keepAxes: false }),
    1 / Math.sqrt(patches),
  );
  const mixed = ops.add(
    pooled,
    linear(
      scope.at("mlp_out"),
      ops.silu(linear(scope.at("mlp_in"), pooled, 2 * wide, { bias: true })),
      wide,
    ),
  );
  const out = linear(scope.at("token_out"), mixed, wide);
  return normalize(ops.reshape(out, { shape: [batch, tokens, tokenSize] }));
}
function tf(scope: Scope, features: Tensor, config: SummaryConfig): Tensor {
  const { tokens, tokenSize, hiddenSize, layers } = config;
  const [batch, patches] = features.shape;
  const seen = ops.add(
    linear(scope.at("features_in"), features, hiddenSize, { bias: true }),
    places(scope.at("places"), batch, patches, hiddenSize),
  );
  const queries = places(scope.at("queries"), batch, tokens, hiddenSize);
  const mixed = transformer(
    scope,
    ops.concat([seen, queries], { axis: 1 }),
    blocks(config, layers),
  );
  const own = ops.slice(mixed, { axis: 1, start: patches, end: patches + tokens });
  return normalize(linear(scope.at("token_out"), own, tokenSize));
}
