/** Pictures in memory, from files and into files. */
import { brief } from "../graph/brief.ts";
import { type Bundle, halfBlocks, type Looking, shown } from "../notebook/mod.ts";
import sharp, { type Metadata, type Sharp } from "../packages/sharp.ts";
import { expectPath } from "../runtime/expected.ts";
import { tiffExtraChannels } from "./tiff.ts";

/** An RGB picture in memory: `height × width × 3` bytes, row by row. */
export interface Picture {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Red, green and blue of each pixel, 0–255. */
  readonly data: Uint8Array;
}

/** Whether it has the form of a picture. */
export function isPicture(value: unknown): value is Picture {
  const { width, height, data } = (value ?? {}) as Partial<Picture>;
  const pixels = Number(width) * Number(height);
  return data instanceof Uint8Array && Number.isInteger(pixels) && data.length === pixels * 3;
}

/** @throws TypeError for anything but a picture */
export function expectPicture(value: unknown): asserts value is Picture {
  if (isPicture(value)) return;
  throw new TypeError(
    "Expected a picture, { width, height, data } with three bytes a pixel, " +
      `but found ${brief(value)}`,
  );
}

/** @throws TypeError for anything but a list of pictures */
export function expectPictures(value: unknown): asserts value is readonly Picture[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`Expected a list of pictures, but found ${brief(value)}`);
  }
  value.forEach(expectPicture);
}

/**
 * A picture that shows itself: in a cell of a notebook and on a terminal as a picture, elsewhere and
 * inside of other values in a line.
 *
 * @example
 * ```ts
 * import { pictureOf } from "./picture.ts";
 * const dot = pictureOf({ width: 1, height: 1, data: new Uint8Array([255, 0, 0]) });
 * if (Deno.inspect(dot) !== "Picture 1 × 1") throw new Error(Deno.inspect(dot));
 * ```
 */
export function pictureOf({ width, height, data }: Picture): Picture {
  return shown({ width, height, data }, asWords, asImage);
}

/** What a console shows of a picture. */
export function asWords(picture: Picture, { colors, currentDepth }: Looking): string {
  return colors && currentDepth === 0 ? halfBlocks(picture) : inWords(picture);
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

const FITS = { crop: "cover", stretch: "fill" } as const;
const DEPTHS = ["uchar", "ushort", "float"];

/** A picture that cannot be read: one line that says what was expected and found. */
export class PictureError extends Error {
  /** What tells it from other errors. */
  override name = "PictureError";
}

/**
 * Reads a PNG, JPEG, WebP, GIF, AVIF, TIFF or SVG file, or its bytes. Transparent parts become
 * white, all colours sRGB in 8 bits; of an animation the first picture is read. A TIFF of floats has
 * its numbers from 0 to 1 read as such: 1 is 255. Of a TIFF's channels beside its colours, one that
 * is alone and called alpha makes parts transparent; any others are left out.
 *
 * With `size`, the picture is scaled to a square of `size × size` pixels: to cover it, and what
 * stands out of its longer side is cut off evenly at both ends ("crop", the default), or stretched.
 *
 * @throws {PictureError} for a file that is missing, empty, no picture, wider or taller than
 * `LARGEST_PICTURE` pixels, of whole numbers of other than 8 or 16 bits, or of floats that are not
 * from 0 to 1; TypeError for what is neither a path nor bytes; RangeError for another `fit`.
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
  { size, fit = "crop" }: { size?: number; fit?: "crop" | "stretch" } = {},
): Promise<Picture> {
  if (!(source instanceof Uint8Array)) expectPath(source);
  if (!Object.hasOwn(FITS, fit)) {
    throw new RangeError(`Expected fit "crop" or "stretch", but found ${JSON.stringify(fit)}`);
  }
  const name = typeof source === "string" ? source : "these bytes";
  const bytes = typeof source === "string" ? await readFile(source) : source;
  if (bytes.length === 0) {
    throw new PictureError(`Expected a picture, but found nothing: ${name} is empty`);
  }
  const { depth = "uchar", space = "srgb" } = await readHeader(bytes, name);
  try {
    const flat = depth === "float"
      ? await flatFloats(bytes, space, name)
      : flattened(sharp(bytes).autoOrient(), bytes).toColorspace("srgb");
    const fitted = size === undefined ? flat : flat.resize(size, size, { fit: FITS[fit] });
    const { data, info } = await fitted.raw().toBuffer({ resolveWithObject: true });
    return pictureOf({ width: info.width, height: info.height, data: new Uint8Array(data) });
  } catch (error) {
    if (error instanceof PictureError) throw error;
    throw new PictureError(`Expected a whole picture in ${name}, but found: ${oneLine(error)}`);
  }
}

/** On white, without channels that are neither colours nor alpha. */
function flattened(picture: Sharp, bytes: Uint8Array): Sharp {
  const extra = tiffExtraChannels(bytes);
  const isAlpha = extra === undefined || extra.length === 1 && extra[0];
  return isAlpha ? picture.flatten({ background: "white" }) : picture.removeAlpha();
}

/** A picture of floats: from 0 to 1, whatever the library takes them for. */
async function flatFloats(bytes: Uint8Array, space: string, name: string): Promise<Sharp> {
  if (space !== "scrgb" && space !== "b-w") {
    throw new PictureError(`Expected floats of grey or RGB in ${name}, but found ${space}`);
  }
  const { data, info } = await sharp(bytes).autoOrient().toColourspace(space)
    .raw({ depth: "float" }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const values = new Float32Array(new Uint8Array(data).buffer);
  const extra = tiffExtraChannels(bytes) ?? [];
  const colours = channels - extra.length;
  const hasAlpha = extra.length === 1 && extra[0];
  const share = (i: number) => {
    if (values[i] >= 0 && values[i] <= 1) return values[i];
    throw new PictureError(`Expected floats from 0 to 1 in ${name}, but found ${values[i]}`);
  };
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = hasAlpha ? share(pixel * channels + colours) : 1;
    for (let i = 0; i < 3; i++) {
      const value = share(pixel * channels + (colours === 3 ? i : 0));
      rgb[3 * pixel + i] = Math.round(255 * (value * alpha + 1 - alpha));
    }
  }
  return sharp(rgb, { raw: { width, height, channels: 3 } });
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
async function readHeader(bytes: Uint8Array, name: string): Promise<Metadata> {
  const metadata = await sharp(bytes, { limitInputPixels: false }).metadata().catch((error) => {
    throw new PictureError(
      `Expected a picture, but found something else: ${name} (${oneLine(error)})`,
    );
  });
  const { width, height, depth = "uchar" } = metadata;
  if (Math.max(width, height) > LARGEST_PICTURE) {
    throw new PictureError(
      `Expected a picture of at most ${LARGEST_PICTURE} × ${LARGEST_PICTURE} pixels, ` +
        `but found ${width} × ${height}: ${name}`,
    );
  }
  if (!DEPTHS.includes(depth)) {
    throw new PictureError(
      `Expected a picture of 8 or 16 bits or of floats, but found numbers of type ${depth}: ${name}`,
    );
  }
  return metadata;
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, " ").trim();
}

/**
 * The picture as a PNG file; with `scale`, every pixel becomes a square of `scale × scale` pixels.
 *
 * @throws {RangeError} for a scale that is no positive integer.
 * @throws {TypeError} for what is no picture.
 *
 * @example
 * ```ts
 * import { encodePng } from "./picture.ts";
 *
 * const red = { width: 1, height: 1, data: Uint8Array.of(255, 0, 0) };
 * const png = await encodePng(red, { scale: 8 });
 * if (String.fromCharCode(...png.subarray(1, 4)) !== "PNG") throw new Error("Expected a PNG");
 * ```
 */
export async function encodePng(
  picture: Picture,
  { scale = 1 }: { scale?: number } = {},
): Promise<Uint8Array> {
  expectPicture(picture);
  const { width, height, data } = picture;
  if (!Number.isInteger(scale) || scale < 1) {
    throw new RangeError(`Expected a scale that is a positive integer, but found ${scale}`);
  }
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(width * scale, height * scale, { kernel: "nearest" }).png().toBuffer();
  return new Uint8Array(png);
}

/**
 * The picture, smaller by a whole factor: each pixel is the mean of a square of them.
 *
 * @throws {RangeError} where the squares do not fill the picture.
 *
 * @example
 * ```ts
 * import { reduced } from "./picture.ts";
 *
 * const halves = { width: 2, height: 1, data: Uint8Array.of(0, 0, 0, 255, 255, 255) };
 * const tall = { width: 2, height: 2, data: Uint8Array.of(...halves.data, ...halves.data) };
 * const { width, data } = reduced(tall, 2);
 * if (width !== 1 || data[0] !== 128) throw new Error(`${width} ${data}`);
 * ```
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
 * @throws {TypeError} for what is no picture.
 *
 * @example
 * ```ts
 * import { reducedTo } from "./picture.ts";
 *
 * const night = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3) };
 * if (reducedTo(night, 16).width !== 16) throw new Error("Expected 16 pixels");
 * ```
 */
export function reducedTo(picture: Picture, size: number): Picture {
  expectPicture(picture);
  const { width, height } = picture;
  if (width === height && width > 0 && width % size === 0) return reduced(picture, width / size);
  throw new RangeError(
    `Expected a picture of ${size} × ${size} pixels, or of a multiple of that, ` +
      `but found ${width} × ${height}`,
  );
}
