/**
 * The GPT that is timed: learned positions, RMSNorm, QuickGELU, an untied head. Its parameters are
 * named as a Llama's, and `tests/peers/` computes the same.
 */
import { input, ops, type Tensor } from "../lib/graph/mod.ts";
import type { Scope } from "../lib/nn/mod.ts";
import type { Losses } from "../lib/optim/mod.ts";
import {
  attention,
  type AttentionContext,
  linear,
  meanAll,
  rmsNorm,
  table,
} from "../lib/nn/mod.ts";

export const GPT = {
  hiddenSize: 256,
  layers: 6,
  heads: 8,
  keyValueHeads: 8,
  intermediateSize: 1024,
  queryKeyNorm: false,
  context: 256,
  vocabulary: 4096,
} as const;

export const GPT_BATCH = 8;

/** The mean next-token loss of `ids` and `labels`, int32 `[batch, context]`. */
export function gptLosses(scope: Scope, batch = GPT_BATCH): Losses {
  const { context, vocabulary } = GPT;
  const ids = input("ids", "int32", [batch, context]);
  const labels = input("labels", "int32", [batch * context]);
  const states = gpt(scope, ids, positions(scope), { visible: "causal" });
  const logits = linear(scope.at("lm_head"), states, vocabulary);
  return { loss: meanAll(ops.crossEntropy(logits, labels)) };
}

/** The table of positions, `[context, hiddenSize]`. */
export function positions(scope: Scope): Tensor {
  const { context, hiddenSize } = GPT;
  return table(scope.at("model").at("embed_positions"), context, hiddenSize, 0.02);
}

/** Tokens `[batch, n]` at their positions `[n, hiddenSize]`, to states `[batch·n, hiddenSize]`. */
export function gpt(
  scope: Scope,
  ids: Tensor,
  placed: Tensor,
  context: AttentionContext,
): Tensor {
  const { hiddenSize, layers, vocabulary } = GPT;
  const model = scope.at("model");
  const [batch, tokens] = ids.shape;
  const embedded = ops.add(
    ops.gather(table(model.at("embed_tokens"), vocabulary, hiddenSize, 0.02), ids),
    placed,
  );
  let x = ops.reshape(embedded, { shape: [batch * tokens, hiddenSize] });
  for (let layer = 0; layer < layers; layer++) {
    const block = model.at("layers").at(layer);
    const normed = rmsNorm(block.at("input_layernorm"), x);
    x = ops.add(x, attention(block.at("self_attn"), normed, batch, GPT, context, layer));
    const before = rmsNorm(block.at("post_attention_layernorm"), x);
    x = ops.add(x, mlp(block.at("mlp"), before));
  }
  return rmsNorm(model.at("norm"), x);
}

/** down(QuickGELU(up(x))) with QuickGELU(x) = x·σ(1.702 x) = silu(1.702 x)/1.702. */
function mlp(scope: Scope, x: Tensor): Tensor {
  const up = linear(scope.at("up_proj"), x, GPT.intermediateSize, { scale: 1.702 });
  return linear(scope.at("down_proj"), ops.silu(up), GPT.hiddenSize, { scale: 1 / 1.702 });
}
