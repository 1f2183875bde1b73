/**
 * GenEval's rules (arXiv 2310.11513), axis by axis: of each class the most confident objects are
 * looked at, as many as were asked for; object, count, colour and position are judged on those.
 */
import type { Assessment } from "./assessment.ts";
import {
  assessmentOfPoints,
  oneWord,
  type Plurals,
  type Point,
  pointsOf,
  sideOf,
} from "./points.ts";
import { relationsOf } from "./relations.ts";
import { Requirements } from "./requirements.ts";
import type { Seen, SeenObject } from "./seen.ts";

/**
 * Judges what was seen against what was asked for. The verdict is GenEval's: good when as many as are
 * included are there, and fewer than are excluded, and colours and positions hold. The axes say why.
 *
 * Clauses are independent of each other, as GenEval's are: of "a red heart and a blue heart" both look
 * at the same, most confident heart, so that no picture shows them.
 *
 * @throws RangeError naming the clause for a position that refers to no earlier clause, a colour or a
 * relation that is none, a count below one; and for requirements without a clause
 *
 * @example
 * ```ts
 * import { assessSeen } from "./geneval_rules.ts";
 *
 * const box = { x: 0, y: 0, width: 14, height: 14 };
 * const seen = { objects: [{ concept: "traffic light", confidence: 1, box }] };
 * const asked = { include: [{ class: "traffic light", count: 2 }], exclude: [] };
 * const { count, verdict } = assessSeen(asked, seen);
 * if (verdict !== "bad") throw new Error("Expected two to be asked");
 * const facts = "one traffic-light seen, at least two asked";
 * if (count?.analysis !== facts) throw new Error(count?.analysis);
 * ```
 */
export function assessSeen(
  requirements: Requirements,
  seen: Seen,
  plurals: Plurals = {},
): Assessment {
  check(requirements);
  const found = requirements.include.map(({ class: concept, count }) =>
    seen.objects.filter((object) => object.concept === concept)
      .sort((a, b) => b.confidence - a.confidence).slice(0, count)
  );
  const points = pointsOf(requirements, plurals);
  return assessmentOfPoints(
    points,
    points.map((point) => lookFor(point, requirements, seen, found)),
  );
}

/** The objects found for each requirement, in the order of `include`. */
type Found = readonly (readonly SeenObject[])[];

function check(requirements: Requirements): void {
  const parsed = Requirements.safeParse(requirements);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new RangeError(`Expected requirements, but found at ${path.join(".")}: ${message}`);
  }
}

/** What is found of a point. */
function lookFor(
  { axis, about, answers, clause = 0 }: Point,
  { include }: Requirements,
  { objects }: Seen,
  found: Found,
): string {
  switch (axis) {
    case "object":
      return found[clause].length > 0 ? "seen" : "missing";
    case "count": {
      const number = objects.filter(({ concept }) => oneWord(concept) === about).length;
      return answers[number] ?? (answers.includes("many") ? "many" : `${number}`);
    }
    case "color": {
      const asked = include[clause].color;
      const told = found[clause].find(({ color }) => color !== asked) ?? found[clause].at(0);
      return told?.color ?? "none";
    }
    case "position": {
      const [asked, target] = include[clause].position!;
      const relations = found[clause].flatMap((a) =>
        found[target].map((b) => relationsOf(a.box, b.box))
      );
      const told = relations.find((held) => !held.includes(asked)) ?? relations.at(0);
      return told?.map(sideOf).join(" and ") || "none";
    }
  }
}
