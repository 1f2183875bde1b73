/**
 * Text files that people bring. Every line is read, or refused by its number: unlike a log of our own,
 * such a file has no right to end in the middle of a line. What editors and other systems leave is let
 * pass: a byte order mark, line ends of Windows, blank lines, no line end at the last.
 */
import type { LineFormat } from "./json_lines.ts";

/** A line with something on it. */
export interface TextLine {
  /** From 1, counted with the blank ones. */
  readonly number: number;
  /** Without white space at its ends. */
  readonly text: string;
}

/**
 * The lines of a text file in UTF-8, without blank ones.
 *
 * @param what what the lines are called in errors, such as "captions"
 * @throws RangeError naming the file where it is no text in UTF-8, or has nothing but blank lines
 *
 * @example
 * ```ts
 * import { readLines } from "./records.ts";
 *
 * const path = await Deno.makeTempFile({ suffix: ".txt" });
 * await Deno.writeTextFile(path, "\ufeffa cat\r\n\r\ntwo keys");
 * const [, keys] = await readLines(path, "captions");
 * if (keys.text !== "two keys" || keys.number !== 3) throw new Error("Expected the third line");
 * await Deno.remove(path);
 * ```
 */
export async function readLines(path: string, what = "lines"): Promise<TextLine[]> {
  return linesOf(await readText(path), path, what);
}

/**
 * The records of a file, in order: one JSON object a line, or all of them in one JSON array, whatever
 * the file is called.
 *
 * @throws RangeError naming the line, or the record of an array, and what is not as expected; for a
 * file without records; and for one that is no text in UTF-8
 *
 * @example
 * ```ts
 * import { z } from "../packages/zod.ts";
 * import { readRecords } from "./records.ts";
 *
 * const format = { what: "a note", schema: z.object({ note: z.string() }) };
 * const path = await Deno.makeTempFile({ suffix: ".json" });
 * await Deno.writeTextFile(path, '[{ "note": "two red hearts" },\n { "note": "a cat" }]');
 * const notes = await readRecords(path, format);
 * if (notes[1].note !== "a cat") throw new Error("Expected the notes");
 * await Deno.remove(path);
 * ```
 */
export async function readRecords<T>(path: string, format: LineFormat<T>): Promise<T[]> {
  const text = await readText(path);
  if (!text.trimStart().startsWith("[")) {
    return linesOf(text, path, format.what).map(({ number, text }) => {
      const where = `${path}:${number}`;
      return recordOf(jsonOf(text, `${where}: Expected ${format.what} in JSON`), where, format);
    });
  }
  const records = jsonOf(text, `${path}: Expected a JSON array`);
  if (!Array.isArray(records) || records.length === 0) {
    throw new RangeError(`Expected ${format.what} in ${path}, but found none`);
  }
  return records.map((record, i) => recordOf(record, `${path}, record ${i + 1}`, format));
}

async function readText(path: string): Promise<string> {
  const bytes = await Deno.readFile(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new RangeError(`${path}: Expected text in UTF-8, but found other bytes`, { cause });
  }
}

function linesOf(text: string, path: string, what: string): TextLine[] {
  const lines = text.split(/\r\n|\n|\r/)
    .map((line, i) => ({ number: i + 1, text: line.trim() }))
    .filter(({ text }) => text !== "");
  if (lines.length > 0) return lines;
  throw new RangeError(`Expected ${what} in ${path}, but found none`);
}

function jsonOf(text: string, expected: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = (cause as SyntaxError).message.replace(/ \(line 1 column \d+\)$/, "");
    throw new RangeError(`${expected}, but found: ${message}`, { cause });
  }
}

function recordOf<T>(json: unknown, where: string, { what, schema }: LineFormat<T>): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  const at = path.length === 0 ? "" : ` at ${path.join(".")}`;
  throw new RangeError(`${where}: Expected ${what}, but found${at}: ${message}`);
}
