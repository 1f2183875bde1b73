/**
 * How far drawn pictures are from true ones, as sets: Fréchet distance (FID, arXiv 1706.08500) and
 * kernel distance (KID, arXiv 1801.01401). There they are of Inception's features; here of whatever
 * features are given, so that the numbers compare only with others of the same encoder.
 */
import { EigenvalueDecomposition, Matrix } from "../packages/ml_matrix.ts";
import type { Picture } from "../data/picture.ts";
import { checkNumbers } from "../runtime/mod.ts";
import type { Encodes } from "./abilities.ts";

/** A set of features: a row of numbers for each picture. */
export type Features = readonly ArrayLike<number>[];

/** How far two sets of pictures are apart, by both measures. */
export interface SetDistances {
  /** The Fréchet distance: of the normal distributions that fit the two sets. */
  readonly frechet: number;
  /** The kernel distance: the squared maximum mean discrepancy. */
  readonly kernel: number;
}

/**
 * How far pictures are from true ones by a tokenizer's own features, the mean over each picture's
 * patches. Only distances by the same tokenizer from the same pictures compare; that of other true
 * pictures says what is near.
 *
 * @throws RangeError for fewer than two pictures
 */
export async function evaluateDistances(
  tokenizer: Encodes,
  pictures: readonly Picture[],
  truth: readonly Picture[],
): Promise<SetDistances> {
  const means = async (pictures: readonly Picture[]) =>
    (await tokenizer.encode(pictures)).map(({ features }) =>
      meanRow(features, tokenizer.featureSize)
    );
  const [one, other] = [await means(pictures), await means(truth)];
  return { frechet: frechetDistance(one, other), kernel: kernelDistance(one, other) };
}

/** The mean row of `[rows, size]`. */
function meanRow(features: Float32Array, size: number): Float64Array {
  const mean = new Float64Array(size);
  features.forEach((x, i) => mean[i % size] += x * size / features.length);
  return mean;
}

/**
 * ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2·(Σ₁Σ₂)^½) of two sets of features, each taken as normal
 * (arXiv 1706.08500, eq. 6). Sets of fewer rows than numbers a row make it too large.
 *
 * @throws RangeError for sets of fewer than two rows, rows of different lengths, and the first number
 * that is not finite; rows and columns count from 0
 *
 * @example
 * ```ts
 * import { frechetDistance } from "./frechet.ts";
 *
 * const one = [[0, 0], [2, 0], [0, 2], [2, 2]];
 * const moved = one.map(([x, y]) => [x + 3, y]);
 * const distance = frechetDistance(one, moved);
 * if (Math.abs(distance - 9) > 1e-6) throw new Error(`Expected 9, but found ${distance}`);
 * ```
 */
export function frechetDistance(one: Features, other: Features): number {
  check(one, other);
  const [a, b] = [one, other].map((rows) => {
    const matrix = new Matrix(rows.map((row) => Array.from(row)));
    const mean = matrix.mean("column");
    const centered = matrix.subRowVector(mean);
    return { mean, covariance: centered.transpose().mmul(centered).div(rows.length - 1) };
  });
  const apart = a.mean.reduce((sum, x, i) => sum + (x - b.mean[i]) ** 2, 0);
  // The eigenvalues of Σ₁Σ₂ are those of Σ₁^½ Σ₂ Σ₁^½, which is symmetric.
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = symmetric(a.covariance);
  const root = vectors.mmul(Matrix.diag(values.map((x) => Math.sqrt(Math.max(0, x)))))
    .mmul(vectors.transpose());
  const between = symmetric(root.mmul(b.covariance).mmul(root)).realEigenvalues
    .reduce((sum, x) => sum + Math.sqrt(Math.max(0, x)), 0);
  return apart + a.covariance.trace() + b.covariance.trace() - 2 * between;
}

function symmetric(matrix: Matrix): EigenvalueDecomposition {
  const even = Matrix.add(matrix, matrix.transpose()).div(2);
  return new EigenvalueDecomposition(even, { assumeSymmetric: true });
}

/**
 * The squared maximum mean discrepancy of two sets of features with the kernel (xᵀy / d + 1)³, without
 * bias (arXiv 1801.01401, section 4): 0 on average where both come from one distribution, also for
 * few rows.
 *
 * @throws RangeError for sets of fewer than two rows, rows of different lengths, and the first number
 * that is not finite; rows and columns count from 0
 *
 * @example
 * ```ts
 * import { kernelDistance } from "./frechet.ts";
 *
 * const one = [[0, 0], [2, 0], [0, 2], [2, 2]];
 * const far = one.map(([x, y]) => [x + 9, y]);
 * if (kernelDistance(one, far) < 100) throw new Error("Expected sets that are far apart");
 * ```
 */
export function kernelDistance(one: Features, other: Features): number {
  check(one, other);
  const kernel = (x: ArrayLike<number>, y: ArrayLike<number>) => {
    let product = 0;
    for (let i = 0; i < x.length; i++) product += x[i] * y[i];
    return (product / x.length + 1) ** 3;
  };
  const within = (rows: Features) => {
    let sum = 0;
    rows.forEach((x, i) => rows.forEach((y, j) => sum += i === j ? 0 : kernel(x, y)));
    return sum / (rows.length * (rows.length - 1));
  };
  let between = 0;
  for (const x of one) for (const y of other) between += kernel(x, y);
  return within(one) + within(other) - 2 * between / (one.length * other.length);
}

function check(one: Features, other: Features): void {
  const sizes = new Set([...one, ...other].map(({ length }) => length));
  if (one.length < 2 || other.length < 2 || sizes.size !== 1 || sizes.has(0)) {
    throw new RangeError(
      `Expected two sets of at least two rows of equal length, but found ${one.length} and ` +
        `${other.length} rows of ${[...sizes].join(", ")} numbers`,
    );
  }
  [one, other].forEach((rows, i) =>
    rows.forEach((numbers, row) =>
      checkNumbers(
        numbers,
        (column) => `row ${row}, column ${column} of the ${i === 0 ? "first" : "second"} set`,
      )
    )
  );
}
