/** The ten colours, tinting a drawing with one, and naming a colour that was seen. */
import { type Color, COLORS } from "./scene.ts";
import type { Sprite } from "./sprites.ts";
import type { Rgb } from "./world.ts";

/** The colour that a tint's middle tones take. */
export const PALETTE: Readonly<Record<Color, Rgb>> = {
  red: [222, 36, 36],
  orange: [250, 134, 10],
  yellow: [252, 222, 30],
  green: [34, 150, 52],
  blue: [34, 86, 222],
  purple: [128, 44, 178],
  pink: [255, 128, 190],
  brown: [122, 70, 34],
  black: [40, 40, 44],
  white: [244, 244, 246],
};

/** The two ends of a colour's ramp: what a drawing's shadows and its lights become. */
function rampEnds(color: Color): { dark: Rgb; light: Rgb } {
  if (color === "black") return { dark: [6, 6, 8], light: [112, 112, 118] };
  if (color === "white") return { dark: [150, 150, 158], light: [255, 255, 255] };
  const base = PALETTE[color];
  return { dark: mix(base, [0, 0, 0], 0.5), light: mix(base, [255, 255, 255], 0.5) };
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

/**
 * The palette colour nearest to an RGB colour, by distance in OKLab (Ottosson 2020), where equal
 * distances look equally different.
 *
 * @example
 * ```ts
 * import { nearestColor } from "./colors.ts";
 *
 * if (nearestColor([200, 20, 30]) !== "red") throw new Error("Expected red");
 * ```
 */
export function nearestColor(rgb: Rgb): Color {
  const seen = oklab(rgb);
  let nearest: Color = "red";
  let least = Infinity;
  for (const color of COLORS) {
    const reference = REFERENCES[color];
    const distance = Math.hypot(...seen.map((value, i) => value - reference[i]));
    if (distance < least) [nearest, least] = [color, distance];
  }
  return nearest;
}

/**
 * A colour in OKLab: lightness, green–red, blue–yellow.
 * https://bottosson.github.io/posts/oklab/
 */
export function oklab([red, green, blue]: Rgb): readonly [number, number, number] {
  const r = linear(red), g = linear(green), b = linear(blue);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const REFERENCES = Object.fromEntries(
  COLORS.map((color) => [color, oklab(PALETTE[color])]),
) as Record<Color, readonly [number, number, number]>;

function linear(value: number): number {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
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
