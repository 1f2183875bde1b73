/** How sure a mean is: the bootstrap (Efron, "Bootstrap methods: another look at the jackknife", 1979). */
import { checkNumbers, Random } from "../runtime/mod.ts";
import { mean } from "./mean.ts";

/** A mean, and the interval in which it lies with 95 % confidence. */
export interface Interval {
  /** Of the values. */
  readonly mean: number;
  /** The lower end of the interval. */
  readonly low: number;
  /** The upper end of the interval. */
  readonly high: number;
}

const RESAMPLES = 4000;

/**
 * The mean over clusters of their means, with the percentile interval of its bootstrap: clusters are
 * drawn with replacement, and of each its values. A cluster is a seed, its values what was measured
 * with it; so the interval speaks of other seeds and of other captions. For a paired comparison the
 * values are differences. One cluster alone says nothing of other seeds.
 *
 * @throws RangeError where there is no cluster, or one without values, and for the first value that is
 * not finite
 *
 * @example
 * ```ts
 * import { bootstrapMean } from "./bootstrap.ts";
 *
 * const { mean, low, high } = bootstrapMean([[1, 0, 1, 1], [1, 1, 0, 1]]);
 * if (mean !== 0.75 || low < 0.3 || high > 1) throw new Error(`Found ${low} to ${high}`);
 * ```
 */
export function bootstrapMean(
  clusters: readonly (readonly number[])[],
  { seed = 0 }: { readonly seed?: number } = {},
): Interval {
  if (clusters.length === 0 || clusters.some((values) => values.length === 0)) {
    const found = clusters.map((values) => values.length).join(", ") || "none";
    throw new RangeError(`Expected clusters with values, but found ${found}`);
  }
  clusters.forEach((values, i) => checkNumbers(values, (at) => `value ${at} of cluster ${i}`));
  const random = new Random(seed, "bootstrap");
  const pick = <T>(items: readonly T[]) => items.map(() => items[random.integer(items.length)]);
  const means = Array.from(
    { length: RESAMPLES },
    () =>
      mean((clusters.length === 1 ? clusters : pick(clusters)).map((values) => mean(pick(values)))),
  ).sort((a, b) => a - b);
  return {
    mean: mean(clusters.map(mean)),
    low: means[Math.floor(0.025 * RESAMPLES)],
    high: means[Math.ceil(0.975 * RESAMPLES) - 1],
  };
}
