/**
 * Pictures as a few continuous vectors, read and drawn alike (MetaMorph, arXiv 2412.14164, section 3.1):
 * what a vision encoder gives enters through an adapter, and a second head says the next vector from the
 * state before it. What it said enters again, exactly as often as a picture has vectors.
 */
import { ops, type Tensor } from "../../graph/mod.ts";
import { gelu, linear, normalize, type Scope } from "../../nn/mod.ts";
import type { Picture } from "../../data/picture.ts";
import type { DrawnModality, PictureModality } from "../modality.ts";
import type { Vocabulary } from "../vocabulary.ts";
import { VISION_HEAD } from "./codes.ts";
import { ADAPTER } from "./read.ts";

/** What is learned of a vector: its direction, or each of its numbers. */
export type FeatureLoss = "cosine" | "l1";

/** What vectors of pictures are, and how they are learned. */
export interface FeaturesOptions {
  /** Of the language model. */
  readonly hiddenSize: number;
  /** Vectors of a picture. */
  readonly tokens: number;
  /** Numbers in a vector. */
  readonly tokenSize: number;
  /** Default cosine, as in the paper. */
  readonly loss?: FeatureLoss;
  /** The place of the first vector of a picture that is drawn, the others follow; default 1. */
  readonly firstPlace?: number;
  /** Vectors `[tokens, tokenSize]` of length 1 of each picture. */
  readonly encode: (pictures: readonly Picture[]) => Promise<readonly Float32Array[]>;
}

/**
 * Vectors stand in order between `<picture>` and `</picture>`. Only those of pictures that are answered
 * are learned, the first from the state of `<picture>`.
 */
export function featuresModality(
  vocabulary: Vocabulary,
  { hiddenSize, tokens, tokenSize, loss = "cosine", firstPlace = 1, encode }: FeaturesOptions,
): DrawnModality<Float32Array> {
  const name = "features";
  const predict = (root: Scope, states: Tensor) =>
    normalize(twoLayers(root.at(VISION_HEAD.slice(0, -1)), states, { hiddenSize, out: tokenSize }));
  return {
    name,
    given: {
      size: tokenSize,
      // Numbers of a vector of length 1 are small: the first layer makes them as large as words are.
      embed: (root, vectors) =>
        twoLayers(root.at(ADAPTER.slice(0, -1)), vectors, {
          hiddenSize,
          out: hiddenSize,
          deviation: 1,
        }),
    },
    targets: {
      size: tokenSize,
      losses: (root, states, targets) => LOSSES[loss](predict(root, states), targets),
    },
    outputs: (root, states) => ({ [name]: predict(root, states) }),
    answerLength: tokens,
    prepare: encode,
    blank: () => new Float32Array(tokens * tokenSize),
    write(writer, vectors, learned) {
      writer.token(vocabulary.picture, { learned });
      for (let i = 0; i < tokens; i++) {
        const values = vectors.subarray(i * tokenSize, (i + 1) * tokenSize);
        if (learned) writer.target(name, [-1], values);
        writer.given(name, values, { place: firstPlace + i });
      }
      writer.token(vocabulary.endPicture, { learned });
    },
    *generate(row) {
      const vectors = new Float32Array(tokens * tokenSize);
      row.feed({ id: vocabulary.picture });
      for (let i = 0; i < tokens; i++) {
        yield;
        const values = row.output(name).slice();
        vectors.set(values, i * tokenSize);
        row.feed({ given: { modality: name, values }, place: firstPlace + i });
      }
      return vectors;
    },
  };
}

/** The vectors of a picture that is looked at. */
export interface SeenFeatures {
  /** `[tokens, tokenSize]` */
  readonly tokens: Float32Array;
  /** Where in the picture each stands, from 1, in reading order; 0 where it stands for nothing. */
  readonly places: ArrayLike<number>;
}

/**
 * Pictures that are read as the vectors of a features modality, whose rows they are: of those of a picture
 * at hand one knows where they stand, of those that are drawn nobody does.
 */
export function seenFeaturesModality(
  vocabulary: Vocabulary,
  features: DrawnModality<Float32Array>,
  { see }: { readonly see: (pictures: readonly Picture[]) => Promise<readonly SeenFeatures[]> },
): PictureModality<SeenFeatures> {
  const { size } = features.given!;
  return {
    name: "seen",
    prepare: see,
    blank() {
      const tokens = features.blank();
      return { tokens, places: new Int32Array(tokens.length / size) };
    },
    write(writer, { tokens, places }, learned) {
      writer.token(vocabulary.picture, { learned });
      for (let i = 0; i < places.length; i++) {
        const values = tokens.subarray(i * size, (i + 1) * size);
        writer.given(features.name, values, { place: places[i] });
      }
      writer.token(vocabulary.endPicture, { learned });
    },
  };
}

/** Of predicted and true vectors `[rows, size]` of length 1 to `[rows]`. */
const LOSSES: Readonly<Record<FeatureLoss, (predicted: Tensor, target: Tensor) => Tensor>> = {
  /** 1 − cos. */
  cosine: (predicted, target) => ops.sub(1, summed(ops.mul(predicted, target))),
  /** The mean |difference| of numbers, times √size, so that a vector counts as much whatever its size. */
  l1: (predicted, target) =>
    ops.mul(summed(ops.abs(ops.sub(predicted, target))), 1 / Math.sqrt(target.shape[1])),
};

function summed(x: Tensor): Tensor {
  return ops.sum(x, { axes: [1], keepAxes: false });
}

/** W₂ gelu(W₁ x + b₁) + b₂ */
function twoLayers(
  scope: Scope,
  x: Tensor,
  { hiddenSize, out, deviation }: {
    readonly hiddenSize: number;
    readonly out: number;
    readonly deviation?: number;
  },
): Tensor {
  const hidden = linear(scope.at("linear_1"), x, hiddenSize, { bias: true, deviation });
  return linear(scope.at("linear_2"), gelu(hidden), out, { bias: true });
}
