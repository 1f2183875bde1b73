/** Results of an experiment as JSON: where they come from, and where they go. */
import { cpus } from "node:os";
import { z } from "../lib/packages/zod.ts";
import { writeFileAtomic } from "../mod.ts";
import type { Json } from "../lib/optim/mod.ts";
import { differences } from "../lib/training/mod.ts";
import { UsageError } from "./options.ts";

export const JSON_FILE = {
  value: "FILE",
  meaning: "where the results go; without it, they are printed",
};

/** What was run, on what, and when. */
export async function provenance(task: string) {
  return {
    command: ["deno task", task, ...Deno.args].join(" "),
    commit: await commit(),
    date: new Date().toISOString(),
    machine: `${cpus()[0].model.trim()}, ${threads(navigator.hardwareConcurrency)}`,
  };
}

function threads(count: number): string {
  return count === 1 ? "one thread" : `${count} threads`;
}

/** The commit that is checked out, "-dirty" where files have changed since; "unknown" outside git. */
async function commit(): Promise<string> {
  const args = ["describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"];
  try {
    const { success, stdout } = await new Deno.Command("git", { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : "unknown";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "unknown";
    throw error;
  }
}

/**
 * Results that were written before; `undefined` where there is no such file.
 * @throws UsageError for a file of another form
 */
export async function readResults<T>(path: string, form: z.ZodType<T>): Promise<T | undefined> {
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const read = form.safeParse(parsed(text));
  if (read.success) return read.data;
  throw new UsageError(`Expected results in ${path}, but found:\n${z.prettifyError(read.error)}`);
}

/** What decides the runs in a file, beside their seeds. */
export type ResultsRecipe = Readonly<Record<string, unknown>>;

/**
 * The runs that a file has already of the same recipe; none where there is no file.
 * @throws UsageError for a file of another form, or where its recipe differs, naming in what
 */
export async function readRuns<Run>(
  path: string,
  form: z.ZodType<{ readonly recipe: ResultsRecipe; readonly runs: readonly Run[] }>,
  recipe: ResultsRecipe,
): Promise<readonly Run[]> {
  const report = await readResults(path, form);
  if (report === undefined) return [];
  const [then, now] = [report.recipe, recipe].map((one): Json => JSON.parse(JSON.stringify(one)));
  const found = differences(then, now);
  if (found.length === 0) return report.runs;
  throw new UsageError(
    `Expected results of the same recipe in ${path}, but found others (${found.join("; ")}): ` +
      "move the file away to begin anew",
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes results to a file, whole or not at all; without a file, to standard output. */
export async function writeResults(results: object, path: string | undefined): Promise<void> {
  const text = JSON.stringify(results, null, 2);
  if (path === undefined) console.log(text);
  else await writeFileAtomic(path, new TextEncoder().encode(text));
}
