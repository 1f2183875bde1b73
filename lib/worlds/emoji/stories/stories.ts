/**
 * Illustrated stories and how-tos with exact truth: each picture's scene is known, and what a sentence
 * does not name stays as it was, from the first picture to the last.
 */
import type { Random } from "../../../runtime/random.ts";
import { randomHowTo } from "./how_tos.ts";
import type { Story } from "./story.ts";
import { randomTale } from "./tales.ts";
import type { World } from "../world.ts";

/** Share of how-tos. */
const HOW_TOS = 1 / 3;

/**
 * A random story of two to six pictures of at most four things, or a how-to. About a third of all have a
 * sentence or two that change nothing, "the cat waits", and are followed by no picture. No scene and no
 * sentence is a held-out caption.
 *
 * @throws RangeError for a world without room for four things
 *
 * @example
 * ```ts
 * import { Random } from "../../../runtime/random.ts";
 * import { randomStory } from "./stories.ts";
 * import { worldOf } from "../world.ts";
 *
 * const { about, parts } = randomStory(worldOf("nano"), new Random(0));
 * if (!/^(a story about|how to draw) /.test(about)) throw new Error(about);
 * if (parts[0].scene === undefined) throw new Error("Expected a picture after the first sentence");
 * ```
 */
export function randomStory(world: World, random: Random): Story {
  return random.uniform() < HOW_TOS ? randomHowTo(world, random) : randomTale(world, random);
}
