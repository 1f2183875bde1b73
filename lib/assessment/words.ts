/**
 * Assessments in plain words, few and regular, so that a small language model can write them:
 * `object cat and dog seen ten position left seen above asked zero overall five bad`. An axis, its
 * facts, the score that follows from them; at the end what follows from all. Punctuation is left
 * out, and put back when the words are read.
 */
import { CONCEPTS } from "../data/concepts.ts";
import { COLORS } from "../data/scene.ts";
import type { World } from "../data/world.ts";
import { Assessment, AXES } from "./assessment.ts";

const SCORES = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
] as const;

const FACTS = ["seen", "asked", "missing", "and", "none", "many"] as const;
const SIDES = ["left", "right", "above", "below"] as const;
const PROMPT = "does this picture show";

/**
 * What the model is asked, before it writes an assessment. The paper's own prompt is unpublished.
 *
 * @example
 * ```ts
 * import { assessmentPrompt } from "./words.ts";
 *
 * const prompt = assessmentPrompt("two red hearts");
 * if (prompt !== "does this picture show: two red hearts?") throw new Error(prompt);
 * ```
 */
export function assessmentPrompt(caption: string): string {
  return `${PROMPT}: ${caption}?`;
}

/**
 * The assessment in words, at most about twenty. `parseAssessment` is its inverse.
 *
 * @example
 * ```ts
 * import { assessmentToText } from "./words.ts";
 *
 * const text = assessmentToText({
 *   object: { score: 10, analysis: "heart seen" },
 *   color: { score: 0, analysis: "blue seen, red asked" },
 *   overall: 5,
 *   verdict: "bad",
 * });
 * if (text !== "object heart seen ten color blue seen red asked zero overall five bad") {
 *   throw new Error(text);
 * }
 * ```
 */
export function assessmentToText(assessment: Assessment): string {
  const axes = AXES.flatMap((axis) => {
    const told = assessment[axis];
    return told === undefined ? [] : [`${axis} ${bare(told.analysis)} ${SCORES[told.score]}`];
  });
  return [...axes, `overall ${SCORES[assessment.overall]} ${assessment.verdict}`].join(" ");
}

/**
 * Reads the words of an assessment; `undefined` where they are none: an axis out of order, a score
 * that is no number word, facts that nobody states, or anything after the verdict.
 *
 * @example
 * ```ts
 * import { parseAssessment } from "./words.ts";
 *
 * const { count } = parseAssessment("count one key seen two asked five overall five bad") ?? {};
 * if (count?.analysis !== "one key seen, two asked") throw new Error("Expected the facts");
 * if (parseAssessment("count one two three") !== undefined) throw new Error("Expected nothing");
 * ```
 */
export function parseAssessment(text: string): Assessment | undefined {
  const match = SENTENCE.exec(text.trim().replace(/\s+/g, " "));
  if (match?.groups === undefined) return undefined;
  const { groups } = match;
  const axes = AXES.flatMap((axis) => {
    const score = groups[`${axis}Score`], facts = groups[`${axis}Facts`];
    return score === undefined ? [] : [[axis, { score: number(score), analysis: comma(facts) }]];
  });
  const { overall, verdict } = groups;
  const read = { ...Object.fromEntries(axes), overall: number(overall), verdict };
  return Assessment.safeParse(read).data;
}

/** Every word that prompts and assessments in a world may have (captions aside). */
export function assessmentWords(world: World): Set<string> {
  return new Set<string>([
    ...PROMPT.split(" "),
    ...AXES,
    ...SCORES,
    ...FACTS,
    ...SIDES,
    ...COLORS,
    ...world.concepts,
    ...world.concepts.map((concept) => CONCEPTS[concept].plural),
    "overall",
    "good",
    "bad",
  ]);
}

/** The grammar of each axis's facts; `W` is any word that is not part of the grammar. */
const GRAMMAR: Readonly<Record<typeof AXES[number], string>> = (() => {
  const word = `(?!(?:${[...FACTS, ...AXES, "overall"].join("|")}) )[a-z]+`;
  const nouns = `${word}(?: and ${word})*`;
  const color = `(?:none|${COLORS.join("|")})`;
  const number = `(?:zero|one|two|three|four|many)`;
  const side = `(?:${SIDES.join("|")})`;
  const colorFact = `${color} seen ${color} asked`;
  return {
    object: `(?:${nouns} seen(?: ${nouns} missing)?|${nouns} missing)`,
    count: `${number} ${word} seen ${number} asked`,
    color: `${colorFact}(?: and ${colorFact})*`,
    position: `(?:none|${side}(?: and ${side})?) seen ${side} asked`,
  };
})();

const SENTENCE = (() => {
  const score = SCORES.join("|");
  const axes = AXES.map((axis) =>
    `(?:${axis} (?<${axis}Facts>${GRAMMAR[axis]}) (?<${axis}Score>${score}) )?`
  );
  return new RegExp(`^${axes.join("")}overall (?<overall>${score}) (?<verdict>good|bad)$`);
})();

function number(word: string): number {
  return SCORES.findIndex((score) => score === word);
}

function bare(analysis: string): string {
  return analysis.replaceAll(",", "");
}

/** "cat seen dog missing" is written "cat seen, dog missing". */
function comma(facts: string): string {
  return facts.replace(/ seen (?!and )/g, " seen, ");
}
