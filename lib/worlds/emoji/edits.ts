/** Instructions that change a scene, with the scene that they lead to. */
import type { Random } from "../../runtime/random.ts";
import { apart, placeAt } from "./placement.ts";
import { COLORS, type Scene, type SceneObject } from "./scene.ts";
import { CONCEPTS } from "./concepts.ts";
import type { World } from "./world.ts";

/** An instruction, and the scene after it. */
export interface Edit {
  readonly kind: "remove" | "recolor" | "move" | "restyle";
  readonly instruction: string;
  readonly result: Scene;
}

/**
 * A random edit of a scene, its kind drawn evenly from those that the scene allows:
 * - remove: "remove the cat", "remove the hearts", where something else stays;
 * - recolor: "make the heart blue", a colour that it does not have;
 * - move: "move the cat to the top left", a corner where there is room for it;
 * - restyle: "draw it in the noto style", in worlds of several styles.
 *
 * "the cat" is said where there is one cat, "the cats" where there are several, and means them all.
 *
 * @throws {RangeError} for a scene without objects.
 *
 * @example
 * ```ts
 * import { Random } from "../../runtime/random.ts";
 * import { randomEdit } from "./edits.ts";
 * import { worldOf } from "./world.ts";
 *
 * const objects = [{ concept: "cat", x: 8, y: 8, size: 14 }];
 * const scene = { background: "sky", style: "fluent-flat", objects };
 * const { instruction, kind, result } = randomEdit(scene, worldOf("nano"), new Random(0));
 * if (!instruction.includes("cat")) throw new Error(instruction);
 * if (kind === "recolor" && result.objects[0].color === undefined) throw new Error("No colour");
 * ```
 */
export function randomEdit(scene: Scene, world: World, random: Random): Edit {
  if (scene.objects.length === 0) {
    throw new RangeError("Expected a scene with objects to edit, but found none");
  }
  for (const edit of random.shuffle([remove, recolor, move, restyle])) {
    const edited = edit(scene, world, random);
    if (edited !== undefined) return edited;
  }
  throw new RangeError("Expected an edit that the scene allows, but found none");
}

type MakeEdit = (scene: Scene, world: World, random: Random) => Edit | undefined;

const remove: MakeEdit = (scene, _world, random) => {
  const { concept } = random.pick(scene.objects);
  const objects = scene.objects.filter((object) => object.concept !== concept);
  if (objects.length === 0) return undefined;
  const instruction = `remove ${referent(scene, concept)}`;
  return { kind: "remove", instruction, result: { ...scene, objects } };
};

const recolor: MakeEdit = (scene, _world, random) => {
  const { concept } = random.pick(scene.objects);
  const worn = scene.objects.filter((object) => object.concept === concept).map((o) => o.color);
  const color = random.pick(COLORS.filter((name) => !worn.includes(name)));
  const paint = (object: SceneObject) => object.concept === concept ? { ...object, color } : object;
  return {
    kind: "recolor",
    instruction: `make ${referent(scene, concept)} ${color}`,
    result: { ...scene, objects: scene.objects.map(paint) },
  };
};

const move: MakeEdit = (scene, world, random) => {
  const object = random.pick(scene.objects);
  if (scene.objects.some((other) => other !== object && other.concept === object.concept)) {
    return undefined;
  }
  const others = scene.objects.filter((other) => other !== object);
  const last = world.lattice.length - 1;
  for (const corner of random.shuffle(CORNERS)) {
    const place = placeAt(corner.right * last, corner.below * last, object.size, world, random);
    if (!apart(place, object, world)) continue;
    if (!others.every((other) => apart(place, other, world))) continue;
    return {
      kind: "move",
      instruction: `move the ${object.concept} to the ${corner.name}`,
      result: {
        ...scene,
        objects: scene.objects.map((o) => o === object ? { ...o, ...place } : o),
      },
    };
  }
  return undefined;
};

/** Where a thing may be moved to. */
export const CORNERS = [
  { name: "top left", right: 0, below: 0 },
  { name: "top right", right: 1, below: 0 },
  { name: "bottom left", right: 0, below: 1 },
  { name: "bottom right", right: 1, below: 1 },
] as const;

const restyle: MakeEdit = (scene, world, random) => {
  const others = world.styles.filter((style) => style !== scene.style);
  if (others.length === 0) return undefined;
  const style = random.pick(others);
  return {
    kind: "restyle",
    instruction: `draw it in the ${style} style`,
    result: { ...scene, style },
  };
};

/** "the cat", or "the cats" where there are several. */
function referent(scene: Scene, concept: string): string {
  const several = scene.objects.filter((object) => object.concept === concept).length > 1;
  return `the ${several ? CONCEPTS[concept].plural : concept}`;
}
