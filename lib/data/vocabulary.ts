/** Every word that a world's texts may contain. */
import { refuseUnknown, templateWords, wordsOf } from "./parse_caption.ts";
import { NUMBERS } from "./words.ts";
import type { World } from "./world.ts";

/** What captions' other wordings, questions, answers and instructions add to the templates. */
const OTHER_WORDS = `there is are one that picture with on over under
  in how many what where from color yes no
  remove make move top bottom draw it style`.split(/\s+/);

/**
 * Every word of the world's captions, descriptions, questions, answers and instructions; without
 * punctuation.
 */
export function captionWords(world: World): Set<string> {
  return new Set([...templateWords(world), ...OTHER_WORDS, ...NUMBERS, ...world.styles]);
}

/**
 * Refuses a text that a model of this world cannot read: an empty one, one longer than
 * `LONGEST_CAPTION`, one with words that the world does not know.
 *
 * @throws {CaptionError} with one line that says what was expected and found.
 *
 * @example
 * ```ts
 * import { checkText } from "./vocabulary.ts";
 * import { worldOf } from "./world.ts";
 *
 * checkText("is there a cat in the picture?", worldOf("nano"));
 * ```
 */
export function checkText(text: string, world: World): void {
  const words = wordsOf(text).map((word) => word.replace(/[.,?]+$/, "")).filter((w) => w !== "");
  refuseUnknown(words, captionWords(world), world);
}
