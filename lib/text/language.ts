/**
 * What a model may be told and asked. Models see nothing but words that they were taught: whatever
 * people type is read once, at the door, into these words, or refused.
 */
import { brief } from "../graph/brief.ts";
import { normalForm } from "./normal_form.ts";

/** A question as the model was taught it. */
export type ReadQuestion =
  | {
    readonly kind: "question";
    readonly question: string;
    /** What may be answered; anything where absent. */
    readonly answers?: readonly string[];
  }
  /** "What is this?" and the like: the picture shall be described. */
  | { readonly kind: "description" };

/** Each throws a `CaptionError` that says what would be understood. */
export interface Language {
  /** What a model's configuration keeps of it: its kind, and what it is made of. */
  readonly settings: { readonly kind: string };
  /** A caption in taught words. */
  caption(text: string): string;
  /** An instruction to change a picture, in taught words. */
  instruction(text: string): string;
  /** A question about a picture, in taught words, with what may answer it. */
  question(text: string): ReadQuestion;
  /** What is to be told in words and pictures, in taught words: "a story about a cat". */
  subject(text: string): string;
}

/** A text that cannot be read: one line that says what was expected and found. */
export class CaptionError extends Error {
  /** What tells it from other errors. */
  override name = "CaptionError";
}

/** The longest text that is read, in characters. */
export const LONGEST_CAPTION = 300;

/** @throws CaptionError where a text is too long or has no words; TypeError where it is no text */
export function expectText(text: string): void {
  if (typeof text !== "string") throw new TypeError(`Expected words, but found ${brief(text)}`);
  if (text.length > LONGEST_CAPTION) {
    throw new CaptionError(
      `Expected a text of at most ${LONGEST_CAPTION} characters, but found ${text.length}`,
    );
  }
  if (normalForm(text) === "") throw new CaptionError("Expected words, but found an empty text");
}
