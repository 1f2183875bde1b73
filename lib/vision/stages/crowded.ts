/** The pictures that tokenizers learn from: crowded and colourful, so that a patch is seldom empty. */
import type { EmojiScenes } from "../../worlds/emoji/emoji_scenes.ts";
import type { Picture } from "../../data/picture.ts";
import { randomScene } from "../../worlds/emoji/random_scenes.ts";
import type { Scene } from "../../worlds/emoji/scene.ts";
import type { Random } from "../../runtime/mod.ts";

const CROWDED = { objects: 6, tinted: 0.9 } as const;

/** So many scenes, with as many objects as there is room for, but no more than six. */
export function crowdedScenes({ world }: EmojiScenes, random: Random, count: number): Scene[] {
  const crowd = { ...CROWDED, objects: Math.min(CROWDED.objects, world.lattice.length ** 2) };
  return Array.from({ length: count }, () => randomScene(world, random, crowd));
}

/** So many such pictures. */
export function crowdedPictures(scenes: EmojiScenes, random: Random, count: number): Picture[] {
  return crowdedScenes(scenes, random, count).map((scene) => scenes.draw(scene));
}
