/** How much two texts have in common, in words. */

/**
 * F₁ of the words of a text against those of another: twice the words that they share over all words
 * of both, from 0 to 1. A word that occurs twice counts twice; order does not count. Two empty texts
 * are alike.
 *
 * @example
 * ```ts
 * import { wordOverlap } from "./word_overlap.ts";
 *
 * if (wordOverlap(["red", "apple"], ["green", "apple"]) !== 0.5) throw new Error("Expected half");
 * ```
 */
export function wordOverlap(one: readonly string[], other: readonly string[]): number {
  const left = [...other];
  const shared = one.filter((word) => {
    const at = left.indexOf(word);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  }).length;
  const all = one.length + other.length;
  return all === 0 ? 1 : 2 * shared / all;
}
