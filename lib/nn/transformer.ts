/**
 * A pre-norm transformer in the shape of Llama (arXiv 2302.13971), with its parameter names:
 * RMSNorm, rotary positions, gated SiLU. Where every token sees all it is the encoder of a
 * vision transformer.
 */
import { checkpoint, constant, ops, type Tensor } from "../graph/mod.ts";
import { attendToParts, type KeyValues, scaledDotProduct, type Visible } from "./attention.ts";
import { linear, rmsNorm } from "./layers.ts";
import type { Scope } from "./scope.ts";

/** The sizes of a transformer. */
export interface TransformerConfig {
  /** Numbers in a row, a multiple of `heads`. */
  readonly hiddenSize: number;
  /** Blocks. */
  readonly layers: number;
  /** Attention heads of a block. */
  readonly heads: number;
  /** Heads of keys and values; each serves `heads / keyValueHeads` heads of queries. */
  readonly keyValueHeads: number;
  /** Numbers in a row between the two layers of the gated MLP. */
  readonly intermediateSize: number;
  /** Normalizes queries and keys of each head (arXiv 2302.05442), as Qwen 3 does. */
  readonly queryKeyNorm: boolean;
}

/** What else a transformer may be given. */
export interface AttentionContext {
  /** cos and sin of the angles, `[batch, tokens, headDim/2]` each. */
  readonly rotary?: { readonly cos: Tensor; readonly sin: Tensor };
  /** Which tokens each one sees; default all. */
  readonly visible?: Visible;
  /** Given a layer and its new keys and values, those to attend to, in one or several parts. */
  readonly remember?: (layer: number, fresh: KeyValues) => readonly KeyValues[];
  /**
   * Whose states are wanted: int32 `[read]`, in rows of all sequences one after the other; default
   * all. The last block computes no others, but for their keys and values.
   */
  readonly read?: Tensor;
  /** Keeps only what enters each block, and computes the rest again for the gradient. */
  readonly recompute?: boolean;
}

/**
 * All blocks and the final norm: `[batch, tokens, hiddenSize]` to the same shape, or to
 * `[read, hiddenSize]`. Inside, tokens are rows of a matrix.
 *
 * @example
 * ```ts
 * import { input } from "../graph/mod.ts";
 * import { Scope } from "./scope.ts";
 * import { transformer } from "./transformer.ts";
 *
 * const sizes = { hiddenSize: 8, intermediateSize: 24, layers: 2, heads: 2, keyValueHeads: 1 };
 * const x = input("x", "float32", [1, 5, 8]);
 * const y = transformer(new Scope(), x, { ...sizes, queryKeyNorm: true }, { visible: "causal" });
 * if (String(y) !== "float32[1, 5, 8]") throw new Error(`${y}`);
 * ```
 */
export function transformer(
  scope: Scope,
  x: Tensor,
  config: TransformerConfig,
  context: AttentionContext = {},
): Tensor {
  const [batch, tokens, hiddenSize] = x.shape;
  let rows = ops.reshape(x, { shape: [batch * tokens, hiddenSize] });
  for (let layer = 0; layer < config.layers; layer++) {
    const block = scope.at("layers").at(layer);
    const read = layer === config.layers - 1 ? context.read : undefined;
    const forward = (x: Tensor) => {
      const normed = rmsNorm(block.at("input_layernorm"), x);
      const attended = ops.add(
        read ? ops.gather(x, read) : x,
        attention(block.at("self_attn"), normed, batch, config, { ...context, read }, layer),
      );
      const again = rmsNorm(block.at("post_attention_layernorm"), attended);
      return ops.add(attended, gatedMlp(block.at("mlp"), again, config));
    };
    rows = context.recompute ? checkpoint(rows, forward) : forward(rows);
  }
  const states = rmsNorm(scope.at("norm"), rows);
  return context.read ? states : ops.reshape(states, { shape: x.shape });
}

/**
 * Rows `start` to `end` of each of `batch` sequences, as `read` takes them: int32
 * `[batch · (end − start)]`.
 */
export function rowsOfEach(
  batch: number,
  { tokens, start, end }: { readonly tokens: number; readonly start: number; readonly end: number },
): Tensor {
  const count = end - start;
  const first = ops.reshape(ops.mul(ops.range({ size: batch }), tokens), { shape: [batch, 1] });
  const own = ops.reshape(ops.add(ops.range({ size: count }), start), { shape: [1, count] });
  return ops.reshape(ops.add(first, own), { shape: [batch * count] });
}

/**
 * Attention with its projections, on `keyValueHeads` heads of keys and values:
 * `[batch·tokens, hiddenSize]` to the same shape, or to `[read, hiddenSize]`.
 */
export function attention(
  scope: Scope,
  x: Tensor,
  batch: number,
  config: TransformerConfig,
  { rotary, visible = "all", remember, read }: AttentionContext,
  layer: number,
): Tensor {
  const [rows, hiddenSize] = x.shape;
  const tokens = rows / batch;
  const { heads, keyValueHeads } = config;
  const headDim = hiddenSize / heads;
  const project = (name: string, count: number) =>
    ops.reshape(linear(scope.at(`${name}_proj`), x, count * headDim), {
      shape: [batch, tokens, count, headDim],
    });
  const byHead = (t: Tensor) => ops.transpose(t, { order: [0, 2, 1, 3] });
  const placed = (name: string, count: number) => {
    const projected = project(name, count);
    const t = byHead(
      config.queryKeyNorm ? rmsNorm(scope.at(`${name}_norm`), projected) : projected,
    );
    return rotary ? ops.rotary(t, rotary.cos, rotary.sin) : t;
  };
  const queries = placed("q", heads);
  const fresh = { keys: placed("k", keyValueHeads), values: byHead(project("v", keyValueHeads)) };
  const repeats = heads / keyValueHeads;
  const parts = (remember?.(layer, fresh) ?? [fresh]).map(({ keys, values }) => ({
    keys: repeatHeads(keys, repeats),
    values: repeatHeads(values, repeats),
  }));
  const [first] = parts;
  const mixed = visible === "causal"
    ? scaledDotProduct(queries, first.keys, first.values, visible)
    : attendToParts(queries, parts, visible);
  const joined = ops.reshape(byHead(mixed), { shape: [rows, hiddenSize] });
  const wanted = read ? ops.gather(joined, read) : joined;
  return linear(scope.at("o_proj"), wanted, hiddenSize, outputDeviation(hiddenSize, config));
}

/** Each head `repeats` times: `[batch, heads, tokens, dim]` to `[batch, heads·repeats, …]`. */
function repeatHeads(x: Tensor, repeats: number): Tensor {
  if (repeats === 1) return x;
  const [batch, heads, tokens, dim] = x.shape;
  const apart = ops.reshape(x, { shape: [batch, heads, 1, tokens, dim] });
  const repeated = ops.expand(apart, { shape: [batch, heads, repeats, tokens, dim] });
  return ops.reshape(repeated, { shape: [batch, heads * repeats, tokens, dim] });
}

/** down(silu(gate(x))·up(x)) (arXiv 2002.05202, eq. 6). */
export function gatedMlp(
  scope: Scope,
  x: Tensor,
  config: Pick<TransformerConfig, "hiddenSize" | "intermediateSize" | "layers">,
): Tensor {
  const gate = ops.silu(linear(scope.at("gate_proj"), x, config.intermediateSize));
  const up = linear(scope.at("up_proj"), x, config.intermediateSize);
  const down = scope.at("down_proj");
  const scale = outputDeviation(config.intermediateSize, config);
  return linear(down, ops.mul(gate, up), config.hiddenSize, scale);
}

/** Projections into the residual stream begin smaller the more of them there are (GPT-2). */
function outputDeviation(size: number, { layers }: Pick<TransformerConfig, "layers">) {
  return { deviation: 1 / Math.sqrt(size * 2 * layers) };
}

/**
 * cos and sin of position · θ^(−2i/headDim), as constants `[positions, headDim/2]`.
 *
 * @example
 * ```ts
 * import { rotaryTable } from "./transformer.ts";
 *
 * const { cos, sin } = rotaryTable(16, 8);
 * if (`${cos} ${sin}` !== "float32[16, 4] float32[16, 4]") throw new Error(`${cos} ${sin}`);
 * ```
 */
export function rotaryTable(
  positions: number,
  headDim: number,
  theta = 10_000,
): { cos: Tensor; sin: Tensor } {
  const angles = Array.from(
    { length: positions },
    (_, p) => Array.from({ length: headDim / 2 }, (_, i) => p * theta ** (-2 * i / headDim)),
  ).flat();
  const shape = [positions, headDim / 2];
  return {
    cos: constant(angles.map(Math.cos), "float32", shape),
    sin: constant(angles.map(Math.sin), "float32", shape),
  };
}
