/** Instructions that change a scene, with the scene that they lead to. */
import type { Random } from "../../runtime/random.ts";
import { apart, type Place, placeAt } from "./placement.ts";
import { COLORS, type Scene, type SceneObject } from "./scene.ts";
import { CONCEPTS } from "./concepts.ts";
import { MOST_THINGS } from "./sentence.ts";
import { noun, withArticle } from "./words.ts";
import type { World } from "./world.ts";

/** What an instruction may ask for. */
export const EDIT_KINDS = [
  "remove",
  "recolor",
  "replace",
  "add",
  "move",
  "background",
  "restyle",
] as const;
/** What an instruction asks for, as in `EDIT_KINDS`. */
export type EditKind = typeof EDIT_KINDS[number];

/** An instruction, and the scene after it. */
export interface Edit {
  /** What is asked for. */
  readonly kind: EditKind;
  /** In taught words, such as "make the cat blue". */
  readonly instruction: string;
  /** The scene after it. */
  readonly result: Scene;
  /** Whether what is added may stand elsewhere as well. */
  readonly anywhere?: boolean;
}

/**
 * A random edit of a scene, its kind drawn evenly from those that the scene allows:
 * - remove: "remove the cat", "remove the hearts", where something else stays;
 * - recolor: "make the heart blue", a colour that it does not have;
 * - replace: "replace the cat with a dog", of a kind that is not there, in the same places;
 * - add: "add a red star to the top left", where there is room for it, or "add a star", to the first
 *   place in reading order where there is;
 * - move: "move the cat to the top left", the same;
 * - background: "make the background mint", in worlds of several;
 * - restyle: "draw it in the noto style", in worlds of several styles.
 *
 * "the cat" is said where there is one cat, "the cats" where there are several, and means them all.
 *
 * @param kinds default all
 * @throws {RangeError} for a scene without objects, and for one that allows none of the kinds
 *
 * @example
 * ```ts
 * import { Random } from "../../runtime/random.ts";
 * import { randomEdit } from "./edits.ts";
 * import { worldOf } from "./world.ts";
 *
 * const objects = [{ concept: "cat", x: 8, y: 8, size: 14 }];
 * const scene = { background: "sky", style: "fluent-flat", objects };
 * const kinds = ["recolor", "move"] as const;
 * const { instruction, kind, result } = randomEdit(scene, worldOf("nano"), new Random(0), kinds);
 * if (!instruction.includes("the cat")) throw new Error(instruction);
 * if (kind === "recolor" && result.objects[0].color === undefined) throw new Error("No colour");
 * ```
 */
export function randomEdit(
  scene: Scene,
  world: World,
  random: Random,
  kinds: readonly EditKind[] = EDIT_KINDS,
): Edit {
  if (scene.objects.length === 0) {
    throw new RangeError("Expected a scene with objects to edit, but found none");
  }
  for (const kind of random.shuffle(kinds)) {
    const edited = EDITS[kind](scene, world, random);
    if (edited !== undefined) return { kind, ...edited };
  }
  throw new RangeError("Expected an edit that the scene allows, but found none");
}

type MakeEdit = (scene: Scene, world: World, random: Random) => Omit<Edit, "kind"> | undefined;

const remove: MakeEdit = (scene, _world, random) => {
  const { concept } = random.pick(scene.objects);
  const objects = scene.objects.filter((object) => object.concept !== concept);
  if (objects.length === 0) return undefined;
  const instruction = `remove ${referent(scene, concept)}`;
  return { instruction, result: { ...scene, objects } };
};

const recolor: MakeEdit = (scene, _world, random) => {
  const { concept } = random.pick(scene.objects);
  const worn = scene.objects.filter((object) => object.concept === concept).map((o) => o.color);
  const color = random.pick(COLORS.filter((name) => !worn.includes(name)));
  const paint = (object: SceneObject) => object.concept === concept ? { ...object, color } : object;
  return {
    instruction: `make ${referent(scene, concept)} ${color}`,
    result: { ...scene, objects: scene.objects.map(paint) },
  };
};

const replace: MakeEdit = (scene, world, random) => {
  const { concept } = random.pick(scene.objects);
  const others = world.concepts.filter((other) => scene.objects.every((o) => o.concept !== other));
  if (others.length === 0) return undefined;
  const other = random.pick(others);
  const isOne = scene.objects.filter((object) => object.concept === concept).length === 1;
  const instead = isOne ? withArticle(other) : CONCEPTS[other].plural;
  const turn = (object: SceneObject) => {
    const { color: _, ...rest } = object;
    return object.concept === concept ? { ...rest, concept: other } : object;
  };
  return {
    instruction: `replace ${referent(scene, concept)} with ${instead}`,
    result: { ...scene, objects: scene.objects.map(turn) },
  };
};

const add: MakeEdit = (scene, world, random) => {
  if (scene.objects.length >= MOST_THINGS) return undefined;
  const size = random.pick(world.objectSizes);
  const places = random.uniform() < 0.5 ? random.shuffle(cornersOf(world)) : placesOf(world);
  const free = freePlace(places, scene.objects, size, world, random);
  if (free === undefined) return undefined;
  const { place, name } = free;
  const concept = random.pick(world.concepts);
  const color = random.uniform() < 0.5 ? random.pick(COLORS) : undefined;
  const added = { concept, ...place, ...(color === undefined ? {} : { color }) };
  const instruction = `add ${withArticle(noun(concept, color))}`;
  const result = { ...scene, objects: [...scene.objects, added] };
  return name === undefined
    ? { instruction, result, anywhere: true }
    : { instruction: `${instruction} to the ${name}`, result };
};

const move: MakeEdit = (scene, world, random) => {
  const object = random.pick(scene.objects);
  if (scene.objects.some((other) => other !== object && other.concept === object.concept)) {
    return undefined;
  }
  // A corner where it does not stand already.
  const corners = random.shuffle(cornersOf(world));
  const corner = freePlace(corners, scene.objects, object.size, world, random);
  if (corner === undefined) return undefined;
  const moved = { ...object, ...corner.place };
  return {
    instruction: `move the ${object.concept} to the ${corner.name}`,
    result: { ...scene, objects: scene.objects.map((one) => one === object ? moved : one) },
  };
};

/** A place, by its column and row on the lattice. */
interface NamedPlace {
  readonly name?: string;
  readonly column: number;
  readonly row: number;
}

/** The first of some places where there is room for a thing. */
function freePlace(
  places: readonly NamedPlace[],
  others: readonly SceneObject[],
  size: number,
  world: World,
  random: Random,
): { readonly name?: string; readonly place: Place } | undefined {
  for (const { name, column, row } of places) {
    const place = placeAt(column, row, size, world, random);
    if (others.every((other) => apart(place, other, world))) return { name, place };
  }
}

/** Where a thing may be put by name. */
export const CORNERS = [
  { name: "top left", right: 0, below: 0 },
  { name: "top right", right: 1, below: 0 },
  { name: "bottom left", right: 0, below: 1 },
  { name: "bottom right", right: 1, below: 1 },
] as const;

function cornersOf({ lattice }: World): NamedPlace[] {
  const last = lattice.length - 1;
  return CORNERS.map(({ name, right, below }) => ({
    name,
    column: right * last,
    row: below * last,
  }));
}

function placesOf({ lattice }: World): NamedPlace[] {
  return lattice.flatMap((_, row) => lattice.map((_, column) => ({ column, row })));
}

const background: MakeEdit = (scene, world, random) => {
  const others = world.backgrounds.filter(({ name }) => name !== scene.background);
  if (others.length === 0) return undefined;
  const { name } = random.pick(others);
  return { instruction: `make the background ${name}`, result: { ...scene, background: name } };
};

const restyle: MakeEdit = (scene, world, random) => {
  const others = world.styles.filter((style) => style !== scene.style);
  if (others.length === 0) return undefined;
  const style = random.pick(others);
  return {
    instruction: `draw it in the ${style} style`,
    result: { ...scene, style },
  };
};

const EDITS: Readonly<Record<EditKind, MakeEdit>> = {
  remove,
  recolor,
  replace,
  add,
  move,
  background,
  restyle,
};

/** "the cat", or "the cats" where there are several. */
function referent(scene: Scene, concept: string): string {
  const several = scene.objects.filter((object) => object.concept === concept).length > 1;
  return `the ${several ? CONCEPTS[concept].plural : concept}`;
}
