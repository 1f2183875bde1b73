/**
 * Assessments in plain words, few and regular, so that a small language model can write them:
 * `object cat and dog seen position left seen above asked`. The facts of each axis; scores and the
 * verdict follow from them by rule, and are not written: a small model told the facts right, and the
 * score that follows from them wrong (docs/LOG.md). Punctuation is left out, and put back when the
 * words are read.
 */
import { type Assessment, assessmentOf, AXES } from "./assessment.ts";
import { axisOf, FACTS, GRAMMAR, SIDES } from "./facts.ts";
import { COLORS, NUMBERS } from "./geneval_words.ts";

const PROMPT = "does this picture show";

/**
 * What the model is asked, before it writes an assessment. The paper's own prompt is unpublished.
 *
 * @example
 * ```ts
 * import { assessmentPrompt } from "./words.ts";
 *
 * const prompt = assessmentPrompt("two red hearts");
 * if (prompt !== "does this picture show two red hearts") throw new Error(prompt);
 * ```
 */
export function assessmentPrompt(caption: string): string {
  return `${PROMPT} ${caption}`;
}

/**
 * The facts of an assessment in words, at most about twenty. `parseAssessment` is its inverse where
 * the scores are those of the facts.
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
 * if (text !== "object heart seen color blue seen red asked") throw new Error(text);
 * ```
 */
export function assessmentToText(assessment: Assessment): string {
  return AXES.flatMap((axis) => {
    const told = assessment[axis];
    return told === undefined ? [] : [`${axis} ${bare(told.analysis)}`];
  }).join(" ");
}

/**
 * Reads the words of an assessment; `undefined` where they are none: an axis out of order, facts that
 * nobody states, anything after the last.
 *
 * @example
 * ```ts
 * import { parseAssessment } from "./words.ts";
 *
 * const { count, verdict } = parseAssessment("count one key seen two asked") ?? {};
 * if (count?.analysis !== "one key seen, two asked") throw new Error("Expected the facts");
 * if (count.score !== 5 || verdict !== "bad") throw new Error("Expected what follows from them");
 * if (parseAssessment("count one two") !== undefined) throw new Error("Expected nothing");
 * ```
 */
export function parseAssessment(text: string): Assessment | undefined {
  const facts = SENTENCE.exec(text.trim().replace(/\s+/g, " "))?.groups;
  if (facts === undefined) return undefined;
  const told = AXES.filter((axis) => facts[axis] !== undefined);
  if (told.length === 0) return undefined;
  return assessmentOf(
    Object.fromEntries(told.map((axis) => [axis, axisOf(axis, comma(facts[axis]))])),
  );
}

/** Every word that prompts and assessments may have, apart from captions and names of things. */
export function assessmentWords(): Set<string> {
  return new Set<string>([
    ...PROMPT.split(" "),
    ...AXES,
    ...FACTS,
    ...SIDES,
    ...NUMBERS,
    ...COLORS,
  ]);
}

const SENTENCE = new RegExp(
  `^${AXES.map((axis) => `(?:(?:^| )${axis} (?<${axis}>${bare(GRAMMAR[axis])}))?`).join("")}$`,
);

function bare(analysis: string): string {
  return analysis.replaceAll(",", "");
}

/** "cat seen dog missing" is written "cat seen, dog missing". */
function comma(facts: string): string {
  return facts.replace(/ seen (?!and )/g, " seen, ");
}
