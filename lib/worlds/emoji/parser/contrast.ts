/** A picture as its difference from its own background: what stands in it, and how strongly. */
import type { Picture } from "../../../data/picture.ts";
import type { Rgb, World } from "../world.ts";

/** Empty pixels around the picture, so that an object at the edge can be compared like any other. */
export const MARGIN = 4;

/** How often the softening filter is applied; each time carries an edge one pixel further. */
export const SOFTENING = 2;

/** A difference from the background that counts as something, in RGB units (Euclidean). */
const VISIBLE = 30;

/** The softened picture less its background, with a margin of zeros around it. */
export interface Contrast {
  /** Width and height including both margins. */
  readonly side: number;
  /** `[side, side, 3]`: softened colour − background. */
  readonly difference: Float32Array;
  /** `[side, side]`: 1 where something stands. */
  readonly mask: Uint8Array;
  /** The background's colour in this picture. */
  readonly rgb: Rgb;
  /** The name of the world's background nearest to it. */
  readonly background: string;
}

/**
 * The contrast of a square picture with its background: the colour that most of it has, the median
 * of each channel. Both pictures and templates are softened by the same 3 × 3 binomial filter, which
 * takes most noise away and makes a slightly blurred drawing look like a sharp one.
 */
export function contrastOf(picture: Picture, world: World): Contrast {
  const size = picture.width;
  const side = size + 2 * MARGIN;
  const rgb = backgroundColor(picture);
  const raw = new Float32Array(side * side * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size * 3; x++) {
      const to = ((y + MARGIN) * side + MARGIN) * 3 + x;
      raw[to] = picture.data[y * size * 3 + x] - rgb[x % 3];
    }
  }
  const difference = soften(raw, side, 3);
  return {
    side,
    difference,
    mask: visible(soften(raw, side, 3, 1)),
    rgb,
    background: nearestBackground(rgb, world),
  };
}

/** 1 for each pixel whose difference is visible. */
export function visible(difference: Float32Array): Uint8Array {
  const mask = new Uint8Array(difference.length / 3);
  for (let i = 0; i < mask.length; i++) {
    const r = difference[3 * i], g = difference[3 * i + 1], b = difference[3 * i + 2];
    if (r * r + g * g + b * b > VISIBLE ** 2) mask[i] = 1;
  }
  return mask;
}

/**
 * The 3 × 3 binomial filter ([1 2 1] / 4 along rows and columns), applied `times`, on
 * `[side, side, channels]` with at least as many columns of zeros at its edges.
 */
export function soften(
  values: Float32Array,
  side: number,
  channels: number,
  times = SOFTENING,
): Float32Array {
  let soft = values;
  for (let i = 0; i < times; i++) soft = along(along(soft, channels), side * channels);
  return soft;
}

function along(values: Float32Array, step: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const before = i < step ? 0 : values[i - step];
    const after = i + step < values.length ? values[i + step] : 0;
    out[i] = (before + 2 * values[i] + after) / 4;
  }
  return out;
}

function backgroundColor({ data }: Picture): Rgb {
  const medians = [0, 1, 2].map((channel) => {
    const counts = new Uint32Array(256);
    for (let i = channel; i < data.length; i += 3) counts[data[i]]++;
    let left = data.length / 6;
    return counts.findIndex((count) => (left -= count) <= 0);
  });
  return [medians[0], medians[1], medians[2]];
}

function nearestBackground(rgb: Rgb, world: World): string {
  const distance = (other: Rgb) => Math.hypot(...rgb.map((value, i) => value - other[i]));
  return world.backgrounds.reduce((best, one) =>
    distance(one.rgb) < distance(best.rgb) ? one : best
  )
    .name;
}
