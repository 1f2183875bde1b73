/** What was seen in a picture, by whatever looked: a parser, a detector, a reader of codes. */
import type { Color } from "./geneval_words.ts";

/** A rectangle in pixels; `x` and `y` are its left and top edge. */
export interface Box {
  /** Its left edge. */
  readonly x: number;
  /** Its top edge. */
  readonly y: number;
  /** From its left edge to its right one. */
  readonly width: number;
  /** From its top edge to its bottom one. */
  readonly height: number;
}

/** One object that was seen. */
export interface SeenObject {
  /** What it is: a class, by its name. */
  readonly concept: string;
  /** The nearest of the ten colour names; absent where the object looks like none of them. */
  readonly color?: Color;
  /** How sure it was seen, from 0 to 1. */
  readonly confidence: number;
  /** Where it stands. */
  readonly box: Box;
}

/** All that was seen in a picture. */
export interface Seen {
  /** Each object by itself, in no order. */
  readonly objects: readonly SeenObject[];
}
