/** What a sentence asks of a picture, in the form of GenEval's metadata (arXiv 2310.11513). */
import type { Requirement, Requirements } from "../../assessment/requirements.ts";
import type { CaptionSpec } from "./caption.ts";
import { type Sentence, sentenceOf } from "./sentence.ts";

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
