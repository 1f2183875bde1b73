/** Explains what is seen in a picture as drawings, one after another. */
import type { Box } from "../../../assessment/seen.ts";
import type { Field } from "./field.ts";
import { bestMatch, likenessesAt, type Match } from "./match.ts";
import { boxOf, type Region, regionsOf } from "./regions.ts";
import type { Shape } from "./templates.ts";

/** Regions of fewer pixels are specks. */
const SPECK = 16;
/** More than this share of what is seen may not be left open by a drawing that is taken out. */
const LIKENESS = 0.6;
/** More objects than this are not looked for. */
const MOST = 24;
/** The places in a large region that are looked at, about … */
const PLACES = 100;
/** … and the best of them closely. */
const CLOSELY = 6;

/** Drawings that were found, and regions that resemble none. */
export interface Explanation {
  readonly matches: readonly Match[];
  readonly strangers: readonly Region[];
}

/**
 * Matches the largest region, takes the drawing out of the field, and goes on with what is left: so
 * objects that touch come apart. `mask` says where something is visible.
 */
export function explain(field: Field, mask: Uint8Array, shapes: readonly Shape[]): Explanation {
  const matches: Match[] = [];
  const strangers: Region[] = [];
  const open = Uint8Array.from(mask);
  let left = field;
  while (matches.length + strangers.length < MOST) {
    const region = firstRegion(open, field.side, largest(shapes));
    if (region === undefined) break;
    const match = matchIn(left, region, shapes);
    if (match === undefined || match.unexplained > LIKENESS) {
      strangers.push(region);
      for (const pixel of region.pixels) open[pixel] = 0;
    } else {
      matches.push(match);
      left = left.without(match.shape, match.tint, match.x, match.y);
      clear(open, field.side, match);
    }
  }
  return { matches, strangers };
}

/**
 * The matches again, the last and least certain first, each with all that touch it taken out of the
 * field, so that a neighbour's edge does not count against it.
 */
export function reconsider(field: Field, matches: readonly Match[], shapes: readonly Shape[]) {
  const settled = [...matches];
  for (let i = settled.length - 1; i >= 0; i--) {
    const neighbours = settled.filter((other, j) => j !== i && touch(settled[i], other));
    if (neighbours.length === 0) continue;
    const alone = neighbours.reduce(
      (rest, { shape, tint, x, y }) => rest.without(shape, tint, x, y),
      field,
    );
    const near = likenessesAt(alone, shapes, centre(squareOf(settled[i])), 2);
    settled[i] = bestMatch(alone, near) ?? settled[i];
  }
  return settled;
}

/** The square that a match's template covers. */
export function squareOf({ shape, x, y }: Match): Box {
  return { x, y, width: shape.side, height: shape.side };
}

/** Empty pixels between two boxes, along the axis on which they are further apart. */
export function gapBetween(a: Box, b: Box): number {
  const x = Math.max(a.x, b.x) - Math.min(a.x + a.width, b.x + b.width);
  const y = Math.max(a.y, b.y) - Math.min(a.y + a.height, b.y + b.height);
  return Math.max(x, y);
}

function touch(a: Match, b: Match): boolean {
  return gapBetween(squareOf(a), squareOf(b)) < 1;
}

function largest(shapes: readonly Shape[]): number {
  return Math.max(...shapes.map(({ side }) => side));
}

/** The largest region, with those that fit with it into one object: a drawing may have parts. */
function firstRegion(mask: Uint8Array, side: number, reach: number): Region | undefined {
  const [first, ...others] = regionsOf(mask, side, SPECK / 4);
  if (first === undefined) return undefined;
  const region = others.reduce((whole: Region, part) => {
    const pixels = [...whole.pixels, ...part.pixels];
    const box = boxOf(pixels, side);
    return Math.max(box.width, box.height) <= reach ? { pixels, box } : whole;
  }, first);
  return region.pixels.length < SPECK ? undefined : region;
}

function matchIn(field: Field, { box }: Region, shapes: readonly Shape[]): Match | undefined {
  const reach = largest(shapes);
  if (Math.max(box.width, box.height) <= reach + 2) {
    return bestMatch(field, likenessesAt(field, shapes, centre(box), 1));
  }
  const places = centresIn(box, reach / 3).map((place) => ({
    place,
    unexplained: Math.min(
      ...likenessesAt(field, shapes, place, 0).map(({ unexplained }) => unexplained),
    ),
  }));
  const matches = places.sort((a, b) => a.unexplained - b.unexplained).slice(0, CLOSELY)
    .flatMap(({ place }) => bestMatch(field, likenessesAt(field, shapes, place, 1)) ?? []);
  return matches.sort((a, b) => a.unexplained - b.unexplained)[0];
}

/**
 * Points of a box that are at least `inset` from its edges, along each axis: every second one, or as
 * many as there are to be looked at.
 */
function centresIn(box: Box, inset: number): [number, number][] {
  const room = (length: number) => Math.max(0, length - 2 * inset);
  const step = Math.max(2, Math.ceil(Math.sqrt(room(box.width) * room(box.height) / PLACES)));
  const along = (start: number, length: number) =>
    Array.from(
      { length: Math.floor(room(length) / step) + 1 },
      (_, i) => room(length) === 0 ? start + length / 2 : start + inset + step * i,
    );
  return along(box.x, box.width).flatMap((x) =>
    along(box.y, box.height).map((y): [number, number] => [x, y])
  );
}

function centre({ x, y, width, height }: Box): [number, number] {
  return [x + width / 2, y + height / 2];
}

function clear(mask: Uint8Array, side: number, { shape, x, y }: Match): void {
  for (let v = y; v < y + shape.side; v++) mask.fill(0, v * side + x, v * side + x + shape.side);
}
