/**
 * What is said of an axis, and the score that follows from it. The facts of each axis:
 *
 * - object: `cat and dog seen, key missing`
 * - count: `three cats seen, two asked`; more than four are `many`
 * - color: `red seen, blue asked`, of each object whose color is asked for
 * - position: `left and above seen, right asked`
 */
import { COLORS } from "../data/scene.ts";
import { NUMBERS } from "../data/words.ts";
import { AXES, type Axis, type AxisAssessment } from "./assessment.ts";

/** Words that facts are told with. */
export const FACTS = ["seen", "asked", "missing", "and", "none", "many"] as const;
/** Where one thing may stand from another. */
export const SIDES = ["left", "right", "above", "below"] as const;

const COUNTS = [...NUMBERS, "many"];

/** The grammar of each axis's facts, as parts of regular expressions. */
export const GRAMMAR: Readonly<Record<Axis, string>> = (() => {
  const word = `(?!(?:${[...FACTS, ...AXES].join("|")})\\b)[a-z]+`;
  const nouns = `${word}(?: and ${word})*`;
  const color = `(?:none|${COLORS.join("|")})`;
  const number = `(?:${COUNTS.join("|")})`;
  const side = `(?:${SIDES.join("|")})`;
  const colorFact = `${color} seen, ${color} asked`;
  return {
    object: `(?:${nouns} seen(?:, ${nouns} missing)?|${nouns} missing)`,
    count: `${number} ${word} seen, ${number} asked`,
    color: `${colorFact}(?: and ${colorFact})*`,
    position: `(?:none|${side}(?: and ${side})?) seen, ${side} asked`,
  };
})();

/** "three": 3; "many": 5. */
function numberOf(word: string): number {
  return COUNTS.indexOf(word);
}

/**
 * Scores by rule, from 0 to 10: the share of objects that are seen; 5 less for each thing too many
 * or too few; the share of colors that are as asked; all or nothing for a position.
 */
const SCORES: Readonly<Record<Axis, (facts: string) => number>> = {
  object(facts) {
    const named = (fact: string) =>
      new RegExp(`(?:^|, )([^,]*) ${fact}`).exec(facts)?.[1].split(" and ").length ?? 0;
    const seen = named("seen");
    return 10 * seen / (seen + named("missing"));
  },
  count(facts) {
    const [seen, , , asked] = facts.split(" ");
    return Math.max(0, 10 - 5 * Math.abs(numberOf(seen) - numberOf(asked)));
  },
  color(facts) {
    const pairs = [...facts.matchAll(/(\w+) seen, (\w+) asked/g)];
    return 10 * pairs.filter(([, seen, asked]) => seen === asked).length / pairs.length;
  },
  position: (facts) => /^(\w+) seen, \1 asked$/.test(facts) ? 10 : 0,
};

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
  return { score: Math.round(SCORES[axis](analysis)), analysis };
}
