/**
 * The header of a safetensors file, which says what stands where. Nothing in it is believed before it
 * is checked. https://huggingface.co/docs/safetensors
 */
import { z } from "../packages/zod.ts";
import { duplicateKey } from "./duplicate_key.ts";

/** A file is not a safetensors file, or holds what we cannot read; the message says which and where. */
export class SafetensorsError extends Error {
  /** What tells it from other errors. */
  override name = "SafetensorsError";
}

/** Bytes before the header, which say how long it is. */
export const LENGTH_BYTES = 8;
export const METADATA = "__metadata__";

/** What the header says of a tensor: its bytes begin and end there, counted from the first tensor. */
export interface Entry {
  /** Of the tensor. */
  readonly name: string;
  /** As the format writes it, such as "F32" or "BF16". */
  readonly dtype: string;
  /** Its sizes, the outermost axis first. */
  readonly shape: readonly number[];
  /** Its first byte. */
  readonly begin: number;
  /** The byte after its last. */
  readonly end: number;
}

/** How to read the dtypes that we know: their size in bytes, and their numbers as float32. */
const DTYPES = {
  F32: { size: 4, read: (bytes: ArrayBuffer) => new Float32Array(bytes) },
  F16: { size: 2, read: (bytes: ArrayBuffer) => new Float32Array(new Float16Array(bytes)) },
  BF16: { size: 2, read: readBfloat16 },
  F64: { size: 8, read: (bytes: ArrayBuffer) => new Float32Array(new Float64Array(bytes)) },
  I64: {
    size: 8,
    read: (bytes: ArrayBuffer) => Float32Array.from(new BigInt64Array(bytes), Number),
  },
  I32: { size: 4, read: (bytes: ArrayBuffer) => new Float32Array(new Int32Array(bytes)) },
  I16: { size: 2, read: (bytes: ArrayBuffer) => new Float32Array(new Int16Array(bytes)) },
  I8: { size: 1, read: (bytes: ArrayBuffer) => new Float32Array(new Int8Array(bytes)) },
  U64: {
    size: 8,
    read: (bytes: ArrayBuffer) => Float32Array.from(new BigUint64Array(bytes), Number),
  },
  U32: { size: 4, read: (bytes: ArrayBuffer) => new Float32Array(new Uint32Array(bytes)) },
  U16: { size: 2, read: (bytes: ArrayBuffer) => new Float32Array(new Uint16Array(bytes)) },
  U8: { size: 1, read: (bytes: ArrayBuffer) => new Float32Array(new Uint8Array(bytes)) },
  BOOL: { size: 1, read: (bytes: ArrayBuffer) => new Float32Array(new Uint8Array(bytes)) },
} as const;

/** bfloat16 is the upper half of a float32. */
function readBfloat16(bytes: ArrayBuffer): Float32Array {
  const upper = new Uint16Array(bytes);
  return new Float32Array(Uint32Array.from(upper, (half) => half << 16).buffer);
}

/** Whether {@link readNumbers} can read the dtype; a tensor of another may stand in a file. */
export function isReadable(dtype: string): dtype is keyof typeof DTYPES {
  return Object.hasOwn(DTYPES, dtype);
}

/**
 * A tensor's bytes as the nearest float32 numbers.
 * @throws SafetensorsError for a dtype that we cannot read
 */
export function readNumbers({ name, dtype }: Entry, bytes: ArrayBuffer): Float32Array {
  if (isReadable(dtype)) return DTYPES[dtype].read(bytes);
  throw new SafetensorsError(
    `Expected ${name} to have dtype ${Object.keys(DTYPES).join(", ")}, but found ${dtype}`,
  );
}

const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

/**
 * How many bytes the header takes.
 *
 * @param start the first eight bytes of the file, or fewer where it has no more
 * @throws SafetensorsError where the file is not as long as that
 */
export function headerBytes(start: Uint8Array, fileBytes: number): number {
  if (fileBytes < LENGTH_BYTES) {
    throw new SafetensorsError(`Expected at least 8 bytes, but found ${fileBytes}`);
  }
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(fileBytes - LENGTH_BYTES)) {
    throw new SafetensorsError(
      `Expected a header of ${length} bytes, but found ${fileBytes - LENGTH_BYTES} ` +
        "bytes after its length",
    );
  }
  return Number(length);
}

/**
 * What the header says, checked against how many bytes of data follow it. The entries stand in the
 * order of their bytes.
 *
 * @throws SafetensorsError on anything but a whole, consistent header
 */
export function readHeader(
  header: Uint8Array,
  dataBytes: number,
): { readonly entries: readonly Entry[]; readonly metadata: Record<string, string> } {
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseHeader(header))) {
    if (name === METADATA) metadata = readMetadata(value);
    else entries.push(readEntry(name, value, dataBytes));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkContiguous(entries, dataBytes);
  return { entries, metadata };
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
  if (begin > end || end > dataLength) {
    throw new SafetensorsError(
      `Expected ${name} within the ${dataLength} bytes of data, but found ${begin} to ${end}`,
    );
  }
  const expected = isReadable(dtype) ? elements(shape) * DTYPES[dtype].size : end - begin;
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

/** How many numbers a tensor of this shape holds. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
