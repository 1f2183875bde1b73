/**
 * Assessments in a model's words: what is found of each point, right behind the thing that it is about,
 * `object cat seen dog seen position dog cat left`. What was asked for is in the caption, facts and
 * scores follow by rule, and neither is written: a small model told the facts right, and what follows
 * from them wrong (docs/LOG.md).
 */
import { type Assessment, AXES } from "./assessment.ts";
import { SIDES } from "./facts.ts";
import { COLORS, NUMBERS } from "./geneval_words.ts";
import { assessmentOfPoints, type Point } from "./points.ts";

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
 * What was found of each point, in words.
 *
 * @example
 * ```ts
 * import { pointsOf } from "./points.ts";
 * import { foundToText } from "./words.ts";
 *
 * const points = pointsOf({ include: [{ class: "heart", count: 1, color: "red" }], exclude: [] });
 * const text = foundToText(points, ["seen", "blue"]);
 * if (text !== "object heart seen color heart blue") throw new Error(text);
 * ```
 */
export function foundToText(points: readonly Point[], found: readonly string[]): string {
  return points.map((_, i) => `${beginningOf(points, i)} ${found[i]}`).join(" ");
}

/** All that may be said of each point. An assessment in words is one of each, in order. */
export function choicesOf(points: readonly Point[]): string[][] {
  return points.map(({ answers }, i) =>
    answers.map((answer) => `${beginningOf(points, i)} ${answer}`)
  );
}

/** All that says that all is right, one of {@link choicesOf} of each point: of "left" also "left and above". */
export function rightAnswers(points: readonly Point[]): string[][] {
  const choices = choicesOf(points);
  return points.reduce<string[][]>(
    (begun, { answers, right }, i) =>
      begun.flatMap((said) => right.map((one) => [...said, choices[i][answers.indexOf(one)]])),
    [[]],
  );
}

/**
 * Reads what was found of each point, and says what follows; `undefined` where it is in other words.
 *
 * @example
 * ```ts
 * import { pointsOf } from "./points.ts";
 * import { parseAssessment } from "./words.ts";
 *
 * const key = { class: "key", count: 2 };
 * const points = pointsOf({ include: [key], exclude: [{ ...key, count: 3 }] });
 * const { count, verdict } = parseAssessment("object key seen count key one", points) ?? {};
 * if (count?.analysis !== "one key seen, two asked") throw new Error("Expected the facts");
 * if (count.score !== 5 || verdict !== "bad") throw new Error("Expected what follows from them");
 * if (parseAssessment("object key seen", points) !== undefined) throw new Error("Expected nothing");
 * ```
 */
export function parseAssessment(text: string, points: readonly Point[]): Assessment | undefined {
  const found: string[] = [];
  let rest = ` ${text}`;
  for (const [i, { answers }] of points.entries()) {
    const begun = ` ${beginningOf(points, i)} `;
    const words = rest.startsWith(begun) ? `${rest.slice(begun.length)} ` : "";
    // "left and above" begins with "left".
    const answer = answers.filter((answer) => words.startsWith(`${answer} `))
      .reduce((a, b) => b.length > a.length ? b : a, "");
    if (answer === "") return undefined;
    found.push(answer);
    rest = rest.slice(begun.length + answer.length);
  }
  return points.length === 0 || rest !== "" ? undefined : assessmentOfPoints(points, found);
}

/** Every word that prompts and assessments may have, apart from captions and names of things. */
export function assessmentWords(): Set<string> {
  return new Set<string>([
    ...PROMPT.split(" "),
    ...AXES,
    ...FOUND,
    ...SIDES,
    ...NUMBERS,
    ...COLORS,
  ]);
}

/** Words of what is found that are neither numbers, nor colours, nor places. */
const FOUND = ["seen", "missing", "and", "none", "many"] as const;

/** What stands before what was found of a point: the axis where it is the first of it, and the thing. */
function beginningOf(points: readonly Point[], i: number): string {
  const { axis, about } = points[i];
  return points[i - 1]?.axis === axis ? about : `${axis} ${about}`;
}
