/** What evaluations ask of a model: abilities, whatever the model is. */
import type { Picture } from "../data/picture.ts";
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

/** Draws a picture of each caption. */
export interface Draws<Options extends Sampled = Sampled> {
  drawAll(captions: readonly string[], options?: Options): Promise<Drawing[]>;
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
