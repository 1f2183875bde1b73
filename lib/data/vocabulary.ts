/** Every word that a world's texts may contain. */
import { templateWords } from "./parse_caption.ts";
import { NUMBERS } from "./words.ts";
import type { World } from "./world.ts";

/** What captions' other wordings, questions, answers and instructions add to the templates. */
const OTHER_WORDS = `there is are one that picture with on over under
  in how many what color yes no
  remove make move top bottom draw it style`.split(/\s+/);

/**
 * Every word of the world's captions, descriptions, questions, answers and instructions; without
 * punctuation.
 */
export function captionWords(world: World): Set<string> {
  return new Set([...templateWords(world), ...OTHER_WORDS, ...NUMBERS, ...world.styles]);
}
