/** The ten colours as they are drawn, and naming a colour that was seen. */
import { type Color, COLORS } from "./scene.ts";
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
