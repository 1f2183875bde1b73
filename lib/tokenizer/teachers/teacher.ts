/** Frozen encoders whose features a tokenizer learns to quantize. */
import sharp from "../../packages/sharp.ts";
import type { Picture } from "../../data/picture.ts";

/** Turns pictures into semantic features, one to each patch of a square grid. */
export interface Teacher extends Disposable {
  /** Patches a side. */
  readonly grid: number;
  /** Numbers in a feature. */
  readonly featureSize: number;
  /** Features of pictures of any size: `[grid², featureSize]` each, row by row. */
  encode(pictures: readonly Picture[]): Promise<Float32Array[]>;
}

/** Files that are no encoder which we can read: one line that says which, and why. */
export class TeacherError extends Error {
  override name = "TeacherError";
}

/** What a published encoder expects of its pictures. */
export interface Preprocessing {
  /** Width and height, in pixels. */
  readonly size: number;
  /** Of red, green and blue, for numbers from 0 to 1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/**
 * Pictures as an encoder expects them: scaled to its size, whatever their proportions, by cubic
 * interpolation; then (x/255 − mean)/std. Channels last, `[pictures, size, size, 3]`.
 */
export async function preprocess(
  pictures: readonly Picture[],
  { size, mean, std }: Preprocessing,
): Promise<Float32Array<ArrayBuffer>> {
  const length = size * size * 3;
  const pixels = new Float32Array(pictures.length * length);
  for (const [i, picture] of pictures.entries()) {
    const data = await scaled(picture, size);
    for (let j = 0; j < length; j++) {
      pixels[i * length + j] = (data[j] / 255 - mean[j % 3]) / std[j % 3];
    }
  }
  return pixels;
}

async function scaled({ width, height, data }: Picture, size: number): Promise<Uint8Array> {
  if (width === size && height === size) return data;
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(size, size, { fit: "fill", kernel: "cubic" }).raw().toBuffer();
}
