/**
 * Where tokens may not reach across: words with the space before them, single digits, single
 * punctuation marks, runs of white space. The same pattern stands in tokenizer.json, for readers in
 * any language.
 */
export const WORD_PATTERN: string = String
  .raw` ?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]|\s+(?!\S)|\s+`;

/** JavaScript's \s counts U+FEFF, and not U+0085; Unicode, like every reader of the file, does not. */
const words = new RegExp(
  WORD_PATTERN.replaceAll(String.raw`\s`, String.raw`\p{White_Space}`)
    .replaceAll(String.raw`\S`, String.raw`\P{White_Space}`),
  "gu",
);

/**
 * The words of a text, in order; joined, they are the text.
 *
 * @example
 * ```ts
 * import { splitWords } from "./words.ts";
 *
 * const words = splitWords("how many cats?");
 * if (words.join("|") !== "how| many| cats|?") throw new Error(`Expected words: ${words}`);
 * ```
 */
export function splitWords(text: string): string[] {
  return text.match(words) ?? [];
}
