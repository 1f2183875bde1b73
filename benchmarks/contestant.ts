/** Who takes part in a benchmark: a process of its own, asked by lines of JSON. */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { Command } from "./contestants.ts";

/** What a run gives: a loss, or tokens. */
export type Result = number | readonly number[];

export interface Timing {
  readonly seconds: number;
  readonly results: readonly Result[];
  /** The most memory that the process held so far. */
  readonly peakMemoryBytes: number;
}

/**
 * A process that waits for `{"times": n}` on standard input, runs its workload that often, and
 * answers on standard output with the seconds that took, with what each run gave, and with the most
 * memory that it held so far.
 */
export class Contestant {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<string>;

  constructor(readonly name: string, command: Command) {
    const [program, ...args] = command;
    this.#process = new Deno.Command(program, { args, stdin: "piped", stdout: "piped" }).spawn();
    this.#input = this.#process.stdin.getWriter();
    // deno-lint-ignore no-explicit-any
    const output = Readable.fromWeb(this.#process.stdout as any);
    this.#lines = createInterface({ input: output })[Symbol.asyncIterator]();
  }

  async run(times: number): Promise<Timing> {
    await this.#input.write(new TextEncoder().encode(JSON.stringify({ times }) + "\n"));
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`Expected an answer from ${this.name}, but it ended`);
    return JSON.parse(value);
  }

  async end(): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#process.status;
  }
}
