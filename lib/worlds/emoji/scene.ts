/**
 * The exact truth about a picture: which objects stand where on which background. Scenes are what
 * pictures are drawn from, what captions, questions and edits are written about, and what a parser
 * reads back out of a picture.
 */
import type { Color } from "../../assessment/geneval_words.ts";

export { type Color, COLORS, type Relation, RELATIONS } from "../../assessment/geneval_words.ts";

/** One object in a scene. */
export interface SceneObject {
  /** What it is: "heart", "cat", … */
  readonly concept: string;
  /** The tint; absent where the object has its own colours. */
  readonly color?: Color;
  /** The centre of the object in pixels, from the picture's left edge. */
  readonly x: number;
  /** The centre of the object in pixels, from the picture's top edge. */
  readonly y: number;
  /** Width and height of the square that the object is drawn in, in pixels. */
  readonly size: number;
}

/** What a picture shows. */
export interface Scene {
  /** Name of the plain background. */
  readonly background: string;
  /** Name of the drawing style that all objects share. */
  readonly style: string;
  /** In the order in which they are drawn. */
  readonly objects: readonly SceneObject[];
}
