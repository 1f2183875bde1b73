/** Every word that a world's own texts may contain. */
import { CONCEPTS } from "./concepts.ts";
import { COLORS } from "./scene.ts";
import { NUMBERS } from "./words.ts";
import type { World } from "./world.ts";

const WORDS = `a an and photo of to the left right above below there is are one that picture with on
  over under in how many what where from color yes no remove make move top bottom draw it style`
  .split(/\s+/);

/**
 * Every word of the world's captions, descriptions, questions, answers and instructions; without
 * punctuation.
 */
export function captionWords(world: World): Set<string> {
  const plurals = world.concepts.map((concept) => CONCEPTS[concept].plural);
  return new Set([
    ...[...WORDS, ...NUMBERS, ...COLORS],
    ...[...world.concepts, ...plurals, ...world.styles],
  ]);
}
