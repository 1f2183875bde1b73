/** Pictures as PNG files inside figures, written at once. */
import { crc32, deflateSync } from "node:zlib";
import type { Picture } from "../data/picture.ts";

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
const EIGHT_BIT_RGB = [8, 2, 0, 0, 0];

/**
 * The bytes of `picture` as a PNG file, without waiting: figures are drawn in one go. Other formats
 * and reading are the work of `lib/data`.
 *
 * @throws RangeError when the picture does not hold `height × width × 3` bytes.
 *
 * @example
 * ```ts
 * import { pngBytes } from "./png.ts";
 * const png = pngBytes({ width: 1, height: 1, data: Uint8Array.of(255, 0, 0) });
 * if (png[1] !== 0x50) throw new Error("not a PNG");
 * ```
 */
export function pngBytes({ width, height, data }: Picture): Uint8Array<ArrayBuffer> {
  if (!(width > 0 && height > 0) || data.length !== width * height * 3) {
    throw new RangeError(
      `Expected a picture of height × width × 3 bytes, but found ${height} × ${width} with ${data.length} bytes`,
    );
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set(EIGHT_BIT_RGB, 8);
  const rows = new Uint8Array(height * (width * 3 + 1));
  for (let y = 0; y < height; y++) {
    rows.set(data.subarray(y * width * 3, (y + 1) * width * 3), y * (width * 3 + 1) + 1);
  }
  return concatenate([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** `picture` as a `data:` address that an SVG or HTML image can show. */
export function pngDataUri(picture: Picture): string {
  return `data:image/png;base64,${pngBytes(picture).toBase64()}`;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const body = concatenate([new TextEncoder().encode(type), content]);
  const frame = new Uint8Array(8);
  const view = new DataView(frame.buffer);
  view.setUint32(0, content.length);
  view.setUint32(4, crc32(body));
  return concatenate([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
