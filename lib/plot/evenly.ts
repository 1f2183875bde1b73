/** A few of many whole numbers. */

/**
 * Whole numbers from `first` to `last`, both among them: all where they are at most `most`, else at
 * even steps, of which the last may be shorter.
 *
 * @example
 * ```ts
 * import { evenly } from "./evenly.ts";
 * if (evenly(0, 3, 5).join() !== "0,1,2,3") throw new Error("Expected all of them");
 * if (evenly(0, 64, 5).join() !== "0,16,32,48,64") throw new Error("Expected five of them");
 * ```
 */
export function evenly(first: number, last: number, most: number): number[] {
  const step = Math.max(1, Math.ceil((last - first) / (most - 1)));
  const before = Array.from(
    { length: Math.ceil((last - first) / step) },
    (_, i) => first + i * step,
  );
  return [...before, last];
}
