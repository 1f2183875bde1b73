/**
 * The vision towers of CLIP (arXiv 2103.00020) and SigLIP (arXiv 2303.15343), with the parameter
 * names of Hugging Face: patches as tokens, learned positions, pre-norm blocks.
 */
import { ops, type Tensor } from "../../graph/mod.ts";
import { gelu, layerNorm, linear, scaledDotProduct, type Scope, table } from "../../nn/mod.ts";
import { toPatches } from "../patches.ts";

export interface VisionTowerConfig {
  readonly family: "clip" | "siglip";
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Width and height of pictures, in pixels. */
  readonly pictureSize: number;
  /** Width and height of patches, in pixels. */
  readonly patchSize: number;
  readonly activation: Activation;
  readonly epsilon: number;
}

/** Patches a side: pixels beyond the last whole patch are not looked at, as by a convolution. */
export const gridOf = ({ pictureSize, patchSize }: VisionTowerConfig): number =>
  Math.floor(pictureSize / patchSize);

const ZEROS = { kind: "constant", value: 0 } as const;

/**
 * The features of preprocessed pixels `[batch, size, size, 3]`: `[batch, grid², hiddenSize]`. CLIP's
 * class token is left out.
 *
 * @param back how many blocks before the last the features come from; without any left out SigLIP's
 * pass its last norm, as the model returns them
 */
export function visionTower(
  scope: Scope,
  pixels: Tensor,
  config: VisionTowerConfig,
  back = 0,
): Tensor {
  const { family, hiddenSize, layers, epsilon } = config;
  const [batch] = pixels.shape;
  const patches = gridOf(config) ** 2;
  const embedded = embedPatches(scope.at("embeddings"), pixels, config);
  const isClip = family === "clip";
  let x = isClip ? withClassToken(scope.at("embeddings"), embedded) : embedded;
  const tokens = x.shape[1];
  x = ops.add(
    x,
    table(scope.at("embeddings").at("position_embedding"), tokens, hiddenSize, 0),
  );
  if (isClip) x = layerNorm(scope.at("pre_layrnorm"), x, epsilon); // so it is spelt
  for (let layer = 0; layer < layers - back; layer++) {
    const block = scope.at("encoder").at("layers").at(layer);
    const first = layerNorm(block.at("layer_norm1"), x, epsilon);
    x = ops.add(x, attention(block.at("self_attn"), first, config.heads));
    const second = layerNorm(block.at("layer_norm2"), x, epsilon);
    x = ops.add(x, mlp(block.at("mlp"), second, config));
  }
  if (isClip) return ops.slice(x, { axis: 1, start: 1, end: 1 + patches });
  if (back === 0) x = layerNorm(scope.at("post_layernorm"), x, epsilon);
  return ops.reshape(x, { shape: [batch, patches, hiddenSize] });
}

/** A convolution whose stride is its size: a product with each patch. */
function embedPatches(scope: Scope, pixels: Tensor, config: VisionTowerConfig): Tensor {
  const { family, hiddenSize, patchSize } = config;
  const [batch] = pixels.shape;
  const grid = gridOf(config);
  const length = patchSize ** 2 * 3;
  const embedding = scope.at("patch_embedding");
  const kernel = embedding.parameter("weight", [hiddenSize, 3, patchSize, patchSize], ZEROS);
  const channelsLast = ops.transpose(kernel, { order: [0, 2, 3, 1] });
  const weight = ops.reshape(channelsLast, { shape: [hiddenSize, length] });
  const whole = wholePatches(pixels, grid * patchSize);
  const rows = ops.reshape(toPatches(whole, grid), { shape: [batch * grid ** 2, length] });
  const product = ops.matmul(rows, weight, { transposeB: true });
  const embedded = family === "siglip"
    ? ops.add(product, embedding.parameter("bias", [hiddenSize], ZEROS))
    : product;
  return ops.reshape(embedded, { shape: [batch, grid ** 2, hiddenSize] });
}

/** The upper left square of `size` pixels a side. */
function wholePatches(pixels: Tensor, size: number): Tensor {
  if (pixels.shape[1] === size) return pixels;
  const rows = ops.slice(pixels, { axis: 1, start: 0, end: size });
  return ops.slice(rows, { axis: 2, start: 0, end: size });
}

function withClassToken(scope: Scope, x: Tensor): Tensor {
  const [batch, , hiddenSize] = x.shape;
  const token = scope.parameter("class_embedding", [hiddenSize], ZEROS);
  return ops.concat([ops.expand(token, { shape: [batch, 1, hiddenSize] }), x], { axis: 1 });
}

function attention(scope: Scope, x: Tensor, heads: number): Tensor {
  const [batch, tokens, hiddenSize] = x.shape;
  const byHead = (name: string) =>
    ops.transpose(
      ops.reshape(linear(scope.at(name), x, hiddenSize, { bias: true }), {
        shape: [batch, tokens, heads, hiddenSize / heads],
      }),
      { order: [0, 2, 1, 3] },
    );
  const mixed = scaledDotProduct(byHead("q_proj"), byHead("k_proj"), byHead("v_proj"), "all");
  const joined = ops.reshape(ops.transpose(mixed, { order: [0, 2, 1, 3] }), { shape: x.shape });
  return linear(scope.at("out_proj"), joined, hiddenSize, { bias: true });
}

function mlp(
  scope: Scope,
  x: Tensor,
  { hiddenSize, intermediateSize, activation }: VisionTowerConfig,
): Tensor {
  const up = linear(scope.at("fc1"), x, intermediateSize, { bias: true });
  return linear(scope.at("fc2"), ACTIVATIONS[activation](up), hiddenSize, { bias: true });
}

/** x·(1 + tanh(√(2/π)·(x + 0.044715 x³)))/2 (arXiv 1606.08415) */
function tanhGelu(x: Tensor): Tensor {
  const cube = ops.mul(ops.mul(x, x), x);
  const inner = ops.mul(ops.add(x, ops.mul(cube, 0.044715)), Math.sqrt(2 / Math.PI));
  return ops.mul(ops.mul(x, 0.5), ops.add(ops.tanh(inner), 1));
}

/** By the names that `transformers` has for them. */
const ACTIVATIONS = {
  /** x·(1 + erf(x/√2))/2 (arXiv 1606.08415) */
  gelu,
  gelu_fast: tanhGelu,
  gelu_new: tanhGelu,
  gelu_pytorch_tanh: tanhGelu,
  /** x·σ(1.702 x) */
  quick_gelu: (x: Tensor) => ops.mul(x, ops.sigmoid(ops.mul(x, 1.702))),
  relu: ops.relu,
  silu: ops.silu,
  swish: ops.silu,
};

export type Activation = keyof typeof ACTIVATIONS;

/** The activations that we know, by the names of `transformers`. */
export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS) as [Activation, ...Activation[]];
