/** Scenes drawn at random: for a caption, or for no caption in particular. */
import type { Random } from "../../runtime/random.ts";
import type { CaptionSpec, ColoredConcept } from "./caption.ts";
import { relationsOf } from "../../assessment/relations.ts";
import { boxOf, inReadingOrder, type Place, placesApart } from "./placement.ts";
import { type Color, COLORS, type Relation, type Scene } from "./scene.ts";
import { type Sentence, sentenceOf } from "./sentence.ts";
import type { World } from "./world.ts";

/** What stands in a scene, before it has a place. */
type Thing = Omit<ColoredConcept, "color"> & { readonly color?: Color };

/**
 * A scene that shows what the caption asks for and nothing else. What the caption gives no colour
 * keeps its own colours. Of the four relations, only the one asked for holds, so that nobody needs
 * to ask whether something stands more above than left. Otherwise things stand in the order in which
 * the caption names them, as they are read: which of two is drawn first is then no matter of chance,
 * which keeps a model from learning which colour is whose (docs/LOG.md).
 *
 * @example
 * ```ts
 * import { Random } from "../../runtime/random.ts";
 * import { sceneFor } from "./random_scenes.ts";
 * import { worldOf } from "./world.ts";
 *
 * const spec = { task: "counting", concept: "fish", count: 3 } as const;
 * const scene = sceneFor(spec, worldOf("nano"), new Random(0));
 * if (scene.objects.length !== 3) throw new Error("Expected three");
 * ```
 */
export function sceneFor(asked: CaptionSpec | Sentence, world: World, random: Random): Scene {
  const { groups, relation } = "task" in asked ? sentenceOf(asked) : asked;
  const things = groups.flatMap(({ count, ...thing }) => Array<Thing>(count).fill(thing));
  const accept = relation && standAs(relation, groups[0].count);
  const places = placesApart(things.length, world, random, accept);
  if (relation === undefined) places.sort(inReadingOrder);
  return stage(things, places, world, random);
}

/** What a random scene is made of. */
export interface SceneOptions {
  /** How many objects; one to four where absent. */
  readonly objects?: number;
  /** The share of concepts that are tinted. */
  readonly tinted?: number;
  /** How many objects are of the first one's kind, at least; default 1. */
  readonly alike?: number;
}

/**
 * A scene of one to four objects, or of as many as asked for. Half of the concepts are tinted (or
 * the share asked for), and about one object in three is another of a kind that is there already, in
 * the same colour.
 *
 * @example
 * ```ts
 * import { Random } from "../../runtime/random.ts";
 * import { randomScene } from "./random_scenes.ts";
 * import { worldOf } from "./world.ts";
 *
 * const scene = randomScene(worldOf("nano"), new Random(0), { objects: 4 });
 * if (scene.objects.length !== 4) throw new Error("Expected four");
 * ```
 */
export function randomScene(
  world: World,
  random: Random,
  { objects, tinted = 0.5, alike = 1 }: SceneOptions = {},
): Scene {
  const count = objects ?? 1 + random.integer(4);
  const fresh = random.sample(world.concepts, count);
  const things: Thing[] = [];
  for (const concept of fresh) {
    const again = things.length > 0 && random.uniform() < 0.3;
    if (things.length > 0 && things.length < alike) things.push(things[0]);
    else if (again) things.push(random.pick(things));
    else if (random.uniform() < tinted) things.push({ concept, color: random.pick(COLORS) });
    else things.push({ concept });
  }
  return stage(things, placesApart(count, world, random), world, random);
}

/** Whether each of the `first` places stands so, and only so, to each of those after them. */
function standAs(relation: Relation, first: number) {
  return (places: readonly Place[]) =>
    places.slice(0, first).every((a) =>
      places.slice(first).every((b) => {
        const relations = relationsOf(boxOf(a), boxOf(b));
        return relations.length === 1 && relations[0] === relation;
      })
    );
}

function stage(
  things: readonly Thing[],
  places: readonly Place[],
  world: World,
  random: Random,
): Scene {
  return {
    background: random.pick(world.backgrounds).name,
    style: random.pick(world.styles),
    objects: things.map((thing, i) => ({ ...thing, ...places[i] })),
  };
}
