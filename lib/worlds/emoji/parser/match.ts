/** Which drawing a part of a picture resembles most. */
import type { Color } from "../scene.ts";
import type { Field } from "./field.ts";
import { leastShares, type Likeness, type Shares } from "./rivalry.ts";
import type { Shape } from "./templates.ts";

/** The shapes that are tried at all places around a centre, of those most like at the centre. */
const LIKELY = 48;
/** The likenesses that are compared once more … */
const FINALISTS = 8;
/** … those among them that may be of one concept, in different styles or sizes … */
const OF_ONE_CONCEPT = 2;
/** … and in how many tints. */
const TINTS = 3;
/** A colour must explain all but this share of what is seen. */
const UNCOLORED = 0.25;

/** The best likeness at a place. */
export interface Match extends Likeness {
  /** How much of it there is, rather than of any other concept. */
  readonly shares: Shares;
  /** The colour whose tint is nearest pixel by pixel, without any shift, if one is near. */
  readonly color?: Color;
}

/** The best likeness of each likely shape in its likeliest tint, up to `reach` from a centre. */
export function likenessesAt(
  field: Field,
  shapes: readonly Shape[],
  [centreX, centreY]: readonly [number, number],
  reach: number,
): Likeness[] {
  const look = (shape: Shape, distance: number) => {
    const x = Math.round(centreX - shape.side / 2), y = Math.round(centreY - shape.side / 2);
    return around(field, shape, x, y, distance, 1);
  };
  if (reach === 0 || shapes.length <= LIKELY) return shapes.flatMap((shape) => look(shape, reach));
  return shapes.flatMap((shape) => look(shape, 0)).sort((a, b) => a.change - b.change)
    .slice(0, LIKELY).flatMap(({ shape }) => look(shape, reach));
}

/**
 * The best of the likenesses, after the finalists were compared in more tints, up to a pixel from
 * their places.
 */
export function bestMatch(field: Field, likenesses: readonly Likeness[]): Match | undefined {
  const finalists = bestOfEachConcept(likenesses, OF_ONE_CONCEPT).slice(0, FINALISTS)
    .flatMap(({ shape, x, y }) => around(field, shape, x, y, 1, TINTS));
  const [best, ...others] = bestOfEachConcept(finalists, 1);
  if (best === undefined) return undefined;
  return {
    ...best,
    shares: leastShares(field, best, others),
    color: colorOf(field, best),
  };
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

function colorOf(field: Field, { shape, x, y }: Likeness): Color | undefined {
  const covered = field.silhouette(shape, x, y);
  const [nearest] = shape.tints.filter(({ color }) => color !== undefined)
    .map((tint) => ({ tint, change: field.compare(shape, tint, x, y, covered).exact }))
    .sort((a, b) => a.change - b.change);
  const unexplained = 1 + nearest.change / (field.energy(x, y, shape.side) + 1);
  return unexplained < UNCOLORED ? nearest.tint.color : undefined;
}
