/** What a caption asks of a picture, in the form of GenEval's metadata (arXiv 2310.11513). */
import type { CaptionSpec } from "../data/caption_spec.ts";
import { type Sentence, sentenceOf } from "../data/sentence.ts";
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
 * The requirements of a caption. A number asks for exactly n: include n, exclude n + 1. Everything
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
export function requirementsOf(asked: CaptionSpec | Sentence): Requirements {
  const { groups, relation } = "task" in asked ? sentenceOf(asked) : asked;
  const required = groups.map(({ concept, ...rest }): Requirement => ({ class: concept, ...rest }));
  const [first, second] = required;
  const exclude = required.flatMap(({ class: concept, count }) =>
    count === 1 ? [] : [{ class: concept, count: count + 1 }]
  );
  if (relation === undefined) return { include: required, exclude };
  return { include: [second, { ...first, position: [relation, 0] }], exclude };
}
