/**
 * What an assessment finds out, point by point: is the cat there, how many keys are there, which
 * colour is the dog, where is the cat from the dog? The caption says what to find out, and what was
 * asked for; what is found of each point is a word or three. Facts and scores follow from both.
 */
import { type Assessment, assessmentOf, AXES, type Axis } from "./assessment.ts";
import { axisOf, isAsAsked, SIDES } from "./facts.ts";
import { COLORS, NUMBERS, type Relation } from "./geneval_words.ts";
import type { Requirements } from "./requirements.ts";

/** One thing to find out of a picture. */
export interface Point {
  /** What it counts for. */
  readonly axis: Axis;
  /** What it is about, in words of which the last is the thing itself; of a position "dog cat". */
  readonly about: string;
  /** Which of `include` it is about; of a count none. */
  readonly clause?: number;
  /** What may be found. */
  readonly answers: readonly string[];
  /** Which of them are as asked: of "left" also "left and above". */
  readonly right: readonly string[];
  /** What is said of what was found: "three cats seen, two asked". */
  fact(found: string): string;
}

/** Plurals of classes; "cats" of "cat" where absent. */
export type Plurals = Readonly<Record<string, string>>;

/** Where a thing may be found from another. */
const PLACES = [
  "none",
  ...SIDES,
  ...SIDES.slice(0, 2).flatMap((side) => SIDES.slice(2).map((other) => `${side} and ${other}`)),
];

/**
 * What there is to find out of a picture that was asked for, in the order of the axes. Only where more
 * is asked than whether something is there is the number a point.
 *
 * @example
 * ```ts
 * import { pointsOf } from "./points.ts";
 *
 * const asked = { include: [{ class: "cat", count: 2 }], exclude: [{ class: "cat", count: 3 }] };
 * const [object, count] = pointsOf(asked);
 * if (object.fact("missing") !== "cat missing") throw new Error("Expected a fact");
 * if (count.fact("three") !== "three cats seen, two asked") throw new Error("Expected a fact");
 * ```
 */
export function pointsOf(requirements: Requirements, plurals: Plurals = {}): Point[] {
  const { include } = requirements;
  const things = include.map((clause) => oneWord(clause.class));
  const objects = things.flatMap((thing, clause): Point[] =>
    things.indexOf(thing) < clause ? [] : [{
      axis: "object",
      about: thing,
      clause,
      answers: ["seen", "missing"],
      right: ["seen"],
      fact: (found) => `${thing} ${found}`,
    }]
  );
  const counts = limitsOf(requirements).map(({ concept, from, to }): Point => {
    const most = to === Infinity ? from : Math.max(from, to);
    const words = numbersUpTo(most);
    const asked = to === Infinity
      ? `at least ${words[from]}`
      : from === to
      ? words[from]
      : `${words[from]} to ${words[to]}`;
    const several = plurals[concept] ?? `${concept}s`;
    const noun = (found: string) => oneWord(found === "one" ? concept : several);
    return {
      axis: "count",
      about: oneWord(concept),
      answers: words,
      right: words.slice(from, to + 1),
      fact: (found) => `${found} ${noun(found)} seen, ${asked} asked`,
    };
  });
  const colors = include.flatMap(({ color }, clause): Point[] =>
    color === undefined ? [] : [{
      axis: "color",
      about: things[clause],
      clause,
      answers: ["none", ...COLORS],
      right: [color],
      fact: (found) => `${found} seen, ${color} asked`,
    }]
  );
  const positions = include.flatMap(({ position }, clause): Point[] => {
    if (position === undefined) return [];
    const side = sideOf(position[0]);
    return [{
      axis: "position",
      about: `${things[position[1]]} ${things[clause]}`,
      clause,
      answers: PLACES,
      right: PLACES.filter((place) => isAsAsked(place, side)),
      fact: (found) => `${found} seen, ${side} asked`,
    }];
  });
  return [...objects, ...counts, ...colors, ...positions];
}

/** The assessment that follows from what was found of each point. */
export function assessmentOfPoints(points: readonly Point[], found: readonly string[]): Assessment {
  return assessmentOf(Object.fromEntries(AXES.flatMap((axis) => {
    const facts = points.flatMap((point, i) => point.axis === axis ? [point.fact(found[i])] : []);
    if (facts.length === 0) return [];
    return [[axis, axisOf(axis, axis === "object" ? together(facts) : facts.join(" and "))]];
  })));
}

/**
 * What was found of each point, by the facts of an assessment; `undefined` where these are about other
 * points, or in other words.
 */
export function foundIn(assessment: Assessment, points: readonly Point[]): string[] | undefined {
  const facts = new Map(AXES.map((axis) => [axis, factsIn(axis, assessment[axis]?.analysis)]));
  const found = points.flatMap(({ axis, answers, fact }) => {
    const told = facts.get(axis)!;
    // Objects are told together, those that are seen first; all else in the order of the points.
    const next = axis === "object" ? told : told.slice(0, 1);
    const answer = answers.find((answer) => next.includes(fact(answer)));
    if (answer === undefined) return [];
    told.splice(told.indexOf(fact(answer)), 1);
    return [answer];
  });
  const isAll = found.length === points.length && [...facts.values()].every((left) => !left.length);
  return isAll ? found : undefined;
}

/** "cat and key seen, dog missing": "cat seen", "key seen", "dog missing". */
function factsIn(axis: Axis, analysis = ""): string[] {
  if (axis !== "object") return analysis.split(/(?<= asked) and /).filter((fact) => fact !== "");
  return analysis.split(", ").flatMap((told) => {
    const [, names, fact] = /^(.+) (seen|missing)$/.exec(told) ?? [];
    return names === undefined ? [told] : names.split(" and ").map((name) => `${name} ${fact}`);
  }).filter((fact) => fact !== "");
}

/** "cat seen", "dog missing", "key seen": "cat and key seen, dog missing". */
function together(facts: readonly string[]): string {
  return ["seen", "missing"].flatMap((end) => {
    const names = facts.flatMap((fact) => {
      return fact.endsWith(` ${end}`) ? [fact.slice(0, -end.length - 1)] : [];
    });
    return names.length === 0 ? [] : [`${names.join(" and ")} ${end}`];
  }).join(", ");
}

/**
 * "zero" to "four" and "many"; where more is asked for, figures after "four", to twice as many.
 */
function numbersUpTo(most: number): string[] {
  if (most < NUMBERS.length) return [...NUMBERS, "many"];
  return Array.from({ length: 2 * most + 1 }, (_, count) => NUMBERS[count] ?? `${count}`);
}

/** "traffic light" as facts have it. */
export function oneWord(name: string): string {
  return name.replaceAll(" ", "-");
}

/** "left of" as one word. */
export function sideOf(relation: Relation): string {
  return relation.replace(" of", "");
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
