/** What evaluations ask of a model: abilities, whatever the model is. */
import type { Picture } from "../data/picture.ts";
import type { Captioned } from "../data/data_set.ts";
import type { Judge } from "../assessment/judge.ts";

export type { Judge };

/** How something is sampled. */
export interface Sampled {
  readonly seed?: number;
}

/** A drawn picture. */
export interface Drawing {
  readonly picture: Picture;
}

/** A drawn picture, and the codes that it was drawn from, row by row. */
export interface CodedDrawing extends Drawing {
  readonly ids: ArrayLike<number>;
}

/** Draws a picture of each caption. */
export interface Draws<Options extends Sampled = Sampled, D extends Drawing = Drawing> {
  drawAll(captions: readonly string[], options?: Options): Promise<D[]>;
}

/** Answers a question about each picture. */
export interface Answers {
  askAll(
    items: readonly { readonly picture: Picture; readonly question: string }[],
  ): Promise<string[]>;
}

/** Says what is in each picture. */
export interface Describes {
  describeAll(pictures: readonly Picture[]): Promise<string[]>;
}

/** Changes each picture as told. */
export interface Edits<Options extends Sampled = Sampled> {
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
