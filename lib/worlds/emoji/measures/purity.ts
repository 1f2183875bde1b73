/** What single codes mean in a world. */
import { patchPurity } from "../../../evaluation/purity.ts";
import type { PictureTokenizer } from "../../../vision/mod.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import { labelledScenes } from "./labelled_scenes.ts";

/** Shares, from 0 to 1, of the patches with an object's centre whose code tells what stands there. */
export interface Purity {
  /** Of all objects. */
  readonly concept: number;
  /** Of the tinted objects. */
  readonly color: number;
}

/** The purity of codes (`patchPurity`) in pictures that were never trained on. */
export function evaluatePurity(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  { pictures, seed }: { pictures: number; seed: number },
): Promise<Purity> {
  return Promise.try(() =>
    patchPurity(
      tokenizer,
      labelledScenes(scenes, tokenizer, { pictures, seed, name: "purity" }, {
        concept: (object) => object?.concept,
        color: (object) => object?.color,
      }),
    )
  );
}
