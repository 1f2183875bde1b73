/**
 * The worlds that pictures are drawn from: what there is, where it may stand, how large it is.
 */
import type { Preset } from "../../vision/presets.ts";
import { CONCEPTS } from "./concepts.ts";

/** Red, green and blue, 0–255. */
export type Rgb = readonly [number, number, number];

/** How things are drawn: the name of an emoji set. */
export type Style = "fluent-flat" | "noto" | "fluent-3d";

/** The drawing styles: each is one emoji set. */
export const STYLES = ["fluent-flat", "noto", "fluent-3d"] as const satisfies Style[];

/** A plain background. */
export interface Background {
  /** By which scenes and instructions name it. */
  readonly name: string;
  /** Of every pixel. */
  readonly rgb: Rgb;
}

/** A closed little world of pictures. */
export interface World {
  /** Such as "nano". */
  readonly name: string;
  /** Singular names of what may be shown. */
  readonly concepts: readonly string[];
  /** In which its things are drawn. */
  readonly styles: readonly Style[];
  /** On which they stand. */
  readonly backgrounds: readonly Background[];
  /** Width and height of every picture, in pixels. */
  readonly pictureSize: 64;
  /** Tokens a side. */
  readonly grid: number;
  /** Where centres may stand, along either axis, in pixels; the lattice of the token grid. */
  readonly lattice: readonly number[];
  /** The sizes that objects come in, in pixels; even, so that a centre is a whole pixel. */
  readonly objectSizes: readonly number[];
  /** How far a centre may stray from the lattice along either axis, in pixels. */
  readonly jitter: number;
  /** The fewest empty pixels between the squares of two objects, along x or along y. */
  readonly gap: number;
}

const BACKGROUNDS: readonly Background[] = [
  { name: "sky", rgb: [132, 192, 236] },
  { name: "mint", rgb: [140, 218, 170] },
  { name: "lilac", rgb: [192, 166, 226] },
  { name: "sand", rgb: [212, 194, 150] },
  { name: "gray", rgb: [156, 158, 162] },
  { name: "clay", rgb: [202, 152, 132] },
];

const concepts = Object.keys(CONCEPTS);

const SMALL: World = {
  name: "small",
  concepts,
  styles: STYLES,
  backgrounds: BACKGROUNDS,
  pictureSize: 64,
  grid: 4,
  lattice: [8, 24, 40, 56],
  objectSizes: [12, 14],
  jitter: 0,
  gap: 1,
};

/** The worlds that models of a preset learn. `base` is of `small`'s, for a larger model. */
export const WORLDS: Readonly<Record<Preset, World>> = {
  nano: {
    name: "nano",
    concepts: concepts.slice(0, 12),
    styles: ["fluent-flat"],
    backgrounds: BACKGROUNDS.slice(0, 3),
    pictureSize: 64,
    grid: 4,
    lattice: [8, 24, 40, 56],
    objectSizes: [14],
    jitter: 0,
    gap: 1,
  },
  small: SMALL,
  base: SMALL,
};

/**
 * The world of a preset.
 *
 * @throws {RangeError} for a preset that is not in `WORLDS`.
 *
 * @example
 * ```ts
 * import { worldOf } from "./world.ts";
 *
 * if (worldOf("nano").concepts.length !== 12) throw new Error("Expected twelve concepts");
 * ```
 */
export function worldOf(preset: string): World {
  if (Object.hasOwn(WORLDS, preset)) return WORLDS[preset as Preset];
  throw new RangeError(
    `Expected a preset that is one of ${Object.keys(WORLDS).join(", ")}, but found "${preset}"`,
  );
}
