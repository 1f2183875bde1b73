/** What each change is worth in the experiments of `deno task metamorph`: paired by seed and caption. */
import { bootstrapMean, type plot } from "../mod.ts";
import {
  type Arm,
  arm,
  CONTROL,
  DRAWING,
  GRID,
  LOSSES,
  PARTNER,
  PARTNERS,
  READING,
  RECIPE_SAMPLES,
  THINKING,
} from "./metamorph_arms.ts";
import type { ArmResult, StudyRun } from "./metamorph_results.ts";
import { resultsOf } from "./study_results.ts";
import { inShort } from "./study_samples.ts";

type Runs = readonly StudyRun[];

/** Of what arms are compared by; nats are those that are read of descriptions. */
export type Measure = "GenEval" | "POPE" | "nats";

/** Drawing samples from the fewest on. */
export const DRAWING_IN_ORDER = DRAWING.toSorted((a, b) => a - b);

/** By experiment; those that no seed has both arms of are left out. */
export function studyEffects(runs: Runs): Record<string, plot.Difference[]> {
  const thought = resultsOf(runs, arm(THINKING).name)
    .flatMap(({ thinking }) => thinking === undefined ? [] : [thinking]);
  const kinds = ["position", "counting", "color", "changed", "all"] as const;
  return {
    1: DRAWING_IN_ORDER.flatMap((drawing) =>
      gain(
        runs,
        "GenEval",
        `reading to ${inShort(drawing)} drawing`,
        arm({ drawing, reading: READING }),
        arm({ drawing }),
      )
    ),
    2: [
      ...GRID.drawing.filter((drawing) => drawing > 0).flatMap((drawing) =>
        gain(
          runs,
          "GenEval",
          `reading to ${inShort(drawing)} drawing`,
          arm({ drawing, reading: READING }),
          arm({ drawing }),
        )
      ),
      ...gain(
        runs,
        "nats",
        "20k sentences to 2k reading",
        arm(CONTROL),
        arm({ reading: CONTROL.reading }),
      ),
      ...(["POPE", "nats"] as const).flatMap((measure) =>
        GRID.reading.filter((reading) => reading > 0).flatMap((reading) =>
          gain(
            runs,
            measure,
            `20k drawing to ${inShort(reading)} reading`,
            arm({ drawing: 20_000, reading }),
            arm({ reading }),
          )
        )
      ),
    ],
    3: [...partnerEffects(runs, "GenEval"), ...partnerEffects(runs, "POPE")],
    4: MEASURES.flatMap((measure) =>
      gain(runs, measure, "cosine, not L1", arm(LOSSES), arm(LOSSES, { loss: "l1" }))
    ),
    5: MEASURES.flatMap((measure) =>
      gain(
        runs,
        measure,
        "MetaMorph, not ILLUME",
        arm(RECIPE_SAMPLES),
        arm(RECIPE_SAMPLES, { recipe: "illume" }),
      )
    ),
    6: kinds.flatMap((kind) => {
      const clusters = thought.map(({ drawn, imagined }) => [drawn[kind] - imagined[kind]]);
      return difference(`${kind}: drawn first`, clusters);
    }),
  };
}

const MEASURES: readonly Measure[] = ["GenEval", "POPE", "nats"];

/** What each kind of partner adds to drawing alone, from the most on. */
export function partnerEffects(runs: Runs, measure: Measure): plot.Difference[] {
  const alone = { drawing: PARTNER.drawing };
  return PARTNERS.flatMap((kind) => {
    const beside = arm({ ...alone, [kind]: PARTNER.partner });
    return gain(runs, measure, `${inShort(PARTNER.partner)} ${kind}`, beside, arm(alone));
  }).sort((a, b) => b.interval.mean - a.interval.mean);
}

/** What one arm has more than another; nothing where no seed has both. */
function gain(
  runs: Runs,
  measure: Measure,
  name: string,
  after: Arm,
  before: Arm,
): plot.Difference[] {
  const pairs = runs.flatMap((run) => {
    const [[more], [less]] = [after, before].map(({ name }) => resultsOf([run], name));
    return more === undefined || less === undefined ? [] : [[more, less] as const];
  });
  const clusters = pairs.map(([more, less]) => {
    const [one, other] = [more, less].map((result) => valuesOf(result, measure));
    return one.map((value, i) => value - other[i]);
  });
  return difference(`${measure}, ${name}`, clusters);
}

/** A value for each caption, or one. */
export function valuesOf({ drawings, pope, nats }: ArmResult, measure: Measure): number[] {
  return measure === "GenEval" ? [...drawings].map(Number) : [measure === "POPE" ? pope : nats];
}

/** A value for each seed, the mean over its own; nothing where there is none. */
function difference(name: string, all: readonly (readonly number[])[]): plot.Difference[] {
  const clusters = all.filter((own) => own.every(Number.isFinite));
  if (clusters.length === 0) return [];
  const values = clusters.map((own) => own.reduce((sum, x) => sum + x, 0) / own.length);
  return [{ name, values, interval: bootstrapMean(clusters) }];
}

/** How soon drawing beside reading draws as well as drawing alone ever did. */
export interface Unlocked {
  readonly seed: number;
  /** The best GenEval of drawing alone, and with how many samples. */
  readonly best: number;
  readonly alone: number;
  /** With how many as good beside reading: between two arms on a straight line over log samples. */
  readonly joint?: number;
}

/** Of each seed that has all arms. */
export function unlocked(runs: Runs): Unlocked[] {
  return runs.flatMap((run) => {
    const scores = (reading: number) =>
      DRAWING_IN_ORDER.flatMap((drawing) =>
        resultsOf([run], arm({ drawing, reading }).name)
          .map(({ geneval }) => ({ samples: drawing, score: geneval.overall }))
      );
    const [alone, joint] = [scores(0), scores(READING)];
    if (Math.min(alone.length, joint.length) < DRAWING.length) return [];
    const best = alone.reduce((a, b) => b.score > a.score ? b : a);
    const found = { seed: run.seed, best: best.score, alone: best.samples };
    const at = joint.findIndex(({ score }) => score >= best.score);
    if (at < 0) return [found];
    if (at === 0) return [{ ...found, joint: joint[0].samples }];
    const [before, after] = [joint[at - 1], joint[at]];
    const part = (best.score - before.score) / (after.score - before.score);
    return [{ ...found, joint: before.samples * (after.samples / before.samples) ** part }];
  });
}
