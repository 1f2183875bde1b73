/** The world's drawings, in the form in which a parser compares them with a picture. */
import { type Color, COLORS } from "../scene.ts";
import type { Sprites } from "../sprites.ts";
import type { Sprite } from "../sprite.ts";
import type { World } from "../world.ts";
import { soften, SOFTENING } from "./contrast.ts";
import type { Box } from "../../../assessment/seen.ts";

/** One colouring of a shape. Its picture on a background b is `paint − alpha · b` above b. */
export interface Tint {
  /** Absent: the drawing's own colours. */
  readonly color?: Color;
  /** `[side, side, 3]`: alpha · colour, softened. */
  readonly paint: Float32Array;
  /** Σ paint², of each channel. */
  readonly paintPaint: readonly number[];
  /** Σ paint · alpha, of each channel. */
  readonly paintAlpha: readonly number[];
}

/** A concept's silhouette in one style and size, and its colourings. */
export interface Shape {
  readonly concept: string;
  /** Width and height of the template: the drawing's, and one pixel more at each edge. */
  readonly side: number;
  /** `[side, side]`: coverage from 0 to 1, softened. */
  readonly alpha: Float32Array;
  /** Σ alpha². */
  readonly alphaAlpha: number;
  /** The opaque part, from the template's corner. */
  readonly box: Box;
  readonly tints: readonly Tint[];
}

/** Every concept in every style, size and colour of the world. */
export function shapesOf(world: World, sprites: Sprites): Shape[] {
  return world.objectSizes.flatMap((size) =>
    world.styles.flatMap((style) =>
      world.concepts.map((concept) => {
        const own = sprites.get(style, concept, undefined, size);
        const side = size + 2 * SOFTENING;
        const alpha = soften(padded(own, (rgba, i) => [rgba[i + 3] / 255]), side, 1);
        return {
          concept,
          side,
          alpha,
          alphaAlpha: dot(alpha, alpha, 0, 1),
          box: opaqueBox(own),
          tints: [undefined, ...COLORS].map((color) =>
            tintOf(sprites.get(style, concept, color, size), alpha, color)
          ),
        };
      })
    )
  );
}

function tintOf(sprite: Sprite, alpha: Float32Array, color: Color | undefined): Tint {
  const straight = (rgba: Uint8Array, i: number) =>
    [0, 1, 2].map((channel) => rgba[i + channel] * rgba[i + 3] / 255);
  const paint = soften(padded(sprite, straight), sprite.size + 2 * SOFTENING, 3);
  return {
    ...(color === undefined ? {} : { color }),
    paint,
    paintPaint: [0, 1, 2].map((channel) => dot(paint, paint, channel, 3)),
    paintAlpha: [0, 1, 2].map((channel) => {
      let sum = 0;
      for (let i = 0; i < alpha.length; i++) sum += alpha[i] * paint[3 * i + channel];
      return sum;
    }),
  };
}

/** The sprite's pixels, as `values` gives them, with an empty pixel around. */
function padded(
  { size, rgba }: Sprite,
  values: (rgba: Uint8Array, i: number) => readonly number[],
): Float32Array {
  const side = size + 2 * SOFTENING;
  const channels = values(rgba, 0).length;
  const out = new Float32Array(side * side * channels);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      out.set(
        values(rgba, (y * size + x) * 4),
        ((y + SOFTENING) * side + x + SOFTENING) * channels,
      );
    }
  }
  return out;
}

function dot(a: Float32Array, b: Float32Array, first: number, step: number): number {
  let sum = 0;
  for (let i = first; i < a.length; i += step) sum += a[i] * b[i];
  return sum;
}

/** Where at least half covers the pixel, one pixel in from the template's corner. */
function opaqueBox({ size, rgba }: Sprite): Box {
  let [x0, y0, x1, y1] = [size, size, -1, -1];
  for (let i = 0; i < size * size; i++) {
    if (rgba[4 * i + 3] < 128) continue;
    const x = i % size, y = Math.floor(i / size);
    [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
  }
  return { x: x0 + SOFTENING, y: y0 + SOFTENING, width: x1 - x0 + 1, height: y1 - y0 + 1 };
}
