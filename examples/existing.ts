/** What a command shall do with a training that its folder holds. */
import type { TrainingOptions } from "../mod.ts";
import { type CommandLine, UsageError } from "./options.ts";

/** The flags that say it; without them such a folder is refused. */
export const EXISTING = ["resume", "overwrite"] as const;

/** @throws UsageError where both are given */
export function existingOf(options: CommandLine): TrainingOptions["existing"] {
  const [given, another] = EXISTING.filter((flag) => options.flag(flag));
  if (another === undefined) return given;
  throw new UsageError("Expected --resume or --overwrite, but found both");
}

/** The words of this command line that begin and continue the same run. */
export function wordsOfRun(): string[] {
  return Deno.args.filter((word) => !EXISTING.some((flag) => word === `--${flag}`));
}
