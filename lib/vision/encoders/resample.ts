/**
 * Pictures of another size, in the bytes of Pillow, by which published encoders were trained: each
 * pixel is a weighted mean of those around its place, first along rows, then along columns, rounded to
 * bytes after each. So does Pillow 11; Pillow 13 begins with columns where that is less work, which
 * changes some bytes by 1. Other libraries differ by up to 19, and by more where pictures grow.
 */
import type { Picture } from "../../data/picture.ts";

/** How pixels weigh by their distance: by Keys' cubic convolution (a = −½), or linearly. */
export type Interpolation = "cubic" | "linear";

/** Weights are whole numbers of this part of 1, so that every machine finds the same bytes. */
const ONE = 2 ** 22;

/** Weights by distance in pixels, and the distance from which they are 0. */
const FILTERS = {
  /** Keys' cubic convolution with a = −1/2. */
  cubic: {
    reach: 2,
    weight: (x: number) =>
      x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0,
  },
  linear: { reach: 1, weight: (x: number) => Math.max(0, 1 - x) },
};

/**
 * The picture at another size; its proportions may change.
 *
 * @example
 * ```ts
 * import { resample } from "./resample.ts";
 *
 * const picture = { width: 2, height: 1, data: new Uint8Array([0, 0, 0, 200, 200, 200]) };
 * const { data } = resample(picture, { width: 1, height: 1 }, "linear");
 * if (data[0] !== 100) throw new Error(`Expected the mean, but found ${data[0]}`);
 * ```
 */
export function resample(
  picture: Picture,
  { width, height }: { width: number; height: number },
  interpolation: Interpolation,
): Picture {
  const rows = alongRows(picture, width, interpolation);
  const columns = alongRows(transposed(rows), height, interpolation);
  return transposed(columns);
}

function alongRows(picture: Picture, width: number, interpolation: Interpolation): Picture {
  if (picture.width === width) return picture;
  const { height, data } = picture;
  const { reach, weight } = FILTERS[interpolation];
  const scale = picture.width / width;
  const spread = Math.max(1, scale); // where a picture shrinks, each pixel is a mean of more
  const result = new Uint8Array(width * height * 3);
  for (let x = 0; x < width; x++) {
    const center = (x + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - reach * spread + 0.5));
    const end = Math.min(picture.width, Math.trunc(center + reach * spread + 0.5));
    const around = Float64Array.from(
      { length: end - start },
      (_, i) => weight(Math.abs((start + i - center + 0.5) / spread)),
    );
    const total = around.reduce((sum, value) => sum + value, 0);
    const weights = around.map((value) => Math.round(value / total * ONE));
    for (let y = 0; y < height; y++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let i = start; i < end; i++) {
          sum += weights[i - start] * data[3 * (y * picture.width + i) + channel];
        }
        result[3 * (y * width + x) + channel] = Math.max(0, Math.min(255, Math.round(sum / ONE)));
      }
    }
  }
  return { width, height, data: result };
}

function transposed({ width, height, data }: Picture): Picture {
  const result = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        result[3 * (x * height + y) + channel] = data[3 * (y * width + x) + channel];
      }
    }
  }
  return { width: height, height: width, data: result };
}
