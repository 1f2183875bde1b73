/** A caption of everything in a scene. */
import type { Random } from "../runtime/random.ts";
import type { Color, Scene } from "./scene.ts";
import { inReadingOrder } from "./placement.ts";
import { counted, listed } from "./words.ts";
import type { World } from "./world.ts";

/**
 * Names every object of a scene with its count and tint: "two red hearts and a cat". Things are
 * named in reading order, row by row from the left, as a picture's tokens come: whoever learns to
 * describe need not guess which one is next. With `random`, sometimes after "a picture of".
 *
 * @throws {RangeError} for a scene with more than four of a kind, or with none at all.
 *
 * @example
 * ```ts
 * import { describe } from "./describe.ts";
 * import { worldOf } from "./world.ts";
 *
 * const heart = { concept: "heart", color: "red", size: 14, y: 8 } as const;
 * const objects = [{ ...heart, x: 8 }, { ...heart, x: 40 }, { concept: "cat", x: 8, y: 40, size: 14 }];
 * const scene = { background: "sky", style: "fluent-flat", objects };
 * const text = describe(scene, worldOf("nano"));
 * if (text !== "two red hearts and a cat") throw new Error(text);
 * ```
 */
export function describe(scene: Scene, world: World, random?: Random): string {
  const groups = groupsOf(scene);
  if (groups.length === 0) throw new RangeError("Expected a scene with objects, but found none");
  for (const { concept, count } of groups) {
    if (count > MOST || !world.concepts.includes(concept)) {
      throw new RangeError(
        `Expected at most ${MOST} of a concept that the ${world.preset} world knows, ` +
          `but found ${count} × ${concept}`,
      );
    }
  }
  const text = listed(groups.map(({ concept, color, count }) => counted(count, concept, color)));
  return random !== undefined && random.uniform() < 0.2 ? `a picture of ${text}` : text;
}

const MOST = 4;

/** Objects of a scene that look alike. */
interface Group {
  readonly concept: string;
  readonly color?: Color;
  readonly count: number;
}

function groupsOf(scene: Scene): Group[] {
  const groups = new Map<string, Group>();
  for (const { concept, color } of scene.objects.toSorted(inReadingOrder)) {
    const key = `${color} ${concept}`;
    groups.set(key, { concept, color, count: (groups.get(key)?.count ?? 0) + 1 });
  }
  return [...groups.values()];
}
