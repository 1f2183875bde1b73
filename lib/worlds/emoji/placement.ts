/** Where objects may stand: on the lattice of the token grid, apart from each other. */
import type { Box } from "../../assessment/seen.ts";
import type { Random } from "../../runtime/random.ts";
import type { World } from "./world.ts";

/** The square of an object: its centre and its side, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** The square that an object is drawn in. */
export function boxOf({ x, y, size }: Place): Box {
  return { x: x - size / 2, y: y - size / 2, width: size, height: size };
}

/** Whether two squares leave `world.gap` empty pixels between them, so that drawings never touch. */
export function apart(a: Place, b: Place, world: World): boolean {
  const distance = Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y));
  return distance >= (a.size + b.size) / 2 + world.gap;
}

/** For sorting: row by row from above, each from the left, as a picture's tokens come. */
export function inReadingOrder(a: Place, b: Place): number {
  return a.y - b.y || a.x - b.x;
}

/** A lattice point, by its column and row, with the world's jitter. */
export function placeAt(column: number, row: number, size: number, world: World, random: Random) {
  const stray = () => random.integer(2 * world.jitter + 1) - world.jitter;
  return { x: world.lattice[column] + stray(), y: world.lattice[row] + stray(), size };
}

/**
 * `count` random places, all apart, for which `accept` holds.
 *
 * @throws {RangeError} where none are found.
 */
export function placesApart(
  count: number,
  world: World,
  random: Random,
  accept: (places: readonly Place[]) => boolean = () => true,
): Place[] {
  for (let attempt = 0; attempt < 10_000; attempt++) {
    const places = Array.from({ length: count }, () => anyPlace(world, random));
    const free = places.every((a, i) => places.slice(0, i).every((b) => apart(a, b, world)));
    if (free && accept(places)) return places;
  }
  throw new RangeError(
    `Expected room for ${count} objects in the ${world.name} world, but found none`,
  );
}

function anyPlace(world: World, random: Random): Place {
  const column = random.integer(world.lattice.length), row = random.integer(world.lattice.length);
  return placeAt(column, row, random.pick(world.objectSizes), world, random);
}
