/** What linear probes read from the features of single patches of scenes. */
import type { Encodes } from "../../../evaluation/abilities.ts";
import { probePatches } from "../../../evaluation/probes.ts";
import type { Device } from "../../../runtime/mod.ts";
import type { PictureTokenizer } from "../../../vision/mod.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import { COLORS } from "../scene.ts";
import { labelledScenes } from "./labelled_scenes.ts";

/** What linear probes read from the features of single patches, as shares from 0 to 1. */
export interface ProbeScores {
  /** Which concept stands in the patch of an object's centre. */
  readonly concept: number;
  /** Its colour, of those that are tinted. */
  readonly color: number;
  /** Whether a patch has an object's centre in it at all: where objects stand. */
  readonly position: number;
}

const POSITIONS = ["nothing", "object"];

/**
 * Probes what a model reads of pictures that were never trained on; two thirds of them fit the probes.
 */
export function evaluateProbes(
  tokenizer: Encodes & Pick<PictureTokenizer, "config"> & { readonly device: Device },
  scenes: EmojiScenes,
  { pictures, seed }: { pictures: number; seed: number },
): Promise<ProbeScores> {
  return Promise.try(() => {
    const labelled = labelledScenes(scenes, tokenizer, { pictures, seed, name: "probes" }, {
      concept: (object) => object?.concept,
      color: (object) => object?.color,
      position: (object) => POSITIONS[object ? 1 : 0],
    });
    const classes = { concept: scenes.world.concepts, color: COLORS, position: POSITIONS };
    return probePatches(tokenizer, labelled, { classes, seed });
  });
}
