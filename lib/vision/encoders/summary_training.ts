/**
 * How visual tokens learn to say what captions say, and little else, so that a language model can tell
 * them from a caption: against the tokens of captions (sigmoid loss of SigLIP, arXiv 2303.15343), and by
 * saying the caption word by word (CoCa, arXiv 2205.01917).
 */
import { constant, input, ops, type Tensor } from "../../graph/mod.ts";
import {
  linear,
  normalize,
  rotaryTable,
  type Scope,
  sumAll,
  table,
  transformer,
} from "../../nn/mod.ts";
import type { Losses } from "../../optim/mod.ts";
import { blocks, places, summarize, type SummaryConfig } from "./summary.ts";

/** The same of captions: int32 `[batch, words]`, with a mask of 1 for words and 0 for padding. */
export function captionTokens(
  scope: Scope,
  captions: Tensor,
  mask: Tensor,
  vocabulary: number,
  config: SummaryConfig,
): Tensor {
  const { tokens, tokenSize, hiddenSize, textLayers } = config;
  const [batch, words] = captions.shape;
  const said = ops.add(
    ops.gather(table(scope.at("embed_tokens"), vocabulary, hiddenSize, 0.5), captions),
    places(scope.at("places"), batch, words, hiddenSize),
  );
  const queries = places(scope.at("queries"), batch, tokens, hiddenSize);
  const padding = ops.reshape(ops.mul(ops.sub(1, mask), -1e9), { shape: [batch, 1, 1, words] });
  const visible = ops.concat([padding, constant(0, "float32", [batch, 1, 1, tokens])], { axis: 3 });
  const mixed = transformer(
    scope,
    ops.concat([said, queries], { axis: 1 }),
    blocks(config, textLayers),
    { visible },
  );
  const own = ops.slice(mixed, { axis: 1, start: words, end: words + tokens });
  return normalize(linear(scope.at("token_out"), own, tokenSize));
}

/** −log P(caption | tokens) of each word: `[batch, words]`. */
export function captionLosses(
  scope: Scope,
  tokens: Tensor,
  captions: Tensor,
  vocabulary: number,
  config: SummaryConfig,
): Tensor {
  const { hiddenSize, heads, textLayers } = config;
  const [batch, count] = tokens.shape;
  const words = captions.shape[1];
  const said = ops.gather(
    table(scope.at("embed_tokens"), vocabulary, hiddenSize, 0.5),
    ops.slice(captions, { axis: 1, start: 0, end: words - 1 }),
  );
  const seen = ops.add(
    linear(scope.at("tokens_in"), tokens, hiddenSize),
    places(scope.at("places"), batch, count, hiddenSize),
  );
  const rows = count + words - 1;
  const half = hiddenSize / heads / 2;
  const angles = rotaryTable(rows, 2 * half);
  const perRow = (x: Tensor) =>
    ops.expand(ops.reshape(x, { shape: [1, rows, half] }), { shape: [batch, rows, half] });
  const mixed = transformer(
    scope,
    ops.concat([seen, said], { axis: 1 }),
    blocks(config, textLayers),
    { rotary: { cos: perRow(angles.cos), sin: perRow(angles.sin) }, visible: "causal" },
  );
  const own = ops.reshape(
    ops.slice(mixed, { axis: 1, start: count - 1, end: rows }),
    { shape: [batch * words, hiddenSize] },
  );
  const logits = ops.matmul(
    own,
    table(scope.at("head"), vocabulary, hiddenSize, 1 / Math.sqrt(hiddenSize)),
    { transposeB: true },
  );
  const losses = ops.crossEntropy(logits, ops.reshape(captions, { shape: [batch * words] }));
  return ops.reshape(losses, { shape: [batch, words] });
}

export interface SummaryShapes {
  readonly batch: number;
  /** Longest caption, in text tokens. */
  readonly words: number;
  readonly textVocabulary: number;
}

/** How much counts what: telling captions apart, saying them, and being what a caption's tokens are. */
export interface SummaryWeights {
  readonly contrast: number;
  readonly caption: number;
  readonly alignment: number;
}

/**
 * The loss over a batch of features: inputs `captions` int32 `[batch, words]` and `captionMask` float32
 * `[batch, words]` (1 for words, 0 for padding).
 */
export function summaryLosses(
  scope: Scope,
  features: Tensor,
  config: SummaryConfig,
  { batch, words, textVocabulary }: SummaryShapes,
  weights: SummaryWeights = { contrast: 1, caption: 1, alignment: 1 },
): Losses {
  const captions = input("captions", "int32", [batch, words]);
  const mask = input("captionMask", "float32", [batch, words]);
  const training = scope.at("summary_training");
  const clean = summarize(scope.at("summary"), features, config);
  const noisy = normalize(ops.add(clean, input("tokenNoise", "float32", clean.shape)));
  const tokens = clean;
  const { tokens: count, tokenSize } = config;
  const flat = (x: Tensor) => ops.reshape(x, { shape: [batch, count * tokenSize] });
  if (weights.contrast === 0) {
    const each = captionLosses(training.at("caption"), noisy, captions, textVocabulary, config);
    const caption = ops.div(sumAll(ops.mul(each, mask)), sumAll(mask));
    return { loss: caption, parts: { caption } };
  }
  const said = captionTokens(training.at("text"), captions, mask, textVocabulary, config);
  const similarity = ops.mul(ops.matmul(flat(tokens), flat(said), { transposeB: true }), 1 / count);
  const index = ops.range({ size: batch });
  const own = ops.equal(index, ops.reshape(index, { shape: [batch, 1] }));
  const cosine = ops.mul(sumAll(ops.where(own, similarity, 0)), 1 / batch);
  const contrast = contrastLoss(training.at("contrast"), similarity, own, captions);
  const each = captionLosses(training.at("caption"), noisy, captions, textVocabulary, config);
  const caption = ops.div(sumAll(ops.mul(each, mask)), sumAll(mask));
  const terms = [
    ops.mul(contrast, weights.contrast),
    ops.mul(caption, weights.caption),
    ops.mul(ops.sub(1, cosine), weights.alignment),
  ];
  return { loss: terms.reduce((a, b) => ops.add(a, b)), parts: { contrast, caption, cosine } };
}

/**
 * −Σ log σ(z·(t·s + b)) / batch with z = 1 for a picture and its own caption, and −1 for another (SigLIP,
 * eq. 1). A caption that comes twice belongs to both pictures, which says nothing of either.
 */
function contrastLoss(scope: Scope, similarity: Tensor, own: Tensor, captions: Tensor): Tensor {
  const [batch, words] = captions.shape;
  const temperature = scope.parameter("log_temperature", [], {
    kind: "constant",
    value: Math.log(10),
  });
  const bias = scope.parameter("bias", [], { kind: "constant", value: -5 });
  const logits = ops.add(ops.mul(similarity, ops.exp(temperature)), bias);
  const signed = ops.where(own, ops.neg(logits), logits);
  const alike = ops.equal(
    ops.reshape(captions, { shape: [batch, 1, words] }),
    ops.reshape(captions, { shape: [1, batch, words] }),
  );
  const differing = ops.sum(ops.where(alike, 0, 1), { axes: [2], keepAxes: false });
  const counts = ops.where(own, 1, ops.where(ops.greater(differing, 0), 1, 0));
  return ops.mul(sumAll(ops.mul(ops.softplus(signed), counts)), 1 / batch);
}
