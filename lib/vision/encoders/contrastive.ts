/**
 * How the semantic encoder learns: pictures against captions, with the sigmoid loss of SigLIP
 * (arXiv 2303.15343), for whole pictures and, so that features keep what stands where, for words
 * against patches (late interaction, FILIP, arXiv 2111.07783). A linear view of each patch's
 * feature also has to tell the patch's coarse colours, which captions do not. Where pictures come in
 * pairs, such as one scene in two styles, each also belongs to its other.
 */
import {
  linear,
  normalize,
  rmsNorm,
  rotaryTable,
  type Scope,
  squaredError,
  sumAll,
  table,
  transformer,
} from "../../nn/mod.ts";
import { input, ops, type Tensor } from "../../graph/mod.ts";
import type { Losses } from "../../optim/mod.ts";
import type { TokenizerConfig } from "../config.ts";
import { blocks, encode } from "./semantic_encoder.ts";
import { toPatches } from "../patches.ts";

export interface ContrastiveShapes {
  readonly batch: number;
  /** Longest caption, in text tokens. */
  readonly words: number;
  readonly textVocabulary: number;
  /** Whether pictures come in pairs, such as one scene in two styles. */
  readonly pairs: boolean;
}

/** A coarse view of a patch: this many pixels a side. */
const COARSE = 2;

/**
 * The loss over a batch: inputs `pixels` `[batch, size, size, 3]`, `captions` int32
 * `[batch, words]` and `captionMask` float32 `[batch, words]` (1 for words, 0 for padding); with
 * `pairs` also `again`, like `pixels`.
 */
export function contrastiveLosses(
  scope: Scope,
  config: TokenizerConfig,
  { batch, words, textVocabulary, pairs }: ContrastiveShapes,
): Losses {
  const { pictureSize, grid, featureSize } = config;
  const pixels = input("pixels", "float32", [batch, pictureSize, pictureSize, 3]);
  const captions = input("captions", "int32", [batch, words]);
  const mask = input("captionMask", "float32", [batch, words]);

  const features = encode(scope.at("encoder"), pixels, config);
  const training = scope.at("contrastive");
  const text = textTower(training.at("text"), captions, config, textVocabulary);

  const weights = ops.div(mask, ops.sum(mask, { axes: [1], keepAxes: true }));
  const pooledText = ops.sum(ops.mul(text, column(weights)), { axes: [1], keepAxes: false });
  const wholePicture = (features: Tensor) =>
    embed(
      training.at("picture_projection"),
      poolPlaces(training.at("pool"), features),
      featureSize,
    );
  const picture = wholePicture(features);
  const whole = ops.matmul(
    embed(training.at("text_projection"), pooledText, featureSize),
    picture,
    { transposeB: true },
  );

  const rows = (x: Tensor) => ops.reshape(x, { shape: [x.shape[0] * x.shape[1], x.shape[2]] });
  const similarity = ops.matmul(
    embed(training.at("word_projection"), rows(text), featureSize),
    embed(training.at("patch_projection"), rows(features), featureSize),
    { transposeB: true },
  );
  const byPatch = ops.reshape(similarity, { shape: [batch * words, batch, grid * grid] });
  const best = ops.max(byPatch, { axes: [2], keepAxes: false });
  const byWord = ops.reshape(best, { shape: [batch, words, batch] });
  const late = ops.sum(ops.mul(byWord, column(weights)), { axes: [1], keepAxes: false });

  const global = sigmoidLoss(training.at("global"), whole);
  const local = sigmoidLoss(training.at("local"), late);
  const coarse = coarseColorLoss(training.at("coarse"), features, pixels, grid);
  const loss = ops.add(ops.add(global, local), ops.mul(coarse, 4));
  if (!pairs) return { loss, parts: { global, local, coarse } };

  const again = encode(scope.at("encoder"), input("again", "float32", pixels.shape), config);
  const others = ops.matmul(picture, wholePicture(again), { transposeB: true });
  const style = sigmoidLoss(training.at("style"), others);
  return { loss: ops.add(loss, style), parts: { global, local, coarse, style } };
}

/**
 * The mean over patches of silu(W·feature + place): what stands where, in one vector. Captions speak
 * of places, and the features themselves do not know theirs.
 */
function poolPlaces(scope: Scope, features: Tensor): Tensor {
  const [, patches, size] = features.shape;
  const places = table(scope.at("places"), patches, size, 1);
  const placed = ops.add(linear(scope.at("features"), features, size), places);
  return ops.mean(ops.silu(placed), { axes: [1], keepAxes: false });
}

/** `[batch, n]` to `[batch, n, 1]` */
function column(x: Tensor): Tensor {
  return ops.reshape(x, { shape: [...x.shape, 1] });
}

function embed(scope: Scope, x: Tensor, size: number): Tensor {
  return normalize(linear(scope, x, size));
}

/** A small causal transformer over caption tokens: `[batch, words]` to `[batch, words, size]`. */
function textTower(
  scope: Scope,
  captions: Tensor,
  config: TokenizerConfig,
  vocabulary: number,
): Tensor {
  const [batch, words] = captions.shape;
  const embeddings = table(scope.at("embed_tokens"), vocabulary, config.featureSize, 1);
  const headDim = config.featureSize / config.heads;
  const angles = rotaryTable(words, headDim);
  const perRow = (x: Tensor) =>
    ops.expand(ops.reshape(x, { shape: [1, words, headDim / 2] }), {
      shape: [batch, words, headDim / 2],
    });
  return transformer(scope, ops.gather(embeddings, captions), blocks(config, config.textLayers), {
    rotary: { cos: perRow(angles.cos), sin: perRow(angles.sin) },
    visible: "causal",
  });
}

/**
 * −mean log σ(z·(t·s + b)) with z = 1 for pairs that belong together and −1 for others
 * (SigLIP, eq. 1), times the batch size: `similarity` `[batch, batch]`.
 */
function sigmoidLoss(scope: Scope, similarity: Tensor): Tensor {
  const [batch] = similarity.shape;
  const temperature = scope.parameter("log_temperature", [], {
    kind: "constant",
    value: Math.log(10),
  });
  const bias = scope.parameter("bias", [], { kind: "constant", value: -10 });
  const logits = ops.add(ops.mul(similarity, ops.exp(temperature)), bias);
  const index = ops.range({ size: batch });
  const same = ops.equal(index, ops.reshape(index, { shape: [batch, 1] }));
  const signed = ops.where(same, ops.neg(logits), logits);
  return ops.mul(sumAll(ops.softplus(signed)), 1 / batch);
}

/** How well a linear view of each feature tells its patch, averaged to COARSE × COARSE pixels. */
function coarseColorLoss(scope: Scope, features: Tensor, pixels: Tensor, grid: number): Tensor {
  const [batch, size] = pixels.shape;
  const side = grid * COARSE;
  const blockSize = size / side;
  const apart = ops.reshape(pixels, { shape: [batch, side, blockSize, side, blockSize, 3] });
  const coarse = ops.mean(apart, { axes: [2, 4], keepAxes: false });
  const target = toPatches(coarse, grid);
  const view = linear(scope, rmsNorm(scope.at("norm"), features), target.shape[2], { bias: true });
  return squaredError(view, target);
}
