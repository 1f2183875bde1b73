/**
 * GenEval's rules (arXiv 2310.11513), axis by axis: of each class the most confident objects are
 * looked at, as many as were asked for; object, count, colour and position are judged on those.
 */
import { type Assessment, assessmentOf, type AxisAssessment } from "./assessment.ts";
import { axisOf } from "./facts.ts";
import { NUMBERS, type Relation } from "./geneval_words.ts";
import { relationsOf } from "./relations.ts";
import { Requirements } from "./requirements.ts";
import type { Seen, SeenObject } from "./seen.ts";

/** Plurals of classes; "cats" of "cat" where absent. */
export type Plurals = Readonly<Record<string, string>>;

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
  const axes = {
    object: objectAxis(requirements, found),
    count: countAxis(requirements, seen, plurals),
    color: colorAxis(requirements, found),
    position: positionAxis(requirements, found),
  };
  return assessmentOf(axes);
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

function objectAxis({ include }: Requirements, found: Found): AxisAssessment | undefined {
  if (include.length === 0) return undefined;
  const names = (those: (objects: readonly SeenObject[]) => boolean) =>
    new Set(include.flatMap((r, i) => those(found[i]) ? [oneWord(r.class)] : []));
  const say = (classes: ReadonlySet<string>, fact: string) =>
    classes.size === 0 ? [] : [`${[...classes].join(" and ")} ${fact}`];
  const there = names((objects) => objects.length > 0);
  const missing = names((objects) => objects.length === 0);
  return axisOf("object", [...say(there, "seen"), ...say(missing, "missing")].join(", "));
}

/** Only where more is asked than whether something is there is the number spoken of. */
function countAxis(
  requirements: Requirements,
  seen: Seen,
  plurals: Plurals,
): AxisAssessment | undefined {
  const facts = limitsOf(requirements).map(({ concept, from, to }) => {
    const number = seen.objects.filter((object) => object.concept === concept).length;
    const noun = oneWord(number === 1 ? concept : plurals[concept] ?? `${concept}s`);
    const most = to === Infinity ? from : Math.max(from, to);
    const word = (count: number) => NUMBERS[count] ?? (most < NUMBERS.length ? "many" : `${count}`);
    const asked = to === Infinity
      ? `at least ${word(from)}`
      : from === to
      ? word(from)
      : `${word(from)} to ${word(to)}`;
    return `${word(number)} ${noun} seen, ${asked} asked`;
  });
  return facts.length === 0 ? undefined : axisOf("count", facts.join(" and "));
}

/** How many there may be of each class of which not just one is asked for, or more. */
function limitsOf({ include, exclude }: Requirements) {
  const classes = new Set([...include, ...exclude].map((clause) => clause.class));
  return [...classes].flatMap((concept) => {
    const counts = (clauses: Requirements["exclude"]) =>
      clauses.filter((clause) => clause.class === concept).map(({ count }) => count);
    const from = Math.max(0, ...counts(include));
    const to = Math.min(Infinity, ...counts(exclude)) - 1;
    return from < 2 && to === Infinity ? [] : [{ concept, from, to }];
  });
}

function colorAxis({ include }: Requirements, found: Found): AxisAssessment | undefined {
  const facts = include.flatMap(({ color: asked }, i) => {
    if (asked === undefined) return [];
    const other = found[i].find(({ color }) => color !== asked);
    const right = found[i].length > 0 && other === undefined;
    return [`${right ? asked : other?.color ?? "none"} seen, ${asked} asked`];
  });
  return facts.length === 0 ? undefined : axisOf("color", facts.join(" and "));
}

function positionAxis({ include }: Requirements, found: Found): AxisAssessment | undefined {
  const facts = include.flatMap(({ position }, i) => {
    if (position === undefined) return [];
    const [asked, target] = position;
    const relations = found[i].flatMap((a) => found[target].map((b) => relationsOf(a.box, b.box)));
    const other = relations.find((held) => !held.includes(asked));
    const right = relations.length > 0 && other === undefined;
    const seen = right ? [asked] : other ?? [];
    return [`${seen.map(side).join(" and ") || "none"} seen, ${side(asked)} asked`];
  });
  return facts.length === 0 ? undefined : axisOf("position", facts.join(" and "));
}

/** "traffic light" as facts have it. */
function oneWord(name: string): string {
  return name.replaceAll(" ", "-");
}

/** "left of" as one word. */
function side(relation: Relation): string {
  return relation.replace(" of", "");
}
