/** Whether judgements can be trusted: how they agree with the truth, and how sure they are of it. */
import { type Judgement, sureness } from "../assessment/judge.ts";
import { checkNumber, checkNumbers } from "../runtime/mod.ts";
import { mean } from "./mean.ts";

/** A judgement, and whether the picture is right. */
export interface TrueJudgement {
  /** What the judge said. */
  readonly judgement: Judgement;
  /** Whether the picture shows its caption. */
  readonly isRight: boolean;
}

/** Pictures about which a judge was about as sure. */
export interface CalibrationBin {
  /** Mean confidence, from 0 to 1. */
  readonly confidence: number;
  /** Share of the pictures that are right. */
  readonly right: number;
  /** How many pictures these are. */
  readonly count: number;
}

/** How well a judge's confidence tells right pictures from wrong ones. */
export interface Calibration {
  /** How probable it is that a right picture gets more confidence than a wrong one; ½ by chance. */
  readonly auroc: number;
  /** Agreement of verdicts with the truth beyond chance (Cohen 1960): 1 is full, 0 none. */
  readonly kappa: number;
  /** Share of verdicts that are true; what is no assessment is not. */
  readonly accuracy: number;
  /** Judgements that are no assessments. */
  readonly unjudged: number;
  /** Mean distance of confidence and truth over bins (arXiv 1706.04599, eq. 5). */
  readonly expectedError: number;
  /** Pictures by confidence, the least first; bins without any are left out. */
  readonly bins: readonly CalibrationBin[];
}

const BINS = 10;

/**
 * Holds judgements against the truth. One that is no assessment has confidence ½ and a verdict of its
 * own, which is never true; one that says no confidence is as sure as its overall score.
 *
 * @throws RangeError where there are none, and for the first confidence that is no number
 *
 * @example
 * ```ts
 * import { assessmentOf } from "../assessment/mod.ts";
 * import { calibrationOf } from "./calibration.ts";
 *
 * const judged = [[10, true], [10, true], [2, false], [9, false]] as const;
 * const { auroc, accuracy } = calibrationOf(judged.map(([score, isRight]) => ({
 *   judgement: { assessment: assessmentOf({ object: { score, analysis: "" } }) },
 *   isRight,
 * })));
 * if (auroc !== 1 || accuracy !== 1) throw new Error(`${auroc} ${accuracy}`);
 * ```
 */
export function calibrationOf(judged: readonly TrueJudgement[]): Calibration {
  if (judged.length === 0) throw new RangeError("Expected judgements, but found none");
  const rows = judged.map(({ judgement, isRight }) => {
    return {
      isRight,
      verdict: judgement.assessment?.verdict ?? "none",
      confidence: judgement.assessment === undefined ? 0.5 : sureness(judgement),
    };
  });
  checkNumbers(rows.map(({ confidence }) => confidence), (i) => `confidence of judgement ${i}`);
  const byBin = Map.groupBy(
    rows,
    ({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS)),
  );
  const bins = [...byBin].sort(([a], [b]) => a - b).map(([, those]) => ({
    confidence: mean(those.map(({ confidence }) => confidence)),
    right: mean(those.map(({ isRight }) => Number(isRight))),
    count: those.length,
  }));
  const truth = rows.map(({ isRight }) => isRight ? "good" : "bad");
  const verdicts = rows.map(({ verdict }) => verdict);
  const distance = bins.map(({ confidence, right, count }) => count * Math.abs(confidence - right));
  return {
    auroc: auroc(
      rows.map(({ confidence, isRight }) => ({ score: confidence, isPositive: isRight })),
    ),
    kappa: cohensKappa(truth, verdicts),
    accuracy: mean(verdicts.map((verdict, i) => Number(verdict === truth[i]))),
    unjudged: verdicts.filter((verdict) => verdict === "none").length,
    expectedError: distance.reduce((a, b) => a + b, 0) / rows.length,
    bins,
  };
}

/**
 * The area under the receiver operating characteristic: the share of pairs of a positive and a
 * negative in which the positive has the higher score, equal ones counting half (Mann and Whitney
 * 1947). NaN where either is missing. Scores may be infinite.
 *
 * @throws RangeError for the first score that is no number
 *
 * @example
 * ```ts
 * import { auroc } from "./calibration.ts";
 *
 * const area = auroc([
 *   { score: 0.9, isPositive: true },
 *   { score: 0.4, isPositive: true },
 *   { score: 0.4, isPositive: false },
 * ]);
 * if (area !== 0.75) throw new Error(`Expected ¾, but found ${area}`);
 * ```
 */
export function auroc(
  rows: readonly { readonly score: number; readonly isPositive: boolean }[],
): number {
  rows.forEach(({ score }, i) => {
    if (Math.abs(score) !== Infinity) checkNumber(`score of row ${i}`, score);
  });
  const sorted = [...rows].sort((a, b) => a.score - b.score);
  let below = 0, negatives = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start;
    let [positive, negative] = [0, 0];
    for (; end < sorted.length && sorted[end].score === sorted[start].score; end++) {
      if (sorted[end].isPositive) positive++;
      else negative++;
    }
    below += positive * (negatives + negative / 2);
    negatives += negative;
    start = end;
  }
  const pairs = negatives * (rows.length - negatives);
  return below / pairs;
}

/**
 * Cohen's κ = (p − e) / (1 − e): p is the share of equal labels, e that expected of two raters who
 * give their labels as often, but blindly ("A coefficient of agreement for nominal scales", 1960).
 * NaN where both always give the same one label.
 *
 * @throws RangeError where the raters did not label equally many things, or none
 *
 * @example
 * ```ts
 * import { cohensKappa } from "./calibration.ts";
 *
 * const kappa = cohensKappa(["good", "good", "bad", "bad"], ["good", "bad", "bad", "bad"]);
 * if (kappa !== 0.5) throw new Error(`${kappa}`);
 * ```
 */
export function cohensKappa(one: readonly string[], other: readonly string[]): number {
  if (one.length !== other.length) {
    throw new RangeError(`Expected ${one.length} labels of both, but found ${other.length}`);
  }
  if (one.length === 0) throw new RangeError("Expected labels, but found none");
  const equal = mean(one.map((label, i) => Number(label === other[i])));
  const share = (labels: readonly string[], label: string) =>
    labels.filter((found) => found === label).length / labels.length;
  const chance = [...new Set(one)].reduce((sum, x) => sum + share(one, x) * share(other, x), 0);
  return (equal - chance) / (1 - chance);
}
