/** Pictures in memory, from files and into files. */
import { type Bundle, shown } from "../notebook/mod.ts";
import sharp from "../packages/sharp.ts";

/** An RGB picture in memory: `height × width × 3` bytes, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * A picture that shows itself: in a cell of a notebook as a picture, on the console in a line.
 *
 * @example
 * ```ts
 * import { pictureOf } from "./picture.ts";
 * const dot = pictureOf({ width: 1, height: 1, data: new Uint8Array([255, 0, 0]) });
 * if (Deno.inspect(dot) !== "Picture 1 × 1") throw new Error(Deno.inspect(dot));
 * ```
 */
export function pictureOf({ width, height, data }: Picture): Picture {
  return shown({ width, height, data }, inWords, asImage);
}

const inWords = ({ width, height }: Picture) => `Picture ${width} × ${height}`;

/** What a cell shows of a picture: small ones with larger pixels. */
export async function asImage(picture: Picture): Promise<Bundle> {
  const scale = Math.max(1, Math.floor(SEEN_WELL / Math.max(picture.width, picture.height)));
  const png = await encodePng(picture, { scale });
  return { "image/png": png.toBase64(), "text/plain": inWords(picture) };
}

/** How many pixels wide or tall a picture is to be on a screen. */
const SEEN_WELL = 128;

/** The widest and tallest picture that is read, in pixels. */
export const LARGEST_PICTURE = 8192;

/** A picture that cannot be read: one line that says what was expected and found. */
export class PictureError extends Error {
  override name = "PictureError";
}

/**
 * Reads a PNG, JPEG, WebP, GIF, AVIF, TIFF or SVG file, or its bytes. Transparent parts become
 * white, all colours sRGB in 8 bits; of an animation the first picture is read. With `size`, the picture is scaled to cover a square of `size × size` pixels, and what
 * stands out of its longer side is cut off evenly at both ends.
 *
 * @throws {PictureError} for a file that is missing, empty, no picture, or wider or taller than
 * `LARGEST_PICTURE` pixels.
 *
 * @example
 * ```ts
 * import { encodePng, readPicture } from "./picture.ts";
 *
 * const dot = { width: 1, height: 1, data: new Uint8Array([255, 0, 0]) };
 * const picture = await readPicture(await encodePng(dot), { size: 4 });
 * if (picture.width !== 4 || picture.data[0] !== 255) throw new Error("Expected four red pixels");
 * ```
 */
export async function readPicture(
  source: string | Uint8Array,
  { size }: { size?: number } = {},
): Promise<Picture> {
  const name = typeof source === "string" ? source : "these bytes";
  const bytes = typeof source === "string" ? await readFile(source) : source;
  if (bytes.length === 0) {
    throw new PictureError(`Expected a picture, but found nothing: ${name} is empty`);
  }
  await refuseLarge(bytes, name);
  try {
    const flat = sharp(bytes).autoOrient().flatten({ background: "white" }).toColorspace("srgb");
    const fitted = size === undefined ? flat : flat.resize(size, size, { fit: "cover" });
    const { data, info } = await fitted.raw().toBuffer({ resolveWithObject: true });
    return pictureOf({ width: info.width, height: info.height, data: new Uint8Array(data) });
  } catch (error) {
    throw new PictureError(`Expected a whole picture in ${name}, but found: ${oneLine(error)}`);
  }
}

async function readFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new PictureError(`Expected a picture at ${path}, but found no such file`);
    }
    throw new PictureError(`Expected a picture at ${path}, but found: ${oneLine(error)}`);
  }
}

/** Looks at a picture's header alone, so that a huge picture is never decoded. */
async function refuseLarge(bytes: Uint8Array, name: string): Promise<void> {
  const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata()
    .catch(() => {
      throw new PictureError(`Expected a picture, but found something else: ${name}`);
    });
  if (Math.max(width, height) > LARGEST_PICTURE) {
    throw new PictureError(
      `Expected a picture of at most ${LARGEST_PICTURE} × ${LARGEST_PICTURE} pixels, ` +
        `but found ${width} × ${height}: ${name}`,
    );
  }
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, " ").trim();
}

/**
 * The picture as a PNG file; with `scale`, every pixel becomes a square of `scale × scale` pixels.
 *
 * @throws {RangeError} for a scale that is no positive integer.
 */
export async function encodePng(
  { width, height, data }: Picture,
  { scale = 1 }: { scale?: number } = {},
): Promise<Uint8Array> {
  if (!Number.isInteger(scale) || scale < 1) {
    throw new RangeError(`Expected a scale that is a positive integer, but found ${scale}`);
  }
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(width * scale, height * scale, { kernel: "nearest" }).png().toBuffer();
  return new Uint8Array(png);
}

/**
 * The picture so many times smaller: each pixel is the mean of a square of them.
 *
 * @throws {RangeError} where the squares do not fill the picture.
 */
export function reduced(picture: Picture, times: number): Picture {
  if (times === 1) return picture;
  const width = picture.width / times, height = picture.height / times;
  if (!Number.isInteger(width) || !Number.isInteger(height)) {
    throw new RangeError(
      `Expected sides that are multiples of ${times}, but found ` +
        `${picture.width} × ${picture.height}`,
    );
  }
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    let sum = 0;
    for (let row = y * times; row < (y + 1) * times; row++) {
      for (let column = x * times; column < (x + 1) * times; column++) {
        sum += picture.data[3 * (row * picture.width + column) + i % 3];
      }
    }
    return Math.round(sum / times ** 2);
  });
  return pictureOf({ width, height, data });
}

/**
 * The picture at a size that it is a multiple of, by {@link reduced}.
 *
 * @throws {RangeError} for a picture that is no square, or of no multiple of the size.
 */
export function reducedTo(picture: Picture, size: number): Picture {
  const { width, height } = picture;
  if (width === height && width > 0 && width % size === 0) return reduced(picture, width / size);
  throw new RangeError(
    `Expected a picture of ${size} × ${size} pixels, or of a multiple of that, ` +
      `but found ${width} × ${height}`,
  );
}
