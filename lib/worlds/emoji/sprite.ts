/** One small drawing, and the same drawing in shades of one colour. */
import { PALETTE } from "./colors.ts";
import type { Color } from "./scene.ts";
import type { Rgb } from "./world.ts";

/** A square drawing: `size × size × 4` bytes of red, green, blue and (straight) alpha. */
export interface Sprite {
  /** Width and height, in pixels. */
  readonly size: number;
  /** Row by row, 0–255. */
  readonly rgba: Uint8Array;
}

/**
 * The drawing in shades of one colour: its middle luminance becomes the palette's colour, what was
 * darker or lighter moves towards the dark or the light end of the colour's ramp. Alpha stays.
 */
export function tint(sprite: Sprite, color: Color): Sprite {
  const { dark, light } = rampEnds(color);
  const { middle, spread } = tones(sprite);
  const rgba = new Uint8Array(sprite.rgba);
  for (let i = 0; i < rgba.length; i += 4) {
    const tone = (luminance(sprite.rgba, i) - middle) / spread;
    const shade = tone < 0
      ? mix(PALETTE[color], dark, Math.min(-tone, 1))
      : mix(PALETTE[color], light, Math.min(tone, 1));
    rgba.set(shade, i);
  }
  return { size: sprite.size, rgba };
}

/** The two ends of a colour's ramp: what a drawing's shadows and its lights become. */
function rampEnds(color: Color): { dark: Rgb; light: Rgb } {
  if (color === "black") return { dark: [6, 6, 8], light: [112, 112, 118] };
  if (color === "white") return { dark: [150, 150, 158], light: [255, 255, 255] };
  const base = PALETTE[color];
  return { dark: mix(base, [0, 0, 0], 0.5), light: mix(base, [255, 255, 255], 0.5) };
}

/** The median luminance of a drawing's opaque pixels, and how far most of them lie from it. */
function tones(sprite: Sprite): { middle: number; spread: number } {
  const values: number[] = [];
  for (let i = 0; i < sprite.rgba.length; i += 4) {
    if (sprite.rgba[i + 3] >= 128) values.push(luminance(sprite.rgba, i));
  }
  values.sort((a, b) => a - b);
  const at = (fraction: number) => values[Math.floor(fraction * (values.length - 1))] ?? 128;
  const middle = at(0.5);
  return { middle, spread: Math.max(middle - at(0.05), at(0.95) - middle, 32) };
}

/** Luma of ITU-R BT.601. */
function luminance(rgba: Uint8Array, i: number): number {
  return 0.299 * rgba[i] + 0.587 * rgba[i + 1] + 0.114 * rgba[i + 2];
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const blend = (i: number) => Math.round(a[i] + (b[i] - a[i]) * share);
  return [blend(0), blend(1), blend(2)];
}
