/** Pictures as published encoders expect them: squares of one size, with a mean and a deviation. */
import type { Picture } from "../../data/picture.ts";
import { type Interpolation, resample } from "./resample.ts";

/** What a published encoder expects of its pictures. */
export interface Preprocessing {
  /** Width and height, in pixels. */
  readonly size: number;
  /** Of red, green and blue, for numbers from 0 to 1. */
  readonly mean: readonly [number, number, number];
  /** Their standard deviations; `(x − mean) / std` is what the model sees. */
  readonly std: readonly [number, number, number];
  /**
   * How a picture that is no square becomes one: stretched, as SigLIP's does, or cropped to its
   * centre, as CLIP's does; default "stretch".
   */
  readonly fit?: "stretch" | "crop";
  /** What the shorter side is scaled to before the crop, in pixels; default `size`. */
  readonly shorterSide?: number;
  /** Default "cubic". */
  readonly interpolation?: Interpolation;
}

/** @throws RangeError for numbers that no picture can be preprocessed with */
export function checkPreprocessing(
  { size, mean, std, fit = "stretch", shorterSide = size, interpolation = "cubic" }: Preprocessing,
): void {
  const known = (name: string, value: string, all: readonly string[]) => {
    if (all.includes(value)) return;
    throw new RangeError(`Expected ${name} ${all.join(" or ")}, but found ${value}`);
  };
  known("fit", fit, ["stretch", "crop"]);
  known("interpolation", interpolation, ["cubic", "linear"]);
  const isSide = (side: number) => Number.isInteger(side) && side > 0;
  if (!isSide(size)) throw new RangeError(`Expected size in whole pixels, but found ${size}`);
  if (!isSide(shorterSide) || shorterSide < size) {
    throw new RangeError(`Expected a shorterSide from size ${size} on, but found ${shorterSide}`);
  }
  if (mean?.length !== 3 || !mean.every(Number.isFinite)) {
    throw new RangeError(`Expected three numbers as mean, but found ${mean}`);
  }
  if (std?.length !== 3 || !std.every((value) => Number.isFinite(value) && value > 0)) {
    throw new RangeError(`Expected three positive numbers as std, but found ${std}`);
  }
}

/**
 * Pictures as an encoder expects them: scaled to its size, then (x/255 − mean)/std. Channels last,
 * `[pictures, size, size, 3]`.
 */
export function preprocess(
  pictures: readonly Picture[],
  preprocessing: Preprocessing,
): Float32Array<ArrayBuffer> {
  const { size, mean, std } = preprocessing;
  const length = size * size * 3;
  const pixels = new Float32Array(pictures.length * length);
  for (const [i, picture] of pictures.entries()) {
    const { data } = square(picture, preprocessing);
    for (let j = 0; j < length; j++) {
      pixels[i * length + j] = (data[j] / 255 - mean[j % 3]) / std[j % 3];
    }
  }
  return pixels;
}

function square(picture: Picture, preprocessing: Preprocessing): Picture {
  const { size, fit = "stretch", shorterSide = size, interpolation = "cubic" } = preprocessing;
  if (fit === "stretch") return resample(picture, { width: size, height: size }, interpolation);
  const { width, height } = picture;
  const shorter = Math.min(width, height);
  const scaled = (side: number) => Math.trunc(shorterSide * side / shorter);
  const whole = { width: scaled(width), height: scaled(height) };
  return center(resample(picture, whole, interpolation), size);
}

/** The square in the middle. */
function center({ width, height, data }: Picture, size: number): Picture {
  if (width === size && height === size) return { width, height, data };
  const [left, top] = [width, height].map((side) => Math.floor((side - size) / 2));
  const cut = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    const start = 3 * ((top + y) * width + left);
    cut.set(data.subarray(start, start + 3 * size), 3 * y * size);
  }
  return { width: size, height: size, data: cut };
}
