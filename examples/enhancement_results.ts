/** What `deno task self-enhancement` finds: its form, and what each change gains. */
import { z } from "../lib/packages/zod.ts";
import { bootstrapMean, type Calibration, type plot } from "../mod.ts";

const share = z.number();

const Drawing = z.strictObject({
  /** GenEval, by task and in the mean. */
  geneval: z.record(z.string(), share),
  /** Of each evaluation caption, in order, "1" where its drawing is right and "0" where it is not. */
  drawings: z.string(),
});
export type Drawing = z.infer<typeof Drawing>;

const Reading = z.strictObject({
  /** Mean accuracy over POPE's three samplings. */
  pope: share,
  answers: share,
  questions: z.record(z.string(), share),
  descriptions: share,
});

/** What a model can do. */
export const Able = z.strictObject({ drawing: Drawing, reading: Reading, seconds: z.number() });
export type Able = z.infer<typeof Able>;

/** Where all drawings are right, or none is, there is no area and no agreement: JSON has null. */
const undefinable = z.number().nullable().transform((value) => value ?? NaN);

const CalibrationResult: z.ZodType<Calibration> = z.strictObject({
  auroc: undefinable,
  kappa: undefinable,
  accuracy: share,
  unjudged: z.number(),
  expectedError: share,
  bins: z.array(z.strictObject({ confidence: share, right: share, count: z.number() })),
});

const AxisResult = z.strictObject({ accuracy: share, count: z.number() });

/** How often a judge is right, axis by axis. */
export const JudgeResult = z.strictObject({
  axes: z.partialRecord(z.enum(["object", "count", "color", "position"]), AxisResult),
  verdict: AxisResult,
  unjudged: z.number(),
});
export type JudgeResult = z.infer<typeof JudgeResult>;

/** What a model makes of its own judgement. */
export const SelfAssessed = z.strictObject({
  calibration: CalibrationResult,
  /** Within each of GenEval's tasks. */
  byTask: z.record(z.string(), CalibrationResult),
  /** On true pictures of held-out captions and of near misses. */
  nearMisses: JudgeResult,
  bestOfFour: Drawing,
  selfCorrected: Drawing,
});
export type SelfAssessed = z.infer<typeof SelfAssessed>;

/** What came of one seed, and of which code. */
export const EnhancementRun = z.strictObject({
  seed: z.number(),
  commit: z.string(),
  date: z.string(),
  machine: z.string(),
  /** Drawings that were assessed, and those among them that were found good. */
  drawings: z.strictObject({
    assessed: z.number(),
    good: z.number(),
    duplicates: z.number(),
    unjudged: z.number(),
  }),
  arms: z.strictObject({ base: Able, ordinary: Able, assessments: Able }),
  alone: z.strictObject({ "reading alone": Able, "drawing alone": Able, both: Able }),
  selfAssessed: SelfAssessed,
  /** The parser against what codes say, on the same drawings. */
  parserOnDrawings: JudgeResult,
});
export type EnhancementRun = z.infer<typeof EnhancementRun>;

/** The names of the arms as people read them. */
const Arms = z.strictObject({ base: z.string(), ordinary: z.string(), assessments: z.string() });
export type Arms = z.infer<typeof Arms>;

/** What `deno task self-enhancement` writes. */
export const EnhancementReport = z.strictObject({
  command: z.string(),
  /** All that decides, beside the seed, what is found. */
  recipe: z.looseObject({}),
  arms: Arms,
  gains: z.array(z.unknown()),
  runs: z.array(EnhancementRun).min(1),
});

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

/** A value for each seed, the mean over its own. */
function difference(name: string, clusters: readonly (readonly number[])[]): plot.Difference {
  const values = clusters.map((own) => own.reduce((sum, x) => sum + x, 0) / own.length);
  return { name, values, interval: bootstrapMean(clusters) };
}
