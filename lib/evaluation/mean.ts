/**
 * The mean of numbers; NaN of none.
 *
 * @example
 * ```ts
 * import { mean } from "./mean.ts";
 *
 * if (mean([1, 2, 6]) !== 3) throw new Error("Expected 3");
 * ```
 */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
