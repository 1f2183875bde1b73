/** The scenes of a story: what a sentence does not name stays as it was. */
import type { Random } from "../../../runtime/random.ts";
import { groupOf } from "./happenings.ts";
import { apart, inReadingOrder, placesApart } from "../placement.ts";
import type { Scene, SceneObject } from "../scene.ts";
import type { Group } from "../sentence.ts";
import type { World } from "../world.ts";

/**
 * The scene after some things came or went, or took other colours. What goes is the last of its kind
 * in reading order; what comes stands where there is room.
 *
 * @param groups all that is there afterwards, of different concepts
 * @throws RangeError where there is no room
 *
 * @example
 * ```ts
 * import { Random } from "../../../runtime/random.ts";
 * import { sceneAfter } from "./scenes.ts";
 * import { worldOf } from "../world.ts";
 *
 * const cat = { concept: "cat", x: 8, y: 8, size: 14 };
 * const scene = { background: "sky", style: "fluent-flat", objects: [cat] };
 * const groups = [{ count: 1, concept: "cat" }, { count: 1, concept: "dog" }];
 * const { objects } = sceneAfter(scene, groups, worldOf("nano"), new Random(0));
 * if (objects[0] !== cat || objects[1].concept !== "dog") throw new Error("Expected a cat and a dog");
 * ```
 */
export function sceneAfter(
  scene: Scene,
  groups: readonly Group[],
  world: World,
  random: Random,
): Scene {
  const kinds = Map.groupBy(scene.objects.toSorted(inReadingOrder), ({ concept }) => concept);
  const stays = groups.flatMap(({ concept, count }) => (kinds.get(concept) ?? []).slice(0, count));
  const kept = scene.objects.filter((object) => stays.includes(object))
    .map((object): SceneObject => {
      const color = groupOf(object.concept, groups)?.color;
      return color === object.color || color === undefined ? object : { ...object, color };
    });
  const things = groups.flatMap(({ count, ...thing }) => {
    const fresh = count - (kinds.get(thing.concept)?.length ?? 0);
    return Array.from({ length: Math.max(0, fresh) }, () => thing);
  });
  const places = placesApart(
    things.length,
    world,
    random,
    (places) => places.every((place) => kept.every((object) => apart(place, object, world))),
  );
  return {
    ...scene,
    objects: [...kept, ...things.map((thing, i) => ({ ...thing, ...places[i] }))],
  };
}
