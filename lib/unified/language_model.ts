/** The causal transformer: embedded rows in, hidden states out. It knows no pictures. */
import { ops, type Tensor } from "../graph/mod.ts";
import {
  type AttentionContext,
  rotaryTable,
  type Scope,
  transformer,
  type TransformerConfig,
} from "../nn/mod.ts";

/** The last layer's states: `[batch, rows, hiddenSize]` to the same shape, or to `[read, hiddenSize]`. */
export function contextualize(
  root: Scope,
  embedded: Tensor,
  config: TransformerConfig,
  context: AttentionContext,
): Tensor {
  return transformer(root.at("model"), embedded, config, context);
}

/** Rotary angles and causal attention of sequences that all begin at position 0. */
export function fromStart(
  batch: number,
  rows: number,
  config: TransformerConfig,
): AttentionContext {
  const half = config.hiddenSize / config.heads / 2;
  const angles = rotaryTable(rows, 2 * half);
  const perSequence = (x: Tensor) =>
    ops.expand(ops.reshape(x, { shape: [1, rows, half] }), { shape: [batch, rows, half] });
  return {
    rotary: { cos: perSequence(angles.cos), sin: perSequence(angles.sin) },
    visible: "causal",
  };
}
