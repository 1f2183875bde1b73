/** How an encoder sees an emoji: on a plain background, a little different each time. */
import type { Random } from "../../runtime/random.ts";
import { type Picture, pictureOf } from "../../data/picture.ts";
import type { Sprite } from "./sprite.ts";

/** Red, green and blue around an emoji. */
const BACKGROUND = 128;
/** The emoji's width and height, as a share of the picture's. */
const SHARE = 7 / 8;

/** How a view differs from the plain one. */
interface View {
  readonly scale: number;
  /** Clockwise, in radians. */
  readonly angle: number;
  /** To the right and down, in pixels. */
  readonly shift: readonly [number, number];
  /** What red, green and blue are multiplied by. */
  readonly gains: readonly [number, number, number];
  /** How much of its colour it lost: 0 to 1. */
  readonly gray: number;
}

const PLAIN: View = { scale: 1, angle: 0, shift: [0, 0], gains: [1, 1, 1], gray: 0 };

/** The emoji in the middle of a picture, as large as its drawing, on gray. */
export function plainView(sprite: Sprite): Picture {
  return render(sprite, PLAIN);
}

/** The emoji moved, turned, scaled and coloured a little, as the random numbers will have it. */
export function randomView(sprite: Sprite, random: Random): Picture {
  const within = (range: number) => (2 * random.uniform() - 1) * range;
  return render(sprite, {
    scale: 1 + within(0.08),
    angle: within(0.08),
    shift: [within(2), within(2)],
    gains: [1 + within(0.15), 1 + within(0.15), 1 + within(0.15)],
    gray: 0.3 * random.uniform(),
  });
}

function render({ size, rgba }: Sprite, { scale, angle, shift, gains, gray }: View): Picture {
  const data = new Uint8Array(size * size * 3);
  const middle = (size - 1) / 2;
  const cos = Math.cos(angle) / (SHARE * scale);
  const sin = Math.sin(angle) / (SHARE * scale);
  const sum = new Float64Array(4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = [x - middle - shift[0], y - middle - shift[1]];
      blend(rgba, size, cos * u + sin * v + middle, cos * v - sin * u + middle, sum);
      const [red, green, blue, alpha] = sum;
      const luminance = 0.299 * red + 0.587 * green + 0.114 * blue;
      const at = 3 * (y * size + x);
      for (let i = 0; i < 3; i++) {
        const color = gains[i] * (sum[i] + gray * (luminance - sum[i]));
        data[at + i] = Math.max(0, Math.min(255, color + (1 - alpha) * BACKGROUND));
      }
    }
  }
  return pictureOf({ width: size, height: size, data });
}

/** Red, green and blue times alpha, and alpha from 0 to 1, between four pixels. */
function blend(rgba: Uint8Array, size: number, x: number, y: number, sum: Float64Array): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  sum.fill(0);
  for (
    const [column, row] of [[left, top], [left + 1, top], [left, top + 1], [left + 1, top + 1]]
  ) {
    if (column < 0 || row < 0 || column >= size || row >= size) continue;
    const at = 4 * (row * size + column);
    const weight = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row)) * rgba[at + 3] / 255;
    for (let i = 0; i < 3; i++) sum[i] += weight * rgba[at + i];
    sum[3] += weight;
  }
}
