/** What a caption asks of a picture, in the form of GenEval's metadata (arXiv 2310.11513). */
import type { CaptionSpec } from "../data/caption_spec.ts";
import type { Color, Relation } from "../data/scene.ts";

/** So many objects of a class, perhaps of a colour, perhaps standing beside an earlier one. */
export interface Requirement {
  readonly class: string;
  readonly count: number;
  readonly color?: Color;
  /** The relation, and the index in `include` of what it relates to. */
  readonly position?: readonly [Relation, number];
}

/** All of `include` must be seen, and none of `exclude`. */
export interface Requirements {
  readonly include: readonly Requirement[];
  readonly exclude: readonly { readonly class: string; readonly count: number }[];
}

/**
 * The requirements of a caption. Counting asks for exactly n: include n, exclude n + 1. Everything
 * else asks for at least one.
 *
 * @example
 * ```ts
 * import { requirementsOf } from "./requirements.ts";
 *
 * const { include, exclude } = requirementsOf({ task: "counting", concept: "key", count: 2 });
 * if (include[0].count !== 2 || exclude[0].count !== 3) throw new Error("Expected exactly two");
 * ```
 */
export function requirementsOf(spec: CaptionSpec): Requirements {
  const one = (concept: string): Requirement => ({ class: concept, count: 1 });
  switch (spec.task) {
    case "single":
      return { include: [one(spec.concept)], exclude: [] };
    case "two":
      return { include: spec.concepts.map(one), exclude: [] };
    case "counting":
      return {
        include: [{ class: spec.concept, count: spec.count }],
        exclude: [{ class: spec.concept, count: spec.count + 1 }],
      };
    case "colors":
      return { include: [{ ...one(spec.concept), color: spec.color }], exclude: [] };
    case "position": {
      const subject: Requirement = { ...one(spec.subject), position: [spec.relation, 0] };
      return { include: [one(spec.object), subject], exclude: [] };
    }
    case "attribution":
      return {
        include: spec.objects.map(({ concept, color }) => ({ ...one(concept), color })),
        exclude: [],
      };
  }
}
