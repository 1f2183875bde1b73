/** GenEval's rules (arXiv 2310.11513) in a world: its classes, its plurals, its truths. */
import type { Assessment } from "../../assessment/assessment.ts";
import { assessSeen } from "../../assessment/geneval_rules.ts";
import type { Requirements } from "../../assessment/requirements.ts";
import type { Seen } from "../../assessment/seen.ts";
import { CONCEPTS } from "./concepts.ts";

/** The plural of each concept. */
export const PLURALS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(CONCEPTS).map(([concept, { plural }]) => [concept, plural]),
);

/**
 * Judges what was seen against what was asked for, as `assessSeen` does.
 *
 * @throws RangeError for requirements that nobody can judge, and for a class that no world can show
 *
 * @example
 * ```ts
 * import { assessScene } from "./axes.ts";
 * import { requirementsOf } from "./requirements.ts";
 *
 * const box = { x: 0, y: 0, width: 14, height: 14 };
 * const seen = { objects: [{ concept: "heart", confidence: 1, box }] };
 * const asked = requirementsOf({ task: "counting", concept: "heart", count: 2 });
 * const { count, verdict } = assessScene(asked, seen);
 * if (count?.analysis !== "one heart seen, two asked" || verdict !== "bad") throw new Error();
 * ```
 */
export function assessScene(requirements: Requirements, seen: Seen): Assessment {
  const assessment = assessSeen(requirements, seen, PLURALS);
  const strange = [...requirements.include, ...requirements.exclude]
    .find(({ class: concept }) => !Object.hasOwn(CONCEPTS, concept));
  if (strange === undefined) return assessment;
  throw new RangeError(`Expected a class that a world can show, but found "${strange.class}"`);
}
