/** What a model draws to be assessed: captions that may be trained on, and their near misses. */
import type { Picture } from "../../data/picture.ts";
import type { AskedCaptions } from "../../recipes/mod.ts";
import type { Random } from "../../runtime/mod.ts";
import { captionOf, parseCaption } from "./captions.ts";
import type { EmojiScenes } from "./emoji_scenes.ts";
import { nearMiss } from "./near_miss.ts";
import { sceneFor } from "./random_scenes.ts";
import { heldOut, trainingSpec } from "./splits.ts";
import type { World } from "./world.ts";

/**
 * Training captions of a world.
 *
 * @example
 * ```ts
 * import { Random } from "../../runtime/mod.ts";
 * import { askedCaptions } from "./asked_captions.ts";
 * import { worldOf } from "./world.ts";
 *
 * const asked = askedCaptions(worldOf("nano"));
 * const misses = asked.misses("a red heart", 3, new Random(0));
 * if (misses.length === 0 || misses.includes("a red heart")) throw new Error(`${misses}`);
 * ```
 */
export function askedCaptions(world: World): AskedCaptions {
  return {
    caption: (random) => captionOf(trainingSpec(random, world)),
    misses(caption, most, random) {
      const spec = parseCaption(caption, world);
      const found = Array.from({ length: 2 * most }, () => nearMiss(spec, world, random))
        .flatMap((miss) => heldOut(miss, world) ? [] : [captionOf(miss)]);
      return [...new Set(found)].slice(0, most);
    },
  };
}

/** A picture of just what a caption in one of the six templates says. */
export function truePicture(scenes: EmojiScenes): (caption: string, random: Random) => Picture {
  return (caption, random) => {
    const spec = parseCaption(caption, scenes.world);
    return scenes.draw(sceneFor(spec, scenes.world, random));
  };
}
