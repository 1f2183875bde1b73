/** Captions that are nearly another: what tells a judge that looks from one that does not. */
import type { Random } from "../../runtime/random.ts";
import type { CaptionSpec } from "./caption.ts";
import { COLORS, RELATIONS } from "./scene.ts";
import type { World } from "./world.ts";

/**
 * A caption of the same task that differs in one thing: another concept, number, colour or relation;
 * two colours exchanged.
 *
 * @example
 * ```ts
 * import { Random } from "../../runtime/random.ts";
 * import { nearMiss } from "./near_miss.ts";
 * import { worldOf } from "./world.ts";
 *
 * const spec = { task: "counting", concept: "cat", count: 2 } as const;
 * const miss = nearMiss(spec, worldOf("nano"), new Random(0));
 * if (miss.task !== "counting" || miss.concept !== "cat" || miss.count === 2) throw new Error();
 * ```
 */
export function nearMiss(
  spec: CaptionSpec,
  { concepts }: Pick<World, "concepts">,
  random: Random,
): CaptionSpec {
  const other = <T>(all: readonly T[], ...not: readonly T[]) =>
    random.pick(all.filter((one) => !not.includes(one)));
  switch (spec.task) {
    case "single":
      return { ...spec, concept: other(concepts, spec.concept) };
    case "two":
      return { ...spec, concepts: [spec.concepts[0], other(concepts, ...spec.concepts)] };
    case "counting":
      return { ...spec, count: other([2, 3, 4] as const, spec.count) };
    case "colors":
      return { ...spec, color: other(COLORS, spec.color) };
    case "position":
      return { ...spec, relation: other(RELATIONS, spec.relation) };
    case "attribution": {
      const [one, two] = spec.objects;
      return { ...spec, objects: [{ ...one, color: two.color }, { ...two, color: one.color }] };
    }
  }
}
