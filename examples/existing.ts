/** What a command shall do with a training that its folder holds. */
import type { TrainingOptions } from "../mod.ts";
import { type CommandLine, UsageError } from "./options.ts";

/** The options that say it; without them such a folder is refused. */
export const EXISTING = {
  resume: { meaning: "goes on with the run in the folder, or begins one" },
  overwrite: { meaning: "begins anew, in place of the run in the folder" },
} as const;

type Flag = keyof typeof EXISTING;
const FLAGS = Object.keys(EXISTING) as Flag[];

/** @throws UsageError where both are given */
export function existingOf(options: CommandLine<Flag>): TrainingOptions["existing"] {
  const [given, another] = FLAGS.filter((flag) => options.flag(flag));
  if (another === undefined) return given;
  throw new UsageError("Expected --resume or --overwrite, but found both");
}

/** The words of this command line that begin and continue the same run. */
export function wordsOfRun(): string[] {
  return Deno.args.filter((word) => !FLAGS.some((flag) => word === `--${flag}`));
}
