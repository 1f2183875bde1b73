/**
 * The pictures that tokenizers learn from: colourful and crowded, so that a patch is seldom empty. And
 * those that a visualizer does: as captions ask for them, and stories.
 */
import { type DataSet, endless } from "../../data/data_set.ts";
import type { Picture } from "../../data/picture.ts";
import type { Random } from "../../runtime/random.ts";
import type { CaptionedView, PictureToDraw, TokenizerSources } from "../../vision/mod.ts";
import { describe } from "./describe.ts";
import type { EmojiScenes } from "./emoji_scenes.ts";
import { randomScene } from "./random_scenes.ts";
import type { Scene } from "./scene.ts";
import { randomStory } from "./stories/stories.ts";
import type { StoryPart } from "./stories/story.ts";

/** Most kinds of object are tinted ones, and most patches background: colourful, full pictures. */
const CAPTIONED = { objects: 4, tinted: 0.8 } as const;

const CROWDED = { objects: 6, tinted: 0.9 } as const;

/**
 * Endless pictures for a tokenizer: described ones, in two styles each where the world has several,
 * and crowded ones.
 *
 * @param enlarge how many times larger than the world's pictures the tokenizer draws; default 1
 *
 * @example
 * ```ts
 * import { emojiScenes } from "./emoji_scenes.ts";
 * import { tokenizerSources } from "./tokenizer_sources.ts";
 *
 * const { captioned, pictures } = tokenizerSources(await emojiScenes(), { enlarge: 2 });
 * const { caption } = await captioned.at(7);
 * const { picture, enlarged } = await pictures.at(7);
 * if (caption === "" || enlarged?.width !== 2 * picture.width) throw new Error(caption);
 * ```
 */
export function tokenizerSources(
  scenes: EmojiScenes,
  { enlarge = 1 }: { readonly enlarge?: number } = {},
): TokenizerSources {
  const { world, seed } = scenes;
  const crowd = { ...CROWDED, objects: Math.min(CROWDED.objects, world.lattice.length ** 2) };
  const crowded = (random: Random): Scene => randomScene(world, random, crowd);
  let large: Promise<EmojiScenes> | undefined;
  return {
    captioned: endless(seed, "captioned", (random): CaptionedView => {
      const { picture, scene, description: caption } = scenes.reading(random, CAPTIONED);
      if (world.styles.length === 1) return { picture, caption };
      return { picture, caption, again: inAnotherStyle(scenes, scene, random) };
    }),
    pictures: endless(
      seed,
      "crowded",
      enlarge === 1
        ? (random): PictureToDraw => ({ picture: scenes.draw(crowded(random)) })
        : async (random) => {
          const scene = crowded(random);
          const enlarged = (await (large ??= scenes.enlarged(enlarge))).draw(scene);
          return { picture: scenes.draw(scene), enlarged };
        },
    ),
  };
}

/**
 * Endless pictures with captions for a visualizer: half of stories, which have three and four things more
 * often, and some alike; the others of what captions ask for, and some of what is there to be read.
 *
 * @example
 * ```ts
 * import { emojiScenes } from "./emoji_scenes.ts";
 * import { visualizerSource } from "./tokenizer_sources.ts";
 *
 * const { picture, caption } = await visualizerSource(await emojiScenes()).at(7);
 * if (caption === "" || picture.width !== 64) throw new Error(caption);
 * ```
 */
export function visualizerSource(scenes: EmojiScenes): DataSet<CaptionedView> {
  return endless(scenes.seed, "visualizer", (random) => {
    const draw = random.uniform();
    if (draw < 0.35) {
      const { picture, caption } = scenes.caption(random);
      return { picture, caption };
    }
    if (draw < 0.5) {
      const { picture, description: caption } = scenes.reading(random);
      return { picture, caption };
    }
    const { scene } = random.pick(randomStory(scenes.world, random).parts.filter(hasScene));
    return { picture: scenes.draw(scene), caption: describe(scene, scenes.world, random) };
  });
}

function hasScene(part: StoryPart): part is Required<StoryPart> {
  return part.scene !== undefined;
}

function inAnotherStyle(scenes: EmojiScenes, scene: Scene, random: Random): Picture {
  const others = scenes.world.styles.filter((style) => style !== scene.style);
  return scenes.draw({ ...scene, style: random.pick(others) });
}
