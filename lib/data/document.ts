/** A sample as every source gives it: turns of text and pictures, which know of no tokenizer. */
import type { Picture } from "./picture.ts";

/** Words, or a picture. */
export type Segment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "picture"; readonly picture: Picture };

/** What is asked, and what is answered. Only answers are learned: their pictures are drawn. */
export interface Turn {
  /** Words and pictures that are given. */
  readonly ask: readonly Segment[];
  /** Words and pictures that are to be said. */
  readonly answer: readonly Segment[];
}

/** A conversation, one turn after the other. */
export type Document = readonly Turn[];

/** Words as a part of a turn. */
export const text = (text: string): Segment => ({ kind: "text", text });

/** A picture as a part of a turn. */
export const picture = (picture: Picture): Segment => ({ kind: "picture", picture });

/**
 * What a document says, its pictures as `<picture>`: for messages.
 *
 * @example
 * ```ts
 * import { inWords, text } from "./document.ts";
 *
 * const said = inWords([{ ask: [text("what is this")], answer: [text("a cat")] }]);
 * if (said !== "what is this a cat") throw new Error(said);
 * ```
 */
export function inWords(document: Document): string {
  return document.flatMap(({ ask, answer }) => [...ask, ...answer])
    .map((segment) => segment.kind === "text" ? segment.text : "<picture>").join(" ");
}
