/** A safetensors file of which only some tensors are wanted: each is read from where it stands. */
import { readAt } from "./read_at.ts";
import {
  type Entry,
  headerBytes,
  LENGTH_BYTES,
  readHeader,
  readNumbers,
  SafetensorsError,
} from "./safetensors_header.ts";

/**
 * An open safetensors file. Opening reads the header; a tensor's bytes are read when they are asked
 * for, so that memory is needed for what is wanted alone.
 *
 * @example
 * ```ts
 * import { SafetensorsFile } from "./safetensors_file.ts";
 *
 * using file = SafetensorsFile.open("tests/fixtures/safetensors/float32.safetensors");
 * const { dtype, shape } = file.tensors.get("model.norm.weight")!;
 * const weight = file.read("model.norm.weight");
 * if (`${dtype} ${shape} ${weight}` !== "F32 3 1,1,1") throw new Error(`${weight}`);
 * ```
 */
export class SafetensorsFile implements Disposable {
  /** What the header says of each tensor, by name. */
  readonly tensors: ReadonlyMap<string, Entry>;
  /** Text about the file. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #dataStart: number;

  private constructor(path: string, file: Deno.FsFile) {
    const { size } = file.statSync();
    const headerSize = headerBytes(readAt(file, 0, Math.min(size, LENGTH_BYTES)), size);
    this.#dataStart = LENGTH_BYTES + headerSize;
    const header = readAt(file, LENGTH_BYTES, headerSize);
    const { entries, metadata } = readHeader(header, size - this.#dataStart);
    this.metadata = metadata;
    this.tensors = new Map(entries.map((entry) => [entry.name, entry]));
    this.#path = path;
    this.#file = file;
  }

  /**
   * Opens a file and reads its header; numbers are read when they are asked for.
   * @throws SafetensorsError on anything but a whole, consistent file; Deno's own errors where the
   * path cannot be read
   */
  static open(path: string): SafetensorsFile {
    const file = Deno.openSync(path);
    try {
      return new SafetensorsFile(path, file);
    } catch (cause) {
      file.close();
      if (!(cause instanceof SafetensorsError)) throw cause;
      throw new SafetensorsError(`${path}: ${cause.message}`, { cause });
    }
  }

  /**
   * A tensor's numbers as the nearest float32, row by row.
   * @throws SafetensorsError for a name that is not there, or a dtype that we cannot read
   */
  read(name: string): Float32Array {
    const entry = this.tensors.get(name);
    if (entry === undefined) {
      throw new SafetensorsError(`Expected ${name} in ${this.#path}, but found none`);
    }
    const { begin, end } = entry;
    return readNumbers(entry, readAt(this.#file, this.#dataStart + begin, end - begin).buffer);
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}
