/** Which drawing a part of a picture resembles most. */
import type { Rgb } from "../data/world.ts";
import type { Field } from "./field.ts";
import type { Shape, Tint } from "./templates.ts";

/** The likenesses that are compared once more … */
const FINALISTS = 8;
/** … of which so many may be of one concept, in different styles or sizes … */
const OF_ONE_CONCEPT = 2;
/** … and in how many tints. */
const TINTS = 3;

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

/** The best likeness at a place. */
export interface Match extends Likeness {
  /**
   * How much of it there is in a mixture of it and the nearest drawing of another concept: 1 for
   * itself, ½ for what lies in the middle between the two.
   */
  readonly share: number;
}

/** The best likeness of each shape in its likeliest tint, up to `reach` pixels from a centre. */
export function likenessesAt(
  field: Field,
  shapes: readonly Shape[],
  [centreX, centreY]: readonly [number, number],
  reach: number,
): Likeness[] {
  return shapes.flatMap((shape) => {
    const x = Math.round(centreX - shape.side / 2), y = Math.round(centreY - shape.side / 2);
    return around(field, shape, x, y, reach, 1);
  });
}

/**
 * The best of the likenesses, after the finalists were compared in more tints, up to a pixel from their
 * places.
 */
export function bestMatch(field: Field, likenesses: readonly Likeness[]): Match | undefined {
  const finalists = bestOfEachConcept(likenesses, OF_ONE_CONCEPT).slice(0, FINALISTS)
    .flatMap(({ shape, x, y }) => around(field, shape, x, y, 1, TINTS));
  const [best, ...others] = bestOfEachConcept(finalists, 1);
  if (best === undefined) return undefined;
  return { ...best, share: Math.min(1, ...others.map((other) => shareOf(best, other, field.rgb))) };
}

/** The shape's best place and tint, within `reach` of a corner, if that is inside the field. */
function around(
  field: Field,
  shape: Shape,
  left: number,
  top: number,
  reach: number,
  tints: number,
): Likeness[] {
  const best: Likeness[] = [];
  const last = field.side - shape.side;
  for (let y = Math.max(0, top - reach); y <= Math.min(last, top + reach); y++) {
    for (let x = Math.max(0, left - reach); x <= Math.min(last, left + reach); x++) {
      const covered = field.silhouette(shape, x, y);
      const seen = field.energy(x, y, shape.side) + 1;
      for (const tint of field.nearestTints(shape, covered, tints)) {
        const { shifted: change, shift } = field.compare(shape, tint, x, y, covered);
        if (best.length > 0 && change >= best[0].change) continue;
        best[0] = { shape, tint, x, y, shift, change, unexplained: 1 + change / seen };
      }
    }
  }
  return best;
}

/** The likenesses that take most out of the field, best first, and at most `count` of a concept. */
function bestOfEachConcept(likenesses: readonly Likeness[], count: number): Likeness[] {
  const counts = new Map<string, number>();
  return [...likenesses].sort((a, b) => a.change - b.change).filter(({ shape: { concept } }) => {
    const earlier = counts.get(concept) ?? 0;
    counts.set(concept, earlier + 1);
    return earlier < count;
  });
}

/**
 * For what is seen, X, and two drawings A and B: the λ for which λ A + (1 − λ) B is nearest to X,
 * λ = ½ + ½ (‖X − B‖² − ‖X − A‖²) / ‖A − B‖².
 */
function shareOf(a: Likeness, b: Likeness, background: Rgb): number {
  return 0.5 + 0.5 * (b.change - a.change) / squaredDistance(a, b, background);
}

/** ‖A − B‖² for two drawings, each at its place. */
function squaredDistance(a: Likeness, b: Likeness, background: Rgb): number {
  const x0 = Math.min(a.x, b.x), x1 = Math.max(a.x + a.shape.side, b.x + b.shape.side);
  const y0 = Math.min(a.y, b.y), y1 = Math.max(a.y + a.shape.side, b.y + b.shape.side);
  let sum = 0;
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      for (let c = 0; c < 3; c++) {
        sum += (valueAt(a, x, y, c, background) - valueAt(b, x, y, c, background)) ** 2;
      }
    }
  }
  return sum;
}

/** The drawing's difference from the background at a pixel of the field. */
function valueAt(likeness: Likeness, x: number, y: number, channel: number, background: Rgb) {
  const { shape, tint, shift } = likeness;
  const u = x - likeness.x, v = y - likeness.y;
  if (u < 0 || v < 0 || u >= shape.side || v >= shape.side) return 0;
  const i = v * shape.side + u;
  return tint.paint[3 * i + channel] + shape.alpha[i] * (shift[channel] - background[channel]);
}
