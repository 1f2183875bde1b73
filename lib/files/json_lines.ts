/** Records in a file, one JSON object a line, that a program which is killed leaves readable. */
import type { Schema } from "../packages/zod.ts";
import { expectPath } from "../runtime/mod.ts";
import { writeFileAtomic } from "./atomic_file.ts";

/** What the lines of a file hold. */
export interface LineFormat<T> {
  /** What a line is called in errors, such as "metrics". */
  readonly what: string;
  /** Checks what a line holds. */
  readonly schema: Schema<T>;
  /** What is written of a record; default all of it. */
  readonly kept?: (record: T) => unknown;
}

/**
 * Appends records to a file. What is written at once is handed to the system whole: a program that is
 * killed loses at most what it was writing.
 *
 * @example
 * ```ts
 * import { z } from "../packages/zod.ts";
 * import { JsonLines, readJsonLines } from "./json_lines.ts";
 *
 * const format = { what: "a note", schema: z.object({ note: z.string() }) };
 * const path = await Deno.makeTempFile({ suffix: ".jsonl" });
 * {
 *   using notes = await JsonLines.create(path, format);
 *   notes.write({ note: "two red hearts" });
 * }
 * const [first] = await readJsonLines(path, format);
 * if (first.note !== "two red hearts") throw new Error("Expected the note back");
 * await Deno.remove(path);
 * ```
 */
export class JsonLines<T> {
  readonly #file: Deno.FsFile;
  readonly #format: LineFormat<T>;
  #lines: number;

  private constructor(file: Deno.FsFile, format: LineFormat<T>, lines: number) {
    this.#file = file;
    this.#format = format;
    this.#lines = lines;
  }

  /** Begins a new file, in place of an old one. */
  static async create<T>(path: string, format: LineFormat<T>): Promise<JsonLines<T>> {
    const file = await Deno.open(path, { write: true, create: true, truncate: true });
    return new JsonLines(file, format, 0);
  }

  /**
   * Goes on with the file of a run that was cut off, after its first `lines` lines: whatever was
   * written later is taken out.
   *
   * @throws Error when the file cannot be read, holds fewer lines, or others than the format's; it
   * then stays as it is
   */
  static async resume<T>(
    path: string,
    format: LineFormat<T>,
    lines: number,
  ): Promise<JsonLines<T>> {
    const records = await readJsonLines(path, format);
    if (records.length < lines) {
      throw new RangeError(`${path}: Expected ${lines} whole lines, but found ${records.length}`);
    }
    await writeFileAtomic(path, textOf(records.slice(0, lines), format));
    return new JsonLines(await Deno.open(path, { append: true }), format, lines);
  }

  /** Lines in the file. */
  get lines(): number {
    return this.#lines;
  }

  /** Appends records. */
  write(...records: readonly T[]): void {
    const bytes = new TextEncoder().encode(textOf(records, this.#format));
    for (let written = 0; written < bytes.length;) {
      written += this.#file.writeSync(bytes.subarray(written));
    }
    this.#lines += records.length;
  }

  /** Waits until all lines are on the disk. */
  async sync(): Promise<void> {
    await this.#file.syncData();
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

function textOf<T>(records: readonly T[], { kept = (record) => record }: LineFormat<T>): string {
  return records.map((record) => `${JSON.stringify(kept(record))}\n`).join("");
}

/**
 * Reads the records of a log that a program of ours wrote. A last line that was cut off is left out.
 *
 * @throws RangeError naming the path, the line and what is not as expected
 */
export async function readJsonLines<T>(path: string, format: LineFormat<T>): Promise<T[]> {
  expectPath(path);
  const lines = (await Deno.readTextFile(path)).split("\n");
  const cutOff = lines.pop() ?? "";
  const records = lines.map((line, index) => parseLine(line, `${path}:${index + 1}`, format));
  try {
    if (cutOff !== "") records.push(parseLine(cutOff, path, format));
  } catch {
    // Only its writer's end can have left a line without a line break.
  }
  return records;
}

function parseLine<T>(line: string, where: string, { what, schema }: LineFormat<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw new RangeError(`${where}: Expected a JSON object, but found none`, { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  throw new RangeError(`${where}: Expected ${what}, but found at ${path.join(".")}: ${message}`);
}
