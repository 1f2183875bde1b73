/** Results of an experiment as JSON: where they come from, and where they go. */
import { cpus } from "node:os";
import { writeFileAtomic } from "../mod.ts";

/** What was run, on what, and when. */
export async function provenance(task: string) {
  return {
    command: ["deno task", task, ...Deno.args].join(" "),
    commit: await commit(),
    date: new Date().toISOString(),
    machine: `${cpus()[0].model.trim()}, ${navigator.hardwareConcurrency} threads`,
  };
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

/** Writes results to a file, whole or not at all; without a file, to standard output. */
export async function writeResults(results: object, path: string | undefined): Promise<void> {
  const text = JSON.stringify(results, null, 2);
  if (path === undefined) console.log(text);
  else await writeFileAtomic(path, new TextEncoder().encode(text));
}
