/** Retrieval: which of many vectors is nearest to each query. */
import { checkNumbers } from "../runtime/mod.ts";

export interface Retrieval {
  /** Share of queries whose own row of the gallery comes first. */
  readonly recallAt1: number;
  /** Share of queries whose own row is among the first five. */
  readonly recallAt5: number;
  /** For each query, the five rows of the gallery that are nearest, the nearest first. */
  readonly nearest: readonly (readonly number[])[];
}

/**
 * Looks for the i-th query's own row, the i-th, in a gallery, by the cosine between vectors from
 * which each side's mean was taken: the mean says what a side has in common, such as its style.
 *
 * @throws RangeError where there are not as many queries as rows, or none; for vectors of another
 * length than the first query's, and the first number that is not finite
 *
 * @example
 * ```ts
 * import { retrieve } from "./retrieval.ts";
 *
 * const queries = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
 * const gallery = [[5, 4, 4], [4, 5, 4], [4, 4, 5]];
 * const { recallAt1 } = retrieve(queries, gallery);
 * if (recallAt1 !== 1) throw new Error(`Expected 1, but found ${recallAt1}`);
 * ```
 */
export function retrieve(
  queries: readonly ArrayLike<number>[],
  gallery: readonly ArrayLike<number>[],
): Retrieval {
  if (queries.length === 0 || queries.length !== gallery.length) {
    throw new RangeError(
      `Expected a row of the gallery for each query, but found ${queries.length} queries and ` +
        `${gallery.length} rows`,
    );
  }
  checkVectors(queries, "queries", queries[0].length);
  checkVectors(gallery, "gallery", queries[0].length);
  const rows = centered(gallery);
  let first = 0, amongFive = 0;
  const nearest = centered(queries).map((query, own) => {
    const cosines = rows.map((row) => row.reduce((sum, x, i) => sum + x * query[i], 0));
    const ahead = cosines.filter((cosine) => cosine > cosines[own]).length;
    if (ahead === 0) first++;
    if (ahead < 5) amongFive++;
    const order = cosines.map((_, i) => i).sort((a, b) => cosines[b] - cosines[a]);
    return order.slice(0, 5);
  });
  return { recallAt1: first / queries.length, recallAt5: amongFive / queries.length, nearest };
}

function checkVectors(vectors: readonly ArrayLike<number>[], side: string, length: number): void {
  vectors.forEach((vector, row) => {
    if (vector.length !== length) {
      throw new RangeError(
        `Expected ${length} numbers in row ${row} of the ${side}, but found ${vector.length}`,
      );
    }
    checkNumbers(vector, (column) => `row ${row}, column ${column} of the ${side}`);
  });
}

/** Vectors without their mean, of length 1. */
function centered(vectors: readonly ArrayLike<number>[]): Float64Array[] {
  const mean = new Float64Array(vectors[0].length);
  for (const vector of vectors) mean.forEach((_, i) => mean[i] += vector[i] / vectors.length);
  return vectors.map((vector) => {
    const moved = Float64Array.from(vector, (x, i) => x - mean[i]);
    const length = Math.hypot(...moved);
    return length === 0 ? moved : moved.map((x) => x / length);
  });
}
