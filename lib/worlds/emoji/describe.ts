/** A caption of everything in a scene. */
import type { Random } from "../../runtime/random.ts";
import type { Scene } from "./scene.ts";
import { inReadingOrder } from "./placement.ts";
import { type Group, MOST_THINGS, type Sentence, wordingOf } from "./sentence.ts";
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
  const sentence = sentenceOfScene(scene);
  const { groups } = sentence;
  if (groups.length === 0) throw new RangeError("Expected a scene with objects, but found none");
  for (const { concept, count } of groups) {
    if (count > MOST_THINGS || !world.concepts.includes(concept)) {
      throw new RangeError(
        `Expected at most ${MOST_THINGS} of a concept that the ${world.name} world knows, ` +
          `but found ${count} × ${concept}`,
      );
    }
  }
  const text = wordingOf(sentence);
  return random !== undefined && random.uniform() < 0.2 ? `a picture of ${text}` : text;
}

/** All that stands in a scene, in reading order; what looks alike is counted together. */
export function sentenceOfScene(scene: Scene): Sentence {
  const groups = new Map<string, Group>();
  for (const { concept, color } of scene.objects.toSorted(inReadingOrder)) {
    const key = `${color} ${concept}`;
    const count = (groups.get(key)?.count ?? 0) + 1;
    groups.set(key, { concept, ...(color === undefined ? {} : { color }), count });
  }
  return { groups: [...groups.values()] };
}
