/** metrics.jsonl: what training measured, one JSON object a line, one line a step. */
import { z } from "zod";
import { writeFileAtomic } from "../nn/atomic_file.ts";

/** JSON has no NaN and no infinity: a loss that is not a number is written as null. */
const measure = z.number().nullable().transform((value) => value ?? NaN);

const schema = z.object({
  stage: z.string(),
  step: z.int().positive(),
  samples: z.number().nonnegative(),
  loss: measure,
  parts: z.record(z.string(), measure),
  seconds: z.number().nonnegative(),
});

/** What was measured in one step of a stage. */
export interface Metrics {
  readonly stage: string;
  /** 1 … steps of the stage. */
  readonly step: number;
  /** Samples seen in this stage so far. */
  readonly samples: number;
  readonly loss: number;
  /** The terms of the loss, by name. */
  readonly parts: Readonly<Record<string, number>>;
  /** Since the stage began. */
  readonly seconds: number;
}

/**
 * Appends metrics to a file. Each line is handed to the system whole, at once: a program that is
 * killed loses at most the line that it was writing.
 *
 * @example
 * ```ts
 * import { MetricsWriter, readMetrics } from "./metrics.ts";
 *
 * const path = await Deno.makeTempFile({ suffix: ".jsonl" });
 * {
 *   using metrics = await MetricsWriter.create(path);
 *   metrics.write({ stage: "encoder", step: 1, samples: 64, loss: 0.7, parts: {}, seconds: 0.2 });
 * }
 * const [first] = await readMetrics(path);
 * if (first.loss !== 0.7) throw new Error("Expected the loss back");
 * await Deno.remove(path);
 * ```
 */
export class MetricsWriter {
  readonly #file: Deno.FsFile;
  #lines: number;

  private constructor(file: Deno.FsFile, lines: number) {
    this.#file = file;
    this.#lines = lines;
  }

  /** Begins a new file, in place of an old one. */
  static async create(path: string): Promise<MetricsWriter> {
    const file = await Deno.open(path, { write: true, create: true, truncate: true });
    return new MetricsWriter(file, 0);
  }

  /**
   * Goes on with the file of a run that was cut off, after its first `lines` lines: whatever was
   * written later is taken out.
   *
   * @throws Error when the file cannot be read, holds fewer lines, or something else than metrics;
   * it then stays as it is
   */
  static async resume(path: string, lines: number): Promise<MetricsWriter> {
    const metrics = await readMetrics(path);
    if (metrics.length < lines) {
      throw new Error(`${path}: Expected ${lines} whole lines, but found ${metrics.length}`);
    }
    await writeFileAtomic(path, metrics.slice(0, lines).map(toLine).join(""));
    return new MetricsWriter(await Deno.open(path, { append: true }), lines);
  }

  /** Lines in the file. */
  get lines(): number {
    return this.#lines;
  }

  /** Appends a line. */
  write(metrics: Metrics): void {
    const line = new TextEncoder().encode(toLine(metrics));
    for (let written = 0; written < line.length;) {
      written += this.#file.writeSync(line.subarray(written));
    }
    this.#lines++;
  }

  /** Waits until all lines are on the disk. */
  async sync(): Promise<void> {
    await this.#file.syncData();
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

function toLine({ stage, step, samples, loss, parts, seconds }: Metrics): string {
  return `${JSON.stringify({ stage, step, samples, loss, parts, seconds })}\n`;
}

/**
 * Reads metrics.jsonl. A last line that was cut off is left out.
 *
 * @throws Error naming the path, the line and what is not as expected
 */
export async function readMetrics(path: string): Promise<Metrics[]> {
  const lines = (await Deno.readTextFile(path)).split("\n");
  const cutOff = lines.pop() ?? "";
  const metrics = lines.map((line, index) => parseLine(line, `${path}:${index + 1}`));
  try {
    if (cutOff !== "") metrics.push(parseLine(cutOff, path));
  } catch {
    // Only its writer's end can have left a line without a line break.
  }
  return metrics;
}

function parseLine(line: string, where: string): Metrics {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw new Error(`${where}: Expected a JSON object, but found none`, { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  throw new Error(`${where}: Expected metrics, but found at ${path.join(".")}: ${message}`);
}
