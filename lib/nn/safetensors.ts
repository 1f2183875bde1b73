/**
 * Named tensors in a file, in Hugging Face's safetensors format: eight bytes with the header's
 * length, a JSON header with each tensor's dtype, shape and byte range, then the bytes themselves,
 * without gaps. https://huggingface.co/docs/safetensors
 */
import { z } from "../packages/zod.ts";
import { duplicateKey } from "./duplicate_key.ts";

/** A tensor of float32 numbers, row by row. */
export interface NamedTensor {
  readonly shape: readonly number[];
  /** As many numbers as the shape's product. */
  readonly data: Float32Array;
}

/** What a safetensors file holds. */
export interface Safetensors {
  /** In the order of their bytes in the file. */
  readonly tensors: Map<string, NamedTensor>;
  readonly metadata: Record<string, string>;
}

/** A file is not a safetensors file, or holds what we cannot read; the message says which and where. */
export class SafetensorsError extends Error {
  override name = "SafetensorsError";
}

/** How to read the dtypes that we know: their size in bytes, and their numbers as float32. */
const DTYPES = {
  F32: { size: 4, read: (bytes: ArrayBuffer) => new Float32Array(bytes) },
  F16: { size: 2, read: (bytes: ArrayBuffer) => new Float32Array(new Float16Array(bytes)) },
  BF16: { size: 2, read: readBfloat16 },
  F64: { size: 8, read: (bytes: ArrayBuffer) => new Float32Array(new Float64Array(bytes)) },
  I32: { size: 4, read: (bytes: ArrayBuffer) => new Float32Array(new Int32Array(bytes)) },
  I64: {
    size: 8,
    read: (bytes: ArrayBuffer) => Float32Array.from(new BigInt64Array(bytes), Number),
  },
} as const;

/** bfloat16 is the upper half of a float32. */
function readBfloat16(bytes: ArrayBuffer): Float32Array {
  const upper = new Uint16Array(bytes);
  return new Float32Array(Uint32Array.from(upper, (half) => half << 16).buffer);
}

const LENGTH_BYTES = 8;
const METADATA = "__metadata__";

const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

interface Entry {
  readonly name: string;
  readonly dtype: keyof typeof DTYPES;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * The bytes of a safetensors file. The tensors stand in the order of their names, so that equal
 * tensors give equal bytes.
 *
 * @param metadata text about the file, kept in its header
 * @throws SafetensorsError when a shape is not one of the values, or the name is `__metadata__`
 *
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
 *
 * const weight = { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
 * const bytes = encodeSafetensors(new Map([["lm_head.weight", weight]]), { format: "pt" });
 * const { tensors, metadata } = decodeSafetensors(bytes);
 * if (tensors.get("lm_head.weight")?.data[3] !== 4) throw new Error("Expected the weight back");
 * if (metadata.format !== "pt") throw new Error("Expected the metadata back");
 * ```
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const names = [...tensors.keys()].sort();
  const header: [string, unknown][] = metadata === undefined ? [] : [[METADATA, metadata]];
  let end = 0;
  for (const name of names) {
    const { shape, data } = tensors.get(name)!;
    if (name === METADATA) throw new SafetensorsError(`Expected tensor names, but found ${name}`);
    if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
      throw new SafetensorsError(`Expected ${name} to have whole sizes, but found [${shape}]`);
    }
    if (elements(shape) !== data.length) {
      throw new SafetensorsError(
        `Expected ${elements(shape)} values in ${name} of shape [${shape}], ` +
          `but found ${data.length}`,
      );
    }
    const begin = end;
    end += data.byteLength;
    header.push([name, { dtype: "F32", shape, data_offsets: [begin, end] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerLength);
  bytes.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerLength;
  for (const name of names) {
    const { data } = tensors.get(name)!;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file. F16, BF16, F64, I32 and I64 become the nearest float32. Nothing in the
 * file is believed before it is checked, and memory is never reserved for more than it holds.
 *
 * @param file the bytes, or the path of a file
 * @throws SafetensorsError on anything but a whole, consistent file; Deno's own errors where a path
 * cannot be read
 */
export function decodeSafetensors(file: Uint8Array | string): Safetensors {
  if (typeof file !== "string") return decode(file);
  const bytes = Deno.readFileSync(file);
  try {
    return decode(bytes);
  } catch (cause) {
    if (!(cause instanceof SafetensorsError)) throw cause;
    throw new SafetensorsError(`${file}: ${cause.message}`, { cause });
  }
}

function decode(bytes: Uint8Array): Safetensors {
  const { header, dataStart } = readHeader(bytes);
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) metadata = readMetadata(value);
    else entries.push(readEntry(name, value, bytes.length - dataStart));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkContiguous(entries, bytes.length - dataStart);
  const tensors = new Map(entries.map(({ name, dtype, shape, begin, end }) => {
    const { buffer } = new Uint8Array(bytes.subarray(dataStart + begin, dataStart + end));
    return [name, { shape, data: DTYPES[dtype].read(buffer) }];
  }));
  return { tensors, metadata };
}

function readHeader(bytes: Uint8Array): { header: object; dataStart: number } {
  if (bytes.length < LENGTH_BYTES) {
    throw new SafetensorsError(`Expected at least 8 bytes, but found ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(bytes.length - LENGTH_BYTES)) {
    throw new SafetensorsError(
      `Expected a header of ${length} bytes, but found ${bytes.length - LENGTH_BYTES} ` +
        "bytes after its length",
    );
  }
  const dataStart = LENGTH_BYTES + Number(length);
  return { header: parseHeader(bytes.subarray(LENGTH_BYTES, dataStart)), dataStart };
}

function parseHeader(bytes: Uint8Array): object {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    throw new SafetensorsError("Expected a header of JSON text, but found none", { cause });
  }
  if (!isObject(header)) {
    throw new SafetensorsError("Expected the header to be a JSON object, but found another value");
  }
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) {
    throw new SafetensorsError(`Expected ${duplicate} once in the header, but found it twice`);
  }
  return header;
}

/** Metadata as it stands there: a `z.record` would leave out the name `__proto__`. */
function readMetadata(value: unknown): Record<string, string> {
  const metadata = check(z.custom<object>(isObject, "no JSON object"), value, METADATA);
  for (const [name, text] of Object.entries(metadata)) {
    check(z.string(), text, `${METADATA}.${name}`);
  }
  return metadata as Record<string, string>;
}

function readEntry(name: string, value: unknown, dataLength: number): Entry {
  const { dtype, shape, data_offsets: [begin, end] } = check(entrySchema, value, name);
  if (!isKnown(dtype)) {
    throw new SafetensorsError(
      `Expected ${name} to have dtype ${Object.keys(DTYPES).join(", ")}, but found ${dtype}`,
    );
  }
  if (begin > end || end > dataLength) {
    throw new SafetensorsError(
      `Expected ${name} within the ${dataLength} bytes of data, but found ${begin} to ${end}`,
    );
  }
  const expected = elements(shape) * DTYPES[dtype].size;
  if (end - begin !== expected) {
    throw new SafetensorsError(
      `Expected ${expected} bytes for ${name} of dtype ${dtype} and shape [${shape}], ` +
        `but found ${end - begin}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

function checkContiguous(entries: readonly Entry[], dataLength: number): void {
  let end = 0;
  for (const entry of entries) {
    if (entry.begin !== end) {
      throw new SafetensorsError(
        `Expected ${entry.name} to begin at byte ${end}, where the tensor before it ends, ` +
          `but found ${entry.begin}`,
      );
    }
    end = entry.end;
  }
  if (end !== dataLength) {
    throw new SafetensorsError(
      `Expected the data to end with the last tensor, at byte ${end}, ` +
        `but found ${dataLength - end} more bytes`,
    );
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  throw new SafetensorsError(
    `Expected the header to describe ${[name, ...path].join(".")}, but found: ${message}`,
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isKnown(dtype: string): dtype is keyof typeof DTYPES {
  return Object.hasOwn(DTYPES, dtype);
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
