/**
 * Sizes that depend on axes of open size: sums of products, such as 4·batch·tokens + 1. They are
 * found from what a program makes of several sizes.
 */

/** What the size of each open axis is a multiple of. */
export type OpenAxes = Readonly<Record<string, number>>;

/** The size of each open axis. */
export type Sizes = Readonly<Record<string, number>>;

/** A multiple of the product of open axes; the product of none is 1. */
export interface Term {
  readonly factor: number;
  readonly axes: readonly string[];
}

/** The sum of its terms. */
export type OpenSize = readonly Term[];

/** Three for each axis. None is likely to be another size of the graph by chance. */
const PRIMES = [7, 11, 13, 17, 19, 23, 29, 31, 37];

/** How many axes can be open. */
export const MOST_OPEN = PRIMES.length / 3;

/**
 * The sizes that a graph is traced with: all mixtures of a smaller and a larger size of each axis,
 * and last a third size of each, which shows whether what the others say is so.
 */
export function sizesToTrace(open: OpenAxes): Sizes[] {
  const names = Object.keys(open);
  const sizes = (which: (axis: number) => number): Sizes =>
    Object.fromEntries(names.map((name, i) => [name, open[name] * PRIMES[3 * i + which(i)]]));
  const mixtures = Array.from({ length: 2 ** names.length }, (_, mixture) => mixture);
  return [...mixtures.map((mixture) => sizes((i) => mixture >> i & 1)), sizes(() => 2)];
}

/**
 * What a number is, by its values at each of the sizes to trace; undefined where it is no sum of
 * products of them.
 */
export function openSize(values: readonly number[], sizes: readonly Sizes[]): OpenSize | undefined {
  const names = Object.keys(sizes[0]);
  const [smallest, largest] = [sizes[0], sizes[sizes.length - 2]];
  // Along one axis after the other, the values at both sizes become a constant and a slope.
  const factors = values.slice(0, -1);
  for (const [i, name] of names.entries()) {
    for (const mixture of factors.keys()) {
      if (mixture >> i & 1) continue;
      const [low, high] = [factors[mixture], factors[mixture | 1 << i]];
      const slope = (high - low) / (largest[name] - smallest[name]);
      factors[mixture] = low - slope * smallest[name];
      factors[mixture | 1 << i] = slope;
    }
  }
  const terms = factors.map((factor, mixture) => ({
    factor,
    axes: names.filter((_, i) => mixture >> i & 1),
  })).filter(({ factor }) => factor !== 0);
  const isSo = terms.every(({ factor }) => Number.isSafeInteger(factor)) &&
    sizes.every((size, i) => sizeAt(terms, size) === values[i]);
  return isSo ? terms : undefined;
}

function sizeAt(terms: OpenSize, sizes: Sizes): number {
  return terms.reduce(
    (sum, { factor, axes }) => sum + axes.reduce((product, axis) => product * sizes[axis], factor),
    0,
  );
}

/** A number that depends on no open axis; undefined for others. */
export function fixedSize(terms: OpenSize): number | undefined {
  if (terms.some(({ axes }) => axes.length > 0)) return undefined;
  return terms[0]?.factor ?? 0;
}

/** The axis whose size this is, if it is just that. */
export function axisOfSize([term, ...others]: OpenSize): string | undefined {
  const isOne = others.length === 0 && term?.factor === 1 && term.axes.length === 1;
  return isOne ? term.axes[0] : undefined;
}

/** Such as "4*batch*tokens + 1". */
export function sizeInWords(terms: OpenSize): string {
  return terms.map(({ factor, axes }) =>
    [...factor === 1 && axes.length > 0 ? [] : [factor], ...axes].join("*")
  )
    .reverse().join(" + ");
}
