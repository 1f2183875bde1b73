/** How far a judge can be trusted: its scores against the truth, axis by axis. */
import { type Assessment, AXES, type Axis } from "../assessment/assessment.ts";
import type { Judgement } from "../assessment/judge.ts";

/** How often a judge was right, and about how much it was asked. */
export interface AxisAccuracy {
  /** Share of the pictures in which the axis was found right where it is, and wrong where not. */
  readonly accuracy: number;
  /** Pictures whose caption speaks of it. */
  readonly count: number;
}

/** How often a judge was right. */
export interface JudgeAccuracy {
  /** By axis; an axis that no caption speaks of is absent. */
  readonly axes: Readonly<Partial<Record<Axis, AxisAccuracy>>>;
  /** Of "good" and "bad", where only what shows all of its caption is good. */
  readonly verdict: AxisAccuracy;
  /** Pictures about which the judge said something that is no assessment: wrong on all axes. */
  readonly unjudged: number;
}

/**
 * Of judgements, axis by axis, how many say what is true.
 * @throws RangeError where there is none, or not one for each truth
 */
export function accuracyOf(
  judgements: readonly Judgement[],
  truths: readonly Assessment[],
): JudgeAccuracy {
  if (truths.length === 0 || truths.length !== judgements.length) {
    throw new RangeError(
      `Expected a judgement for each truth, but found ${judgements.length} for ${truths.length}`,
    );
  }
  const accuracy = (right: readonly boolean[]): AxisAccuracy => ({
    accuracy: right.filter(Boolean).length / right.length,
    count: right.length,
  });
  const axes = AXES.flatMap((axis) => {
    const right = truths.flatMap((truth, i) =>
      truth[axis] === undefined
        ? []
        : [isTen(judgements[i].assessment?.[axis]) === isTen(truth[axis])]
    );
    return right.length === 0 ? [] : [[axis, accuracy(right)]];
  });
  return {
    axes: Object.fromEntries(axes),
    verdict: accuracy(
      truths.map(({ verdict }, i) => judgements[i].assessment?.verdict === verdict),
    ),
    unjudged: judgements.filter(({ assessment }) => assessment === undefined).length,
  };
}

/** Undefined where nothing was said of an axis. */
function isTen(axis: { readonly score: number } | undefined): boolean | undefined {
  return axis && axis.score === 10;
}
