/** Labels at the ends of lines, where they stand clear of each other. */

/** The height of a line of text, as a share of an axis that is some 240 pixels long. */
const LABEL_HEIGHT = 0.055;

/**
 * `dots` with heights for their labels. Each is as near to its dot as those below let it be, and none
 * stands above the top of the axis.
 *
 * @param valueOf what a dot stands at on an axis that ends in 1
 * @param span the length of that axis
 *
 * @example
 * ```ts
 * import { apart } from "./apart.ts";
 * const [low, high] = apart([{ score: 0.99 }, { score: 0.98 }], ({ score }) => score);
 * if (low.score !== 0.98 || high.height !== 1) throw new Error("Expected the lowest first");
 * if (high.height - low.height < 0.05) throw new Error("Expected labels that are apart");
 * ```
 */
export function apart<T>(
  dots: readonly T[],
  valueOf: (dot: T) => number,
  span = 1,
): (T & { readonly height: number })[] {
  const gap = LABEL_HEIGHT * span;
  const lowestFirst = dots.toSorted((a, b) => valueOf(a) - valueOf(b));
  let free = -Infinity;
  const raised = lowestFirst.map((dot) => {
    const height = Math.max(free, valueOf(dot));
    free = height + gap;
    return height;
  });
  return lowestFirst.map((dot, i) => {
    const above = lowestFirst.length - 1 - i;
    return { ...dot, height: Math.min(raised[i], 1 - above * gap) };
  });
}
