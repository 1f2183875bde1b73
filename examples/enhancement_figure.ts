import { z } from "zod";
import { bootstrapMean, type Calibration, plot } from "../mod.ts";

const Drawing = z.object({
  /** Of each evaluation caption "1" where its drawing is right. */
  drawings: z.string(),
});
type Drawing = z.infer<typeof Drawing>;

const Able = z.object({ drawing: Drawing, reading: z.object({ pope: z.number() }) });
type Able = z.infer<typeof Able>;

/** What was learned with one seed. */
export const EnhancementRun = z.object({
  arms: z.object({ base: Able, ordinary: Able, assessments: Able }),
  alone: z.object({ "reading alone": Able, "drawing alone": Able, both: Able }),
  selfAssessed: z.object({
    calibration: z.custom<Calibration>((value) => typeof value === "object"),
    bestOfFour: Drawing,
    selfCorrected: Drawing,
  }),
});
export type EnhancementRun = z.infer<typeof EnhancementRun>;

/** What each change gains, paired by seed and caption, with bootstrap intervals over both. */
export function enhancementGains(runs: readonly EnhancementRun[]): plot.Difference[] {
  const drawing = (
    name: string,
    pair: (run: EnhancementRun) => readonly [after: Drawing, before: Drawing],
  ) =>
    difference(
      `GenEval, ${name}`,
      runs.map((run) => {
        const [after, before] = pair(run).map(({ drawings }) => [...drawings].map(Number));
        return after.map((right, i) => right - before[i]);
      }),
    );
  const reading = (
    name: string,
    pair: (run: EnhancementRun) => readonly [after: Able, before: Able],
  ) =>
    difference(
      `POPE, ${name}`,
      runs.map((run) => {
        const [after, before] = pair(run);
        return [after.reading.pope - before.reading.pope];
      }),
    );
  return [
    drawing("assessments", ({ arms }) => [arms.assessments.drawing, arms.base.drawing]),
    drawing("ordinary samples", ({ arms }) => [arms.ordinary.drawing, arms.base.drawing]),
    drawing("one instead of the other", ({ arms }) => [
      arms.assessments.drawing,
      arms.ordinary.drawing,
    ]),
    reading("assessments", ({ arms }) => [arms.assessments, arms.base]),
    reading("ordinary samples", ({ arms }) => [arms.ordinary, arms.base]),
    drawing("best of four", ({ arms, selfAssessed }) => [
      selfAssessed.bestOfFour,
      arms.assessments.drawing,
    ]),
    drawing("corrected once", ({ arms, selfAssessed }) => [
      selfAssessed.selfCorrected,
      arms.assessments.drawing,
    ]),
    drawing(
      "joint, not alone",
      ({ alone }) => [alone.both.drawing, alone["drawing alone"].drawing],
    ),
    reading("joint, not alone", ({ alone }) => [alone.both, alone["reading alone"]]),
  ];
}

/** The gains on one sheet. */
export function enhancementFigure(runs: readonly EnhancementRun[]): plot.Figure {
  return plot.differences(enhancementGains(runs), {
    title: `What self-assessment gains, ${runs.length} seeds`,
  });
}

/** A value for each seed, the mean over its own. */
function difference(name: string, clusters: readonly (readonly number[])[]): plot.Difference {
  const values = clusters.map((own) => own.reduce((sum, x) => sum + x, 0) / own.length);
  return { name, values, interval: bootstrapMean(clusters) };
}
