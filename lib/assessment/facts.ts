/**
 * What is said of an axis, and the score that follows from it. The facts of each axis:
 *
 * - object: `cat and dog seen, key missing`
 * - count: `three cats seen, two asked`; also `at least two asked`, `two to four asked`. More than four
 *   are `many`, and a figure where more than four are asked for: `7 cats seen, 6 asked`
 * - color: `red seen, blue asked`, of each object whose color is asked for
 * - position: `left and above seen, right asked`; as asked where "left" or "above" is
 *
 * Where several are asked for, their facts are joined by "and". A name of several words is written as
 * one: `traffic-light seen`.
 */
import { AXES, type Axis, type AxisAssessment } from "./assessment.ts";
import { COLORS, NUMBERS } from "./geneval_words.ts";

/** Words that the facts of the six templates are told with. */
export const FACTS = ["seen", "asked", "missing", "and", "none", "many"] as const;
/** Where one thing may stand from another. */
export const SIDES = ["left", "right", "above", "below"] as const;

const COUNTS = [...NUMBERS, "many"];

/** The grammar of each axis's facts, as parts of regular expressions. */
export const GRAMMAR: Readonly<Record<Axis, string>> = (() => {
  const word = `(?!(?:${[...FACTS, ...AXES].join("|")})\\b)[a-z]+(?:-[a-z]+)*`;
  const nouns = `${word}(?: and ${word})*`;
  const color = `(?:none|${COLORS.join("|")})`;
  const number = `(?:${COUNTS.join("|")}|\\d+)`;
  const numbers = `(?:at least ${number}|${number}(?: to ${number})?)`;
  const side = `(?:${SIDES.join("|")})`;
  const joined = (fact: string) => `${fact}(?: and ${fact})*`;
  return {
    object: `(?:${nouns} seen(?:, ${nouns} missing)?|${nouns} missing)`,
    count: joined(`${number} ${word} seen, ${numbers} asked`),
    color: joined(`${color} seen, ${color} asked`),
    position: joined(`(?:none|${side}(?: and ${side})?) seen, ${side} asked`),
  };
})();

/** "three": 3; "many": 5; "7": 7. */
function numberOf(word: string): number {
  return COUNTS.includes(word) ? COUNTS.indexOf(word) : Number(word);
}

/**
 * Scores by rule, from 0 to 10: the share of objects that are seen; 5 less for each thing too many
 * or too few, as a mean over what is counted; the share of colors, and of positions, that are as asked.
 */
const SCORES: Readonly<Record<Axis, (facts: string) => number>> = {
  object(facts) {
    const named = (fact: string) =>
      new RegExp(`(?:^|, )([^,]*) ${fact}`).exec(facts)?.[1].split(" and ").length ?? 0;
    const seen = named("seen");
    return 10 * seen / (seen + named("missing"));
  },
  count(facts) {
    const told = [...facts.matchAll(/(\w+) [\w-]+ seen, (at least )?(\w+)(?: to (\w+))? asked/g)];
    const scores = told.map(([, seen, atLeast, from, to = from]) => {
      const number = numberOf(seen);
      const missing = numberOf(from) - number;
      const tooMany = atLeast === undefined ? number - numberOf(to) : 0;
      return Math.max(0, 10 - 5 * Math.max(missing, tooMany, 0));
    });
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  },
  color: (facts) => shareAsAsked(facts),
  position: (facts) => shareAsAsked(facts),
};

/** Ten for all of the facts that say "red seen, red asked", and of none that say anything else. */
function shareAsAsked(facts: string): number {
  const told = [...facts.matchAll(/([\w ]+?) seen, (\w+) asked(?: and )?/g)];
  return 10 * told.filter(([, seen, asked]) => isAsAsked(seen, asked)).length / told.length;
}

/** "left and above" is as asked of "left", and of "above". */
export function isAsAsked(seen: string, asked: string): boolean {
  return seen.split(" and ").includes(asked);
}

/**
 * An axis, from its facts alone.
 *
 * @throws {RangeError} for facts that this axis cannot have.
 *
 * @example
 * ```ts
 * import { axisOf } from "./facts.ts";
 *
 * const { score } = axisOf("color", "red seen, red asked and blue seen, green asked");
 * if (score !== 5) throw new Error(`Expected half of the colors right, but found ${score}`);
 * ```
 */
export function axisOf(axis: Axis, analysis: string): AxisAssessment {
  if (!new RegExp(`^${GRAMMAR[axis]}$`).test(analysis)) {
    throw new RangeError(`Expected facts of ${axis}, but found "${analysis}"`);
  }
  const score = SCORES[axis](analysis);
  // Nothing but all right is a ten, however much there is to get right.
  return { score: score === 10 ? 10 : Math.min(9, Math.round(score)), analysis };
}
