/** What a caption says, as data: how many things of a kind, in which colour, and how they stand. */
import type { CaptionSpec } from "./caption.ts";
import type { Color, Relation } from "./scene.ts";
import { counted, listed, RELATION_WORDS } from "./words.ts";

/** The most things that a sentence may name. */
export const MOST_THINGS = 4;

/** Things that a sentence names together: "two red hearts". */
export interface Group {
  /** How many, 1 to 4. */
  readonly count: number;
  /** A singular name of the world. */
  readonly concept: string;
  /** Of all of them; absent where nothing is said of it. */
  readonly color?: Color;
}

/**
 * One to four things in groups of different concepts. With a relation there are two groups, and the
 * first stands so to the second.
 */
export interface Sentence {
  /** In the order in which they are named. */
  readonly groups: readonly Group[];
  /** Of the first group to the second. */
  readonly relation?: Relation;
}

/** The sentence of a caption in one of the six templates. */
export function sentenceOf(spec: CaptionSpec): Sentence {
  const one = (concept: string): Group => ({ count: 1, concept });
  switch (spec.task) {
    case "single":
      return { groups: [one(spec.concept)] };
    case "two":
      return { groups: spec.concepts.map(one) };
    case "counting":
      return { groups: [{ count: spec.count, concept: spec.concept }] };
    case "colors":
      return { groups: [{ ...one(spec.concept), color: spec.color }] };
    case "position":
      return { groups: [one(spec.subject), one(spec.object)], relation: spec.relation };
    case "attribution":
      return { groups: spec.objects.map(({ concept, color }) => ({ ...one(concept), color })) };
  }
}

/**
 * The template that a sentence is in; undefined where it is in none of the six.
 *
 * @example
 * ```ts
 * import { specOf } from "./sentence.ts";
 *
 * const spec = specOf({ groups: [{ count: 2, concept: "heart" }] });
 * if (spec?.task !== "counting") throw new Error("Expected the template of counts");
 * const tinted = specOf({ groups: [{ count: 2, concept: "heart", color: "red" }] });
 * if (tinted !== undefined) throw new Error("Expected none of the six templates");
 * ```
 */
export function specOf({ groups, relation }: Sentence): CaptionSpec | undefined {
  const [first, second] = groups;
  if (groups.length === 1) {
    const { count, concept, color } = first;
    if (count === 1) {
      return color === undefined ? { task: "single", concept } : { task: "colors", concept, color };
    }
    if (color !== undefined) return undefined;
    return { task: "counting", concept, count: count as 2 | 3 | 4 };
  }
  if (groups.length > 2 || first.count > 1 || second.count > 1) return undefined;
  const [a, b] = [first, second].map(({ concept }) => concept);
  if (first.color !== undefined && second.color !== undefined) {
    if (relation !== undefined || first.color === second.color) return undefined;
    return {
      task: "attribution",
      objects: [{ color: first.color, concept: a }, { color: second.color, concept: b }],
    };
  }
  if (first.color !== undefined || second.color !== undefined) return undefined;
  if (relation === undefined) return { task: "two", concepts: [a, b] };
  return { task: "position", subject: a, relation, object: b };
}

/**
 * A sentence in the words that models learn: "two red hearts and a cat", "a cat above two keys".
 *
 * @example
 * ```ts
 * import { wordingOf } from "./sentence.ts";
 *
 * const text = wordingOf({ groups: [{ count: 2, concept: "heart", color: "red" }] });
 * if (text !== "two red hearts") throw new Error(text);
 * ```
 */
export function wordingOf({ groups, relation }: Sentence): string {
  const parts = groups.map(({ count, concept, color }) => counted(count, concept, color));
  return relation === undefined ? listed(parts) : parts.join(` ${RELATION_WORDS[relation]} `);
}
