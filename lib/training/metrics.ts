/** metrics.jsonl: what training measured, one JSON object a line, one line a step. */
import { z } from "../packages/zod.ts";
import { type LineFormat, readJsonLines } from "../files/mod.ts";

/** JSON has no NaN and no infinity: a loss that is not a number is written as null. */
const measure = z.number().nullable().transform((value) => value ?? NaN);

const schema = z.object({
  stage: z.string(),
  step: z.int().positive(),
  samples: z.number().nonnegative(),
  loss: measure,
  parts: z.record(z.string(), measure),
  seconds: z.number().nonnegative(),
  leftOut: z.int().nonnegative().optional(),
  padding: z.number().min(0).max(1).optional(),
});

/** What was measured in one step of a stage. */
export interface Metrics {
  /** Of which it is a step. */
  readonly stage: string;
  /** 1 … steps of the stage. */
  readonly step: number;
  /** Samples seen in this stage so far. */
  readonly samples: number;
  /** Of the batch, before the update; NaN where it was no number. */
  readonly loss: number;
  /** The terms of the loss, by name. */
  readonly parts: Readonly<Record<string, number>>;
  /** Since the stage began. */
  readonly seconds: number;
  /** Samples that were too long for the batch, and had others drawn in their place. */
  readonly leftOut?: number;
  /** The share of the batch's tokens that stand for nothing. */
  readonly padding?: number;
}

/** Lines of metrics. */
export const METRICS: LineFormat<Metrics> = {
  what: "metrics",
  schema,
  kept: ({ stage, step, samples, loss, parts, seconds, leftOut, padding }) => ({
    stage,
    step,
    samples,
    loss,
    parts,
    seconds,
    leftOut,
    padding,
  }),
};

/**
 * Reads metrics.jsonl. A last line that was cut off is left out.
 *
 * @throws Error naming the path, the line and what is not as expected
 */
export function readMetrics(path: string): Promise<Metrics[]> {
  return readJsonLines(path, METRICS);
}
