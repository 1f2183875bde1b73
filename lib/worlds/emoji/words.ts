/** English, as far as the worlds need it: articles, plurals, numbers, colours. */
import { CONCEPTS } from "./concepts.ts";
import { NUMBERS } from "../../assessment/geneval_words.ts";
import type { Color, Relation } from "./scene.ts";

export { NUMBERS };

/** How a relation is said. */
export const RELATION_WORDS: Readonly<Record<Relation, string>> = {
  "left of": "to the left of",
  "right of": "to the right of",
  "above": "above",
  "below": "below",
};

/** The relation seen from the other side. */
export const OPPOSITE: Readonly<Record<Relation, Relation>> = {
  "left of": "right of",
  "right of": "left of",
  "above": "below",
  "below": "above",
};

/** The phrase with its article: "a cat", "an apple", "an orange heart". */
export function withArticle(phrase: string): string {
  return `${/^[aeiou]/.test(phrase) ? "an" : "a"} ${phrase}`;
}

/** The concept with its colour, if it has one: "cat", "red cat". */
export function noun(concept: string, color?: Color): string {
  return color === undefined ? concept : `${color} ${concept}`;
}

/** A number of them: "a red heart", "two red hearts", "three fish". */
export function counted(count: number, concept: string, color?: Color): string {
  if (count === 1) return withArticle(noun(concept, color));
  return `${NUMBERS[count]} ${noun(CONCEPTS[concept].plural, color)}`;
}

/** "a", "a and b", "a, b and c". */
export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;
}
