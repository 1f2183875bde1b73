/** The words of a long text that stand nearest to its beginning or its end. */
import { LONGEST_CAPTION } from "./language.ts";
import { plainCaption, WORD } from "./plain_language.ts";

/**
 * The first words of a text, in the form of {@link plainCaption}; punctuation that parts them stays.
 * Where they have more characters than a model may be told, they are fewer; none at all are "".
 *
 * @example
 * ```ts
 * import { firstWords } from "./nearest_words.ts";
 *
 * const words = firstWords("“A cat. It sleeps, all day long.", 4);
 * if (words !== "a cat. it sleeps") throw new Error(words);
 * ```
 */
export function firstWords(text: string, count: number): string {
  const plain = plainCaption(text);
  const words = placesOf(plain).slice(0, count);
  const start = words.at(0)?.start ?? 0;
  const last = words.findLast(({ end }) => end - start <= LONGEST_CAPTION);
  return last === undefined ? "" : plain.slice(start, last.end);
}

/**
 * The last words of a text, as {@link firstWords} gives the first.
 *
 * @example
 * ```ts
 * import { lastWords } from "./nearest_words.ts";
 *
 * const words = lastWords("A cat. It sleeps, all day long.", 4);
 * if (words !== "sleeps, all day long") throw new Error(words);
 * ```
 */
export function lastWords(text: string, count: number): string {
  const plain = plainCaption(text);
  const words = placesOf(plain).slice(-count);
  const end = words.at(-1)?.end ?? 0;
  const first = words.find(({ start }) => end - start <= LONGEST_CAPTION);
  return first === undefined ? "" : plain.slice(first.start, end);
}

/** Where the words of a text begin and end. */
function placesOf(plain: string): { readonly start: number; readonly end: number }[] {
  return Array.from(
    plain.matchAll(WORD),
    ({ 0: word, index }) => ({ start: index, end: index + word.length }),
  );
}
