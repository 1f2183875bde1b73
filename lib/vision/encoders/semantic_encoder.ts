/** The semantic encoder: a small vision transformer with one token to a patch. */
import {
  gatedMlp,
  linear,
  rmsNorm,
  rotaryTable,
  type Scope,
  transformer,
  type TransformerConfig,
} from "../../nn/mod.ts";
import { constant, ops, type Tensor } from "../../graph/mod.ts";
import type { TokenizerConfig } from "../config.ts";
import { toPatches } from "../patches.ts";

/** Sizes that a part's blocks depend on. */
type Sizes = Pick<TokenizerConfig, "grid" | "featureSize" | "heads">;

/** The transformer blocks of a tokenizer part. */
export function blocks(config: Sizes, layers: number): TransformerConfig {
  return {
    hiddenSize: config.featureSize,
    layers,
    heads: config.heads,
    keyValueHeads: config.heads,
    intermediateSize: 3 * config.featureSize,
    queryKeyNorm: false,
  };
}

/**
 * Rotary angles of the places on the token grid: half of each head's pairs turn with the row, half
 * with the column. Features so depend on where patches stand to each other, not on where they stand:
 * the same thing gets the same code everywhere.
 */
export function gridRotary(
  batch: number,
  config: Sizes,
) {
  const { grid, featureSize, heads } = config;
  const half = featureSize / heads / 2;
  const { cos, sin } = rotaryTable(grid, half, 100);
  const cells = Array.from({ length: grid * grid }, (_, i) => i);
  const rows = constant(cells.map((i) => Math.floor(i / grid)), "int32", [grid * grid]);
  const columns = constant(cells.map((i) => i % grid), "int32", [grid * grid]);
  const placed = (table: Tensor) => {
    const both = ops.concat([ops.gather(table, rows), ops.gather(table, columns)], { axis: 1 });
    const one = ops.reshape(both, { shape: [1, grid * grid, half] });
    return ops.expand(one, { shape: [batch, grid * grid, half] });
  };
  return { cos: placed(cos), sin: placed(sin) };
}

/** Transformer blocks over the token grid: `[batch, grid², featureSize]` to the same shape. */
export function gridTransformer(
  scope: Scope,
  x: Tensor,
  config: Sizes,
  layers: number,
): Tensor {
  return transformer(scope, x, blocks(config, layers), { rotary: gridRotary(x.shape[0], config) });
}

/**
 * Blocks over patches, with the norm after them: a transformer where the configuration has
 * attention, and else residual blocks on each patch by itself. Where an object fills a patch these
 * learn faster, and keep what stands elsewhere out of a patch's feature.
 */
export function patchBlocks(
  scope: Scope,
  x: Tensor,
  config: TokenizerConfig,
  layers: number,
): Tensor {
  if (config.attention) return gridTransformer(scope, x, config, layers);
  for (let layer = 0; layer < layers; layer++) {
    const block = scope.at("layers").at(layer);
    const normed = rmsNorm(block.at("post_attention_layernorm"), x);
    x = ops.add(x, gatedMlp(block.at("mlp"), normed, blocks(config, layers)));
  }
  return rmsNorm(scope.at("norm"), x);
}

/**
 * The semantic features of pictures: `[batch, size, size, 3]` in [−1, 1] to
 * `[batch, grid², featureSize]`.
 */
export function encode(scope: Scope, pixels: Tensor, config: TokenizerConfig): Tensor {
  const patches = toPatches(pixels, config.grid);
  const embedded = linear(scope.at("patch_embedding"), patches, config.featureSize, { bias: true });
  return patchBlocks(scope, embedded, config, config.encoderLayers);
}
