/** What a TIFF file's header says that libraries pass over (TIFF 6.0, section 2). */

const BYTES_OF_TYPE: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 16: 8 };
const PHOTOMETRIC = 262;
const SAMPLES = 277;
const EXTRA_SAMPLES = 338;
/** Colours by photometric interpretation: grey and palettes have one, inks four, others three. */
const COLOURS: Readonly<Record<number, number>> = { 0: 1, 1: 1, 3: 1, 4: 1, 5: 4 };
const IS_ALPHA = [1, 2];

/**
 * Of the channels beside a TIFF's colours, whether each is called alpha; undefined for other files.
 * The first picture of the file is looked at.
 */
export function tiffExtraChannels(bytes: Uint8Array): boolean[] | undefined {
  try {
    const values = directory(bytes);
    if (values === undefined) return undefined;
    const colours = COLOURS[values.get(PHOTOMETRIC)?.[0] ?? 2] ?? 3;
    const extra = Math.max(0, (values.get(SAMPLES)?.[0] ?? 1) - colours);
    const named = values.get(EXTRA_SAMPLES) ?? [];
    return Array.from({ length: extra }, (_, i) => IS_ALPHA.includes(named[i]));
  } catch (error) {
    if (error instanceof RangeError) return undefined; // cut off: decoding it will say so
    throw error;
  }
}

/** The values of the tags above in the first directory, in either byte order, also of a BigTIFF. */
function directory(bytes: Uint8Array): Map<number, number[]> | undefined {
  const order = String.fromCharCode(bytes[0], bytes[1]);
  if (order !== "II" && order !== "MM") return undefined;
  const isLittle = order === "II";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint16(2, isLittle);
  if (version !== 42 && version !== 43) return undefined;
  const isBig = version === 43;
  const word = (at: number) =>
    isBig ? Number(view.getBigUint64(at, isLittle)) : view.getUint32(at, isLittle);
  const wordBytes = isBig ? 8 : 4;
  const start = word(isBig ? 8 : 4);
  const count = isBig ? word(start) : view.getUint16(start, isLittle);
  const first = start + (isBig ? 8 : 2);
  const values = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const entry = first + i * (4 + 2 * wordBytes);
    const tag = view.getUint16(entry, isLittle);
    if (tag !== PHOTOMETRIC && tag !== SAMPLES && tag !== EXTRA_SAMPLES) continue;
    const size = BYTES_OF_TYPE[view.getUint16(entry + 2, isLittle)] ?? 4;
    const length = word(entry + 4);
    const inside = entry + 4 + wordBytes;
    const at = length * size > wordBytes ? word(inside) : inside;
    values.set(
      tag,
      Array.from(
        { length: Math.min(length, bytes.length) },
        (_, j) => size === 2 ? view.getUint16(at + 2 * j, isLittle) : view.getUint8(at + size * j),
      ),
    );
  }
  return values;
}
