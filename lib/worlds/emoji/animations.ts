/**
 * Little animations of scenes: frames of which the next, the previous or a missing one can be told
 * from the others (as MetaMorph learns from videos, arXiv 2412.14164). One thing changes a frame;
 * background, style and all else stay.
 */
import type { AskedFrame } from "../../recipes/wording.ts";
import type { Random } from "../../runtime/random.ts";
import { apart, type Place, placeAt, placesApart } from "./placement.ts";
import { randomScene } from "./random_scenes.ts";
import { COLORS, type Scene, type SceneObject } from "./scene.ts";
import { MOST_THINGS } from "./sentence.ts";
import type { World } from "./world.ts";

/**
 * What happens:
 * - move: a thing goes one step of the lattice a frame, always in the same direction;
 * - come: things that are alike fill a row, each where the last one's neighbour to the right is free;
 * - go: the same backwards: of a row of things that are alike the rightmost goes;
 * - tint: a thing takes the next colour of `COLORS` a frame, and the first one after the last.
 */
export const ANIMATIONS = ["move", "come", "go", "tint"] as const satisfies Animation["kind"][];

/** What happens, frame by frame. */
export interface Animation {
  /** As in `ANIMATIONS`. */
  readonly kind: "move" | "come" | "go" | "tint";
  /** Three or four. */
  readonly frames: readonly Scene[];
}

/**
 * A random animation of at most four things, its kind drawn evenly. Two frames, one after the other or
 * with one between them, show what happens and with it every other frame.
 *
 * @throws RangeError for a world whose lattice has less than three points a side, or whose neighbours
 * there would touch
 *
 * @example
 * ```ts
 * import { Random } from "../../runtime/random.ts";
 * import { randomAnimation } from "./animations.ts";
 * import { worldOf } from "./world.ts";
 *
 * const { frames } = randomAnimation(worldOf("nano"), new Random(0));
 * if (frames.length < 3) throw new Error(`Expected three frames or four, but found ${frames.length}`);
 * ```
 */
export function randomAnimation(world: World, random: Random): Animation {
  expectRows(world);
  const length = Math.min(3 + random.integer(2), world.lattice.length);
  const kind = random.pick(ANIMATIONS);
  const frames = { move, come, go, tint }[kind](length, world, random);
  return { kind, frames };
}

/** What is shown of an animation, and what is asked for. */
export interface FrameQuestion<T> {
  /** What is given, in order. */
  readonly shown: readonly T[];
  /** What is to be drawn. */
  readonly wanted: T;
}

/**
 * A frame of an animation to ask for: the last one, given those before it; the first one, given those
 * after it; or one in the middle, given its neighbours.
 */
export function askedFrame<T>(
  asked: AskedFrame,
  frames: readonly T[],
  random: Random,
): FrameQuestion<T> {
  if (asked === "next") return { shown: frames.slice(0, -1), wanted: frames[frames.length - 1] };
  if (asked === "previous") return { shown: frames.slice(1), wanted: frames[0] };
  const at = 1 + random.integer(frames.length - 2);
  return { shown: [frames[at - 1], frames[at + 1]], wanted: frames[at] };
}

type MakeFrames = (length: number, world: World, random: Random) => Scene[];

const move: MakeFrames = (length, world, random) => {
  const scene = randomScene(world, random);
  const path = pathOf(length, random.pick(DIRECTIONS), scene.objects[0].size, world, random);
  const others = besides(path, scene, world, random);
  return path.map((place) => ({
    ...scene,
    objects: [{ ...scene.objects[0], ...place }, ...others],
  }));
};

const come: MakeFrames = (length, world, random) => {
  const objects = 1 + random.integer(MOST_THINGS - length + 1);
  const scene = randomScene(world, random, { objects });
  const path = pathOf(length, RIGHT, scene.objects[0].size, world, random);
  const others = besides(path, scene, world, random);
  const row = path.map((place) => ({ ...scene.objects[0], ...place }));
  return row.map((_, i) => ({ ...scene, objects: [...row.slice(0, i + 1), ...others] }));
};

const go: MakeFrames = (length, world, random) => come(length, world, random).reverse();

const tint: MakeFrames = (length, world, random) => {
  const scene = randomScene(world, random);
  const [first, ...others] = scene.objects;
  const begin = random.integer(COLORS.length);
  return Array.from({ length }, (_, i) => {
    const color = COLORS[(begin + i) % COLORS.length];
    return { ...scene, objects: [{ ...first, color }, ...others] };
  });
};

const RIGHT = { right: 1, down: 0 };
const DIRECTIONS = [RIGHT, { right: -1, down: 0 }, { right: 0, down: 1 }, { right: 0, down: -1 }];

/** `length` places in a line of the lattice, which all stray from it alike. */
function pathOf(
  length: number,
  { right, down }: typeof RIGHT,
  size: number,
  world: World,
  random: Random,
): Place[] {
  const { lattice } = world;
  const begin = (step: number) => {
    if (step === 0) return random.integer(lattice.length);
    const first = random.integer(lattice.length - length + 1);
    return step > 0 ? first : first + length - 1;
  };
  const [column, row] = [begin(right), begin(down)];
  const { x, y } = placeAt(column, row, size, world, random);
  return Array.from({ length }, (_, i) => ({
    x: x + lattice[column + i * right] - lattice[column],
    y: y + lattice[row + i * down] - lattice[row],
    size,
  }));
}

/** All but the first thing of a scene, put where nothing of the path is. */
function besides(
  path: readonly Place[],
  { objects: [_, ...others] }: Scene,
  world: World,
  random: Random,
): SceneObject[] {
  const places = placesApart(
    others.length,
    world,
    random,
    (places) => places.every((place) => path.every((other) => apart(place, other, world))),
  );
  return others.map((object, i) => ({ ...object, ...places[i] }));
}

function expectRows({ name, lattice, objectSizes, gap }: World): void {
  const room = Math.min(...lattice.slice(1).map((at, i) => at - lattice[i]));
  if (lattice.length >= 3 && room >= Math.max(...objectSizes) + gap) return;
  throw new RangeError(
    "Expected three or more points on a side of the lattice, from left to right, whose neighbours " +
      `have room for things apart, but found [${lattice.join(", ")}] in the ${name} world`,
  );
}
