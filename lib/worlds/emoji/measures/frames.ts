/** How well a model continues little animations: are all things in the frames that it draws in place? */
import type { Drawing, Sampled } from "../../../evaluation/abilities.ts";
import { scoreEditing } from "../../../evaluation/editing.ts";
import { ASKED_FRAMES, type AskedFrame, type FrameToDraw } from "../../../recipes/mod.ts";
import { checkNumber, COUNT, Random } from "../../../runtime/mod.ts";
import { askedFrame } from "../animations.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import type { SceneParser } from "../parser/scene_parser.ts";
import { NEAR } from "./editing.ts";

/** Draws frames of animations, such as a `PictureModel`. */
export interface DrawsFrames<Options extends Sampled = Sampled> {
  /** A drawing of each frame, in order. */
  framesAll(items: readonly FrameToDraw[], options?: Options): Promise<Drawing[]>;
}

/** Of each frame that is asked for the share that is right: all things are there, and nothing else. */
export type FrameScores = Readonly<Record<AskedFrame, number>>;

/**
 * Has the next, the previous and a missing frame drawn of `frames` animations each that nothing was
 * trained on, and parses them beside the true ones.
 *
 * @throws RangeError where `frames` is no count
 */
export async function evaluateFrames<Options extends Sampled>(
  model: DrawsFrames<Options>,
  scenes: EmojiScenes,
  parser: SceneParser,
  { frames, ...options }: { frames: number; seed: number } & Options,
): Promise<FrameScores> {
  checkNumber("frames", frames, COUNT);
  const random = new Random(options.seed, "evaluated frames");
  const items = ASKED_FRAMES.flatMap((asked) =>
    Array.from({ length: frames }, () => {
      return { asked, ...askedFrame(asked, scenes.animation(random).pictures, random) };
    })
  );
  const drawn = await model.framesAll(items, options as unknown as Options);
  const seen = items.map(({ asked, wanted }, i) => ({
    asked,
    // As if all had been added to an empty picture.
    before: { objects: [] },
    wanted: parser.parse(wanted),
    edited: parser.parse(drawn[i].picture),
  }));
  const share = (asked: AskedFrame) =>
    scoreEditing(seen.filter((one) => one.asked === asked), { near: NEAR }).both;
  return { next: share("next"), previous: share("previous"), missing: share("missing") };
}
