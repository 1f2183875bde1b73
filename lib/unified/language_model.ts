/**
 * One causal transformer over mixed sequences. Text tokens and codes of pictures drawn have
 * embeddings; pictures read enter as continuous features through an adapter; one head predicts text
 * tokens and codes alike (ILLUME, arXiv 2412.06673, section 3.2).
 */
import { constant, input, ops, type Tensor } from "../graph/mod.ts";
import {
  type AttentionContext,
  linear,
  normalize,
  rotaryTable,
  type Scope,
  sumAll,
  table,
  transformer,
} from "../nn/mod.ts";
import { countOf, type Losses } from "../optim/mod.ts";
import { quantizerOf } from "../vision/mod.ts";
import type { BatchShape } from "./batch.ts";
import type { UnifiedConfig } from "./config.ts";

/** Parameters that ILLUME's first stage trains: adapter, vision embeddings, vision head. */
export const ADAPTER = "multi_modal_projector.";
export const VISION_EMBEDDINGS = "vision_embed_tokens.";
export const VISION_HEAD = "vision_head.";

/**
 * A row for each code, W·e/‖e‖ + r: what the code's codebook entry e says, through a learned
 * projection, and a part r of its own. A code that is rarely drawn so learns from those like it.
 */
function codeTable(root: Scope, scope: Scope, config: UnifiedConfig, deviation: number): Tensor {
  const { hiddenSize } = config;
  const quantizer = quantizerOf(config.quantizer);
  const entries = normalize(quantizer.entries(root.at("quantizer")));
  const shared = linear(scope.at("projection"), entries, hiddenSize, { deviation });
  return ops.add(shared, table(scope, quantizer.codes, hiddenSize, 0));
}

/** Tokens, where in their pictures they stand (0: in none), and the pictures read. */
export interface EmbeddingInputs {
  /** int32 `[batch, tokens]`, see `batch.ts` */
  readonly ids: Tensor;
  /** int32 `[batch, tokens]` */
  readonly places: Tensor;
  /** `[rows, featureSize]`; absent where no picture is read. */
  readonly features?: Tensor;
}

/**
 * The embeddings of tokens, `[batch, tokens, hiddenSize]`:
 *
 *     a_t = E[id_t] + P[place_t]
 *     x_t = a_t + W a_(t−1),  a_0 = 0
 *
 * Each so says which token stands before it: a small transformer is slow to find out what belongs
 * together ("a red cat and a blue dog") where every token is alone (smeared keys, arXiv 2209.11895;
 * token shift, arXiv 2305.13048).
 */
export function embed(scope: Scope, inputs: EmbeddingInputs, config: UnifiedConfig): Tensor {
  const { ids, places, features } = inputs;
  const { hiddenSize, textVocabulary } = config;
  const model = scope.at("model");
  const rows = [
    table(model.at("embed_tokens"), textVocabulary, hiddenSize, 0.5),
    codeTable(scope, scope.at("vision_embed_tokens"), config, 0.5),
    ...(features ? [adapted(scope.at("multi_modal_projector"), features, config)] : []),
  ];
  const placed = ops.gather(
    placeTable(scope.at("vision_embed_tokens").at("places"), config),
    places,
  );
  const alone = ops.add(ops.gather(ops.concat(rows, { axis: 0 }), ids), placed);
  const [batch, tokens] = ids.shape;
  const begun = ops.concat([zeros([batch, 1, hiddenSize]), alone], { axis: 1 });
  const before = ops.slice(begun, { axis: 1, start: 0, end: tokens });
  return ops.add(alone, linear(model.at("previous_token"), before, hiddenSize));
}

/** Features of pictures read as embeddings: `[rows, featureSize]` to `[rows, hiddenSize]`. */
function adapted(scope: Scope, features: Tensor, { hiddenSize }: UnifiedConfig): Tensor {
  const hidden = linear(scope.at("linear_1"), features, hiddenSize, { bias: true });
  return linear(scope.at("linear_2"), ops.silu(hidden), hiddenSize, { bias: true });
}

/**
 * A row for what stands in no picture, of zeros, and one for each place in a picture, read or drawn.
 * Features say what is seen, not where, and rotary angles only how far apart two tokens stand in the
 * order of reading.
 */
function placeTable(scope: Scope, { pictureTokens, hiddenSize }: UnifiedConfig): Tensor {
  const rows = table(scope, pictureTokens, hiddenSize, 0.5);
  return ops.concat([zeros([1, hiddenSize]), rows], { axis: 0 });
}

function zeros(shape: readonly number[]): Tensor {
  return ops.expand(constant(0), { shape: [...shape] });
}

/** Logits over text tokens and codes: `[rows, hiddenSize]` to `[rows, textVocabulary + codes]`. */
export function logitsOf(scope: Scope, hidden: Tensor, config: UnifiedConfig): Tensor {
  const { hiddenSize, textVocabulary } = config;
  const deviation = 1 / Math.sqrt(hiddenSize);
  const rows = ops.concat([
    table(scope.at("lm_head"), textVocabulary, hiddenSize, deviation),
    codeTable(scope, scope.at("vision_head"), config, deviation),
  ], { axis: 0 });
  return ops.matmul(hidden, rows, { transposeB: true });
}

/** The last layer's states: `[batch, tokens, hiddenSize]` to the same shape. */
export function contextualize(
  scope: Scope,
  embedded: Tensor,
  config: UnifiedConfig,
  context: AttentionContext,
): Tensor {
  return transformer(scope.at("model"), embedded, config, context);
}

/** Rotary angles and causal attention of rows that all begin at position 0. */
export function fromStart(batch: number, tokens: number, config: UnifiedConfig): AttentionContext {
  const half = config.hiddenSize / config.heads / 2;
  const angles = rotaryTable(tokens, 2 * half);
  const perRow = (x: Tensor) =>
    ops.expand(ops.reshape(x, { shape: [1, tokens, half] }), { shape: [batch, tokens, half] });
  return {
    rotary: { cos: perRow(angles.cos), sin: perRow(angles.sin) },
    visible: "causal",
  };
}

/**
 * −log P(y_i | y_<i) of each learned token, `[batch·learned]`; padding's means nothing. Inputs are
 * those of a `SequenceBatch`, except its weights.
 */
export function tokenLosses(
  scope: Scope,
  config: UnifiedConfig,
  shape: BatchShape,
  { recompute = false }: { recompute?: boolean } = {},
): { readonly losses: Tensor; readonly labels: Tensor } {
  const { batch, length } = shape;
  const slots = batch * shape.learned;
  const rows = batch * shape.pictures * config.pictureTokens;
  const inputs = {
    ids: input("ids", "int32", [batch, length]),
    places: input("places", "int32", [batch, length]),
    features: input("features", "float32", [rows, config.featureSize]),
  };
  const positions = input("positions", "int32", [slots]);
  const labels = input("labels", "int32", [slots]);

  const embedded = embed(scope, inputs, config);
  const context = { ...fromStart(batch, length, config), recompute };
  const hidden = contextualize(scope, embedded, config, context);
  const predicting = ops.gather(
    ops.reshape(hidden, { shape: [batch * length, config.hiddenSize] }),
    positions,
  );
  return { losses: ops.crossEntropy(logitsOf(scope, predicting, config), labels), labels };
}

/**
 * The one next-token loss, −Σ log P(y_i | y_<i), over the count of learned tokens in the whole batch;
 * and the same over words and over codes. Inputs are those of a `SequenceBatch`, and the counts `text`
 * and `picture`.
 */
export function nextTokenLosses(
  scope: Scope,
  config: UnifiedConfig,
  shape: BatchShape,
  options: { recompute?: boolean } = {},
): Losses {
  const weights = input("weights", "float32", [shape.batch * shape.learned]);
  const { losses, labels } = tokenLosses(scope, config, shape, options);
  const isCode = ops.greater(labels, config.textVocabulary - 1);
  const text = sumAll(ops.mul(losses, ops.where(isCode, 0, weights)));
  const picture = sumAll(ops.mul(losses, ops.where(isCode, weights, 0)));
  const counts = { text: countOf("text"), picture: countOf("picture") };
  const mean = (sum: Tensor, count: Tensor) => ops.div(sum, ops.add(count, 1e-6));
  return {
    loss: mean(ops.add(text, picture), ops.add(counts.text, counts.picture)),
    parts: { text: mean(text, counts.text), picture: mean(picture, counts.picture) },
  };
}
