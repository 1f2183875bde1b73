/** Telling a drawing from a mixture of two, and from one put together out of two halves. */
import type { Rgb } from "../world.ts";
import type { Field } from "./field.ts";
import type { Shape, Tint } from "./templates.ts";

/** A drawing at a place. */
export interface Likeness {
  readonly shape: Shape;
  readonly tint: Tint;
  /** The corner of the shape's template in the field. */
  readonly x: number;
  readonly y: number;
  /** By how much its colour as a whole is moved, per channel, to fit. */
  readonly shift: Rgb;
  /** What taking it out of the field changes; see `Field.compare`. */
  readonly change: number;
  /** The share of what is seen here that it leaves unexplained: 0 is a perfect likeness. */
  readonly unexplained: number;
}

/**
 * For what is seen, X, and two drawings A and B: the λ for which λ A + (1 − λ) B is nearest to X,
 *
 *     λ = ½ + ½ (‖X − B‖² − ‖X − A‖²) / ‖A − B‖²
 *
 * 1 where X is A, ½ where it lies in the middle between A and B, 0 where it is B.
 */
export interface Shares {
  /** λ over both drawings. */
  readonly whole: number;
  /** The least λ over their upper, lower, left and right halves. */
  readonly half: number;
}

/** A half in which two drawings differ by less than this share of their difference tells nothing. */
const TELLING = 0.2;

/** The least shares of a drawing against any of its rivals. */
export function leastShares(field: Field, best: Likeness, rivals: readonly Likeness[]): Shares {
  const shares = rivals.map((rival) => sharesOf(field, best, rival));
  return {
    whole: Math.min(1, ...shares.map(({ whole }) => whole)),
    half: Math.min(1, ...shares.map(({ half }) => half)),
  };
}

function sharesOf(field: Field, a: Likeness, b: Likeness): Shares {
  const x0 = Math.min(a.x, b.x), x1 = Math.max(a.x + a.shape.side, b.x + b.shape.side);
  const y0 = Math.min(a.y, b.y), y1 = Math.max(a.y + a.shape.side, b.y + b.shape.side);
  const nearer = [0, 0, 0, 0], apart = [0, 0, 0, 0];
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const upperOrLower = 2 * y < y0 + y1 ? 0 : 1, leftOrRight = 2 * x < x0 + x1 ? 2 : 3;
      for (let c = 0; c < 3; c++) {
        const seen = field.difference[(y * field.side + x) * 3 + c];
        const drawnA = valueAt(a, x, y, c, field.rgb), drawnB = valueAt(b, x, y, c, field.rgb);
        const gain = (seen - drawnB) ** 2 - (seen - drawnA) ** 2;
        nearer[upperOrLower] += gain;
        nearer[leftOrRight] += gain;
        apart[upperOrLower] += (drawnA - drawnB) ** 2;
        apart[leftOrRight] += (drawnA - drawnB) ** 2;
      }
    }
  }
  const share = (gain: number, distance: number) => 0.5 + 0.5 * gain / distance;
  const distance = apart[0] + apart[1];
  const halves = nearer.map((gain, i) => apart[i] > TELLING * distance ? share(gain, apart[i]) : 1);
  return { whole: share(nearer[0] + nearer[1], distance), half: Math.min(...halves) };
}

/** The drawing's difference from the background at a pixel of the field. */
function valueAt(likeness: Likeness, x: number, y: number, channel: number, background: Rgb) {
  const { shape, tint, shift } = likeness;
  const u = x - likeness.x, v = y - likeness.y;
  if (u < 0 || v < 0 || u >= shape.side || v >= shape.side) return 0;
  const i = v * shape.side + u;
  return tint.paint[3 * i + channel] + shape.alpha[i] * (shift[channel] - background[channel]);
}
