/**
 * Named tensors in a file, in Hugging Face's safetensors format: eight bytes with the header's
 * length, a JSON header with each tensor's dtype, shape and byte range, then the bytes themselves,
 * without gaps. https://huggingface.co/docs/safetensors
 */
import { shown } from "../notebook/mod.ts";
import { numbersBundle, numbersInWords } from "../runtime/mod.ts";
import {
  elements,
  type Entry,
  headerBytes,
  isReadable,
  LENGTH_BYTES,
  METADATA,
  readHeader,
  readNumbers,
  SafetensorsError,
} from "./safetensors_header.ts";

/** A tensor of float32 numbers, row by row. */
export interface NamedTensor {
  /** Its sizes, the outermost axis first. */
  readonly shape: readonly number[];
  /** As many numbers as the shape's product. */
  readonly data: Float32Array;
}

/** What a safetensors file holds. */
export interface Safetensors {
  /** In the order of their bytes in the file. */
  readonly tensors: Map<string, NamedTensor>;
  /** Text about the file, by name. */
  readonly metadata: Record<string, string>;
}

/**
 * The bytes of a safetensors file. The tensors stand in the order of their names, so that equal
 * tensors give equal bytes.
 *
 * @param metadata text about the file, kept in its header
 * @param dtype what numbers are written as; "F16" takes half the bytes, and rounds
 * @throws SafetensorsError when a shape is not one of the values, the name is `__metadata__`, or a
 * number is beyond what the dtype holds
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
  dtype: "F32" | "F16" = "F32",
): Uint8Array<ArrayBuffer> {
  const names = [...tensors.keys()].sort();
  const header: [string, unknown][] = metadata === undefined ? [] : [[METADATA, metadata]];
  const written: (Float32Array | Float16Array)[] = [];
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
    const numbers = dtype === "F32" ? data : halves(name, data);
    written.push(numbers);
    const begin = end;
    end += numbers.byteLength;
    header.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerLength);
  bytes.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerLength;
  for (const data of written) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

function halves(name: string, data: Float32Array): Float16Array {
  const rounded = new Float16Array(data);
  const at = rounded.findIndex((half, i) => Number.isFinite(data[i]) && !Number.isFinite(half));
  if (at < 0) return rounded;
  throw new SafetensorsError(
    `Expected numbers that float16 holds in ${name}, but found ${data[at]} at ${at}`,
  );
}

/**
 * Reads a safetensors file. Numbers of every type become the nearest float32, and booleans 0 and 1.
 * Tensors of types that we cannot read, such as F8_E4M3, may stand beside: only asking for their
 * `data` throws. Nothing in the file is believed before it is checked, and memory is never reserved
 * for more than it holds.
 *
 * @param file the bytes, or the path of a file
 * @throws SafetensorsError on anything but a whole, consistent file; Deno's own errors where a path
 * cannot be read
 *
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
 *
 * const data = Float32Array.of(1, 2, 3);
 * const { tensors } = decodeSafetensors(encodeSafetensors(new Map([["x", { shape: [3], data }]])));
 * if (tensors.get("x")!.data.join() !== "1,2,3") throw new Error("Expected them back");
 * ```
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
  const dataStart = LENGTH_BYTES + headerBytes(bytes, bytes.length);
  const { entries, metadata } = readHeader(
    bytes.subarray(LENGTH_BYTES, dataStart),
    bytes.length - dataStart,
  );
  const tensors = new Map(entries.map((entry) => {
    const { buffer } = new Uint8Array(
      bytes.subarray(dataStart + entry.begin, dataStart + entry.end),
    );
    return [entry.name, tensorOf(entry, buffer)];
  }));
  return { tensors, metadata };
}

function tensorOf(entry: Entry, bytes: ArrayBuffer): NamedTensor {
  const { dtype, shape } = entry;
  if (isReadable(dtype)) {
    const type = { dtype: "float32", shape } as const;
    return shown(
      { shape, data: readNumbers(entry, bytes) },
      ({ data }) => numbersInWords(type, data),
      ({ data }) => numbersBundle(type, data),
    );
  }
  return {
    shape,
    get data() {
      return readNumbers(entry, bytes);
    },
  };
}
