/** Features of patches as pictures: like features in like colours. */
import type { Picture } from "../data/picture.ts";

/** Width and height of a patch, in pixels, so that it is seen as a square. */
const SIDE = 8;
/** Steps of the power iteration that finds each component. */
const ITERATIONS = 50;

/**
 * Features as pictures of `grid × grid` squares: red, green and blue are the first three principal
 * components of all features together, so that like features look alike everywhere.
 *
 * @param features of each picture, `[grid², size]`
 * @throws RangeError where there are none, or they do not come in whole grids
 *
 * @example
 * ```ts
 * import { featurePictures } from "./feature_pictures.ts";
 * const [picture] = featurePictures([Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1)], { grid: 2 });
 * const { width, data } = picture;
 * const at = (x: number, y: number) => String(data.slice(3 * (y * width + x), 3 * (y * width + x) + 3));
 * if (at(0, 0) !== at(15, 0) || at(0, 0) === at(0, 15)) throw new Error("Expected two kinds");
 * ```
 */
export function featurePictures(
  features: readonly ArrayLike<number>[],
  { grid }: { readonly grid: number },
): Picture[] {
  const size = (features[0]?.length ?? 0) / grid ** 2;
  if (
    !Number.isInteger(size) || size === 0 || features.some((f) => f.length !== grid ** 2 * size)
  ) {
    throw new RangeError(
      `Expected features of ${grid} × ${grid} patches, but found ` +
        `${features[0]?.length ?? "no"} numbers`,
    );
  }
  const rows = features.flatMap((picture) =>
    Array.from(
      { length: grid ** 2 },
      (_, i) => Float64Array.from({ length: size }, (_, j) => picture[i * size + j]),
    )
  );
  const mean = new Float64Array(size);
  for (const row of rows) row.forEach((x, j) => mean[j] += x / rows.length);
  for (const row of rows) mean.forEach((x, j) => row[j] -= x);
  const channels = [0, 1, 2].map((channel) => {
    const direction = component(rows, channel);
    const along = rows.map((row) => dot(row, direction));
    for (const [i, row] of rows.entries()) direction.forEach((x, j) => row[j] -= along[i] * x);
    const most = Math.max(...along.map(Math.abs), 1e-12);
    return along.map((x) => Math.round(127.5 + 127.5 * x / most));
  });
  const width = SIDE * grid;
  return features.map((_, picture) => ({
    width,
    height: width,
    data: Uint8Array.from({ length: 3 * width ** 2 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      const patch = Math.floor(y / SIDE) * grid + Math.floor(x / SIDE);
      return channels[i % 3][picture * grid ** 2 + patch];
    }),
  }));
}

/** The direction in which rows differ most, of length 1; some direction where they do not differ. */
function component(rows: readonly Float64Array[], start: number): Float64Array {
  let direction = Float64Array.from(rows[0], (_, j) => Math.cos(j * (start + 1)));
  for (let i = 0; i < ITERATIONS; i++) {
    const next = new Float64Array(direction.length);
    for (const row of rows) {
      const along = dot(row, direction);
      row.forEach((x, j) => next[j] += along * x);
    }
    const length = Math.hypot(...next);
    if (length < 1e-12) return direction.map((x) => x / Math.hypot(...direction));
    direction = next.map((x) => x / length);
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * b[i], 0);
}
