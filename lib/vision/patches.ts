/** Pictures as sequences of square patches, one to a token, and back. */
import { ops, type Tensor } from "../graph/mod.ts";
import { type Picture, pictureOf } from "../data/picture.ts";

/** What a byte is as a number in [−1, 1]. */
const LEVELS = Float32Array.from({ length: 256 }, (_, byte) => byte / 127.5 - 1);

/** The pixels of pictures of one size as numbers in [−1, 1]: `[pictures, height, width, 3]`. */
export function pixelsOf(pictures: readonly Picture[]): Float32Array<ArrayBuffer> {
  const length = pictures[0]?.data.length ?? 0;
  const pixels = new Float32Array(pictures.length * length);
  let at = 0;
  for (const { data } of pictures) {
    for (let i = 0; i < length; i++) pixels[at++] = LEVELS[data[i]];
  }
  return pixels;
}

/** The opposite of {@link pixelsOf}, for square pictures; what is out of range is clipped. */
export function picturesOf(pixels: Float32Array, size: number): Picture[] {
  const length = size * size * 3;
  return Array.from({ length: pixels.length / length }, (_, i) =>
    pictureOf({
      width: size,
      height: size,
      data: Uint8Array.from(
        pixels.subarray(i * length, (i + 1) * length),
        (x) => Math.max(0, Math.min(255, Math.round((x + 1) * 127.5))),
      ),
    }));
}

/** `[batch, size, size, 3]` to `[batch, grid², patch²·3]`, row by row. */
export function toPatches(pixels: Tensor, grid: number): Tensor {
  const [batch, size] = pixels.shape;
  const patch = size / grid;
  const apart = ops.reshape(pixels, { shape: [batch, grid, patch, grid, patch, 3] });
  const gathered = ops.transpose(apart, { order: [0, 1, 3, 2, 4, 5] });
  return ops.reshape(gathered, { shape: [batch, grid * grid, patch * patch * 3] });
}

/** The opposite of {@link toPatches}. */
export function fromPatches(patches: Tensor, grid: number): Tensor {
  const [batch, , length] = patches.shape;
  const patch = Math.sqrt(length / 3);
  const apart = ops.reshape(patches, { shape: [batch, grid, grid, patch, patch, 3] });
  const rows = ops.transpose(apart, { order: [0, 1, 3, 2, 4, 5] });
  return ops.reshape(rows, { shape: [batch, grid * patch, grid * patch, 3] });
}
