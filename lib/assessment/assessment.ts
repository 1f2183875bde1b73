/**
 * What a judge says of a picture drawn for a caption. ILLUME (arXiv 2412.06673, "self-enhancing
 * multimodal alignment") asks for object, counting, color and spatial relation, each with a score
 * and an analysis.
 */
import { htmlBundle, htmlTable, shown } from "../notebook/mod.ts";
import { type Schema, z } from "../packages/zod.ts";

const Score = z.number().int().min(0).max(10);

/** The axes in the order in which they are always told. */
export const AXES = ["object", "count", "color", "position"] as const satisfies Axis[];
/** What a judge looks at: things, their number, their colours, or where they stand. */
export type Axis = "object" | "count" | "color" | "position";

/** One axis, judged. */
export interface AxisAssessment {
  /** A whole number from 0 (nothing right) to 10 (all right). */
  readonly score: number;
  /** The facts behind it. */
  readonly analysis: string;
}

const axisSchema = z.strictObject({ score: Score, analysis: z.string() });

/** Checks what is said of one axis. */
export const AxisAssessment: Schema<AxisAssessment> = axisSchema;

/** A judgement of a picture against a caption, on the axes that the caption speaks of. */
export interface Assessment {
  /** Whether all things are there. */
  readonly object?: AxisAssessment;
  /** Whether they are as many as asked. */
  readonly count?: AxisAssessment;
  /** Whether they have the colours asked for. */
  readonly color?: AxisAssessment;
  /** Whether they stand as asked. */
  readonly position?: AxisAssessment;
  /** The mean of the axes' scores, rounded: 0 to 10. */
  readonly overall: number;
  /** "good" exactly when every axis is at 10. */
  readonly verdict: "good" | "bad";
}

/** For schemas that hold an assessment, or a part of one. */
export const assessmentSchema = z.strictObject({
  object: axisSchema.optional(),
  count: axisSchema.optional(),
  color: axisSchema.optional(),
  position: axisSchema.optional(),
  overall: Score,
  verdict: z.enum(["good", "bad"]),
});

/**
 * Checks a judgement of a picture against a caption. Only axes that the caption speaks of are
 * present; `overall` is the rounded mean of their scores; the verdict is "good" exactly when every
 * axis is at 10.
 *
 * The paper publishes neither its prompt, nor the keys of its JSON, nor a scale, nor the threshold
 * between good and bad: this schema, the scale and the rule for the verdict are ours.
 *
 * @example
 * ```ts
 * import { Assessment } from "./assessment.ts";
 *
 * const wrong = Assessment.safeParse({ overall: 11, verdict: "good" });
 * if (wrong.success) throw new Error("Expected 11 to be refused");
 * ```
 */
export const Assessment: Schema<Assessment> = assessmentSchema;

/**
 * An assessment of these axes, whose overall score and verdict follow from theirs.
 *
 * @example
 * ```ts
 * import { assessmentOf } from "./assessment.ts";
 *
 * const { overall, verdict } = assessmentOf({
 *   object: { score: 10, analysis: "cat seen" },
 *   count: { score: 5, analysis: "one cat, not two" },
 * });
 * if (overall !== 8 || verdict !== "bad") throw new Error(`${overall} ${verdict}`);
 * ```
 */
export function assessmentOf(axes: Readonly<Partial<Record<Axis, AxisAssessment>>>): Assessment {
  const judged = AXES.flatMap((axis) => axes[axis] === undefined ? [] : [[axis, axes[axis]]]);
  const scores = AXES.flatMap((axis) => axes[axis]?.score ?? []);
  return shown<Assessment>(
    {
      ...Object.fromEntries(judged),
      overall: Math.round(scores.reduce((sum, score) => sum + score, 0) / scores.length),
      verdict: scores.every((score) => score === 10) ? "good" : "bad",
    },
    inWords,
    (assessment) => htmlBundle(inTable(assessment), inWords(assessment)),
  );
}

/** The axes that were judged, in order. */
function axesOf(assessment: Assessment): [Axis, AxisAssessment][] {
  return AXES.flatMap((axis) => assessment[axis] ? [[axis, assessment[axis]]] : []);
}

/** A line for the verdict and one for each axis; all in one inside of other values. */
function inWords(assessment: Assessment, { currentDepth } = { currentDepth: 0 }): string {
  const axes = axesOf(assessment);
  const verdict = `${assessment.verdict}, ${assessment.overall} of 10`;
  if (currentDepth > 0) {
    return `Assessment: ${verdict} (${axes.map(([, { analysis }]) => analysis).join("; ")})`;
  }
  const lines = axes.map(([axis, { score, analysis }]) => `  ${axis} ${score}: ${analysis}`);
  return [`Assessment: ${verdict}`, ...lines].join("\n");
}

function inTable(assessment: Assessment): string {
  const rows = axesOf(assessment).map(([axis, { score, analysis }]) => [axis, score, analysis]);
  return htmlTable([...rows, ["overall", assessment.overall, assessment.verdict]], [
    "axis",
    "score",
    "what was found",
  ]);
}
