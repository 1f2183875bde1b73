/**
 * How visual tokens learn to say what captions say, and little else, so that a language model can tell them
 * from a caption: a small decoder has to say the caption, word by word, of tokens with noise (captioning as
 * pretraining, arXiv 2306.07915). Under noise there is no room for what captions leave open.
 */
import { input, ops, type Tensor } from "../../graph/mod.ts";
import {
  linear,
  normalize,
  rotaryTable,
  rowsOfEach,
  type Scope,
  sumAll,
  table,
  transformer,
} from "../../nn/mod.ts";
import type { Losses } from "../../optim/mod.ts";
import { blocks, places, type VisualTokensConfig, visualTokensOf } from "./visual_tokens.ts";

export interface VisualTokenShapes {
  readonly batch: number;
  /** Longest caption, in text tokens. */
  readonly words: number;
  readonly textVocabulary: number;
}

/**
 * The mean −log P(word | words before it, tokens) over a batch of features `[batch, patches, featureSize]`:
 * inputs `captions` int32 `[batch, words]`, `captionMask` float32 `[batch, words]` (1 for words, 0 for
 * padding), and `tokenNoise` `[batch, tokens, tokenSize]`, which is added to the tokens.
 */
export function visualTokenLosses(
  scope: Scope,
  features: Tensor,
  config: VisualTokensConfig,
  { batch, words, textVocabulary }: VisualTokenShapes,
): Losses {
  const captions = input("captions", "int32", [batch, words]);
  const mask = input("captionMask", "float32", [batch, words]);
  const { tokens } = visualTokensOf(scope.at("visual_tokens"), features, config);
  const noisy = normalize(ops.add(tokens, input("tokenNoise", "float32", tokens.shape)));
  const decoder = scope.at("visual_tokens_decoder");
  const losses = captionLosses(decoder, noisy, captions, textVocabulary, config);
  const loss = ops.div(sumAll(ops.mul(losses, mask)), sumAll(mask));
  return { loss };
}

/** −log P(caption | tokens) of each word: `[batch, words]`. */
function captionLosses(
  scope: Scope,
  tokens: Tensor,
  captions: Tensor,
  vocabulary: number,
  config: VisualTokensConfig,
): Tensor {
  const { hiddenSize, heads, textLayers } = config;
  const [batch, count] = tokens.shape;
  const words = captions.shape[1];
  const embeddings = table(scope.at("embed_tokens"), vocabulary, hiddenSize, 0.5);
  // The last word is said of all before it: of captions of one word nothing is read.
  const said = words === 1 ? [] : [
    ops.gather(embeddings, ops.slice(captions, { axis: 1, start: 0, end: words - 1 })),
  ];
  const seen = ops.add(
    linear(scope.at("tokens_in"), tokens, hiddenSize, { deviation: 1 }),
    places(scope.at("places"), batch, count, hiddenSize),
  );
  const rows = count + words - 1;
  const half = hiddenSize / heads / 2;
  const angles = rotaryTable(rows, 2 * half);
  const perRow = (x: Tensor) =>
    ops.expand(ops.reshape(x, { shape: [1, rows, half] }), { shape: [batch, rows, half] });
  const own = transformer(
    scope,
    ops.concat([seen, ...said], { axis: 1 }),
    blocks(config, textLayers),
    {
      rotary: { cos: perRow(angles.cos), sin: perRow(angles.sin) },
      visible: "causal",
      read: rowsOfEach(batch, { tokens: rows, start: count - 1, end: rows }),
    },
  );
  const logits = ops.matmul(
    own,
    table(scope.at("head"), vocabulary, hiddenSize, 1 / Math.sqrt(hiddenSize)),
    { transposeB: true },
  );
  const losses = ops.crossEntropy(logits, ops.reshape(captions, { shape: [batch * words] }));
  return ops.reshape(losses, { shape: [batch, words] });
}
