/** What evaluations ask of a model: abilities, whatever the model is. */
import type { Picture } from "../data/picture.ts";
import type { Captioned } from "../data/data_set.ts";
import type { Judge } from "../assessment/judge.ts";

export type { Judge };

/** How something is sampled. */
export interface Sampled {
  /** Of what chance decides; default 0. */
  readonly seed?: number;
}

/** A drawn picture. */
export interface Drawing {
  /** What was drawn. */
  readonly picture: Picture;
}

/** A drawn picture, and the codes that it was drawn from, row by row. */
export interface CodedDrawing extends Drawing {
  /** As the tokenizer numbers them. */
  readonly ids: ArrayLike<number>;
}

/** Draws a picture of each caption. */
export interface Draws<Options extends Sampled = Sampled, D extends Drawing = Drawing> {
  /** A drawing of each caption, in order. */
  drawAll(captions: readonly string[], options?: Options): Promise<D[]>;
}

/** Answers a question about each picture. */
export interface Answers {
  /** An answer to each, in order. */
  askAll(
    items: readonly { readonly picture: Picture; readonly question: string }[],
  ): Promise<string[]>;
}

/** Says what is in each picture. */
export interface Describes {
  /** A description of each, in order. */
  describeAll(pictures: readonly Picture[]): Promise<string[]>;
}

/** Changes each picture as told. */
export interface Edits<Options extends Sampled = Sampled> {
  /** Each picture, changed, in order. */
  editAll(
    items: readonly { readonly picture: Picture; readonly instruction: string }[],
    options?: Options,
  ): Promise<Drawing[]>;
}

/** Says how well a caption fits a picture. */
export interface Recognizes {
  /**
   * Of each item log P(caption | picture), the natural logarithm. The same picture, as an object,
   * comes with many captions: it need be encoded only once.
   */
  likelihoods(items: readonly Captioned[]): Promise<number[]>;
}

/** Turns pictures into features, such as a `PictureTokenizer`. */
export interface Encodes {
  /** Numbers in the feature of a patch. */
  readonly featureSize: number;
  /** Of each picture the features of its patches, row by row: `[patches, featureSize]`. */
  encode(pictures: readonly Picture[]): Promise<{ readonly features: Float32Array }[]>;
}
