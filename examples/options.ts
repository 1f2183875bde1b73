/** Command lines of the examples: options with values, checked before anything is done. */
import { parseArgs } from "node:util";
import { Interrupted, tell } from "./interrupt.ts";
import {
  CaptionError,
  CheckpointError,
  ExistingError,
  FolderInUseError,
  JudgeError,
  MemoryError,
  PictureError,
  ResumeError,
} from "../mod.ts";

/** What a command takes. */
interface Usage {
  /** The command as a user types it, without options. */
  readonly command: string;
  /** How many words follow the command. */
  readonly words: number;
  /** Options with a value, and what stands in where it is not given. */
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Options without a value. */
  readonly flags?: readonly string[];
}

export interface CommandLine {
  readonly words: readonly string[];
  text(option: string): string;
  given(option: string): string | undefined;
  /** One of several values. */
  choice<T extends string>(option: string, choices: readonly T[]): T;
  /** A picture to write. */
  pngPath(option: string): string;
  number(option: string, limits: { min: number; max: number; whole?: boolean }): number;
  flag(option: string): boolean;
}

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Reads a command line. Throws a {@link UsageError} that says what was expected and found. */
export function readCommandLine(usage: Usage, args: readonly string[] = Deno.args): CommandLine {
  const values = Object.keys(usage.values);
  const flags = usage.flags ?? [];
  const known = [...values.map((name) => `--${name} …`), ...flags.map((name) => `--${name}`)];
  const expected = `Expected \`${usage.command}\` with options ${known.join(", ")}`;
  const parsed = parse(expected, args, [
    ...values.map((name) => [name, "string"] as const),
    ...flags.map((name) => [name, "boolean"] as const),
  ]);
  if (parsed.positionals.length !== usage.words) {
    throw new UsageError(
      `${expected}, but found ${parsed.positionals.length} words where ${usage.words} belong`,
    );
  }
  const missing = (option: string) =>
    new UsageError(`${expected}, but found no value for --${option}`);
  const given = (option: string) => {
    const value = parsed.values[option] ?? usage.values[option];
    if (typeof value !== "string") return undefined;
    if (value.trim() === "") throw missing(option);
    return value;
  };
  const text = (option: string) => {
    const value = given(option);
    if (value === undefined) throw missing(option);
    return value;
  };
  return {
    words: parsed.positionals,
    text,
    given,
    flag: (option) => parsed.values[option] === true,
    choice<T extends string>(option: string, choices: readonly T[]): T {
      const found = text(option);
      const chosen = choices.find((choice) => choice === found);
      if (chosen !== undefined) return chosen;
      throw new UsageError(
        `Expected --${option} to be one of ${choices.join(", ")}, but found "${found}"`,
      );
    },
    pngPath(option) {
      const path = text(option);
      if (path.endsWith(".png")) return path;
      throw new UsageError(
        `Expected --${option} to name a file ending in .png, but found "${path}"`,
      );
    },
    number(option, { min, max, whole = false }) {
      const found = text(option);
      const value = Number(found);
      if (!(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
        throw new UsageError(
          `Expected --${option} to be a ${whole ? "whole " : ""}number from ${min} to ${max}, ` +
            `but found "${found}"`,
        );
      }
      return value;
    },
  };
}

function parse(
  expected: string,
  args: readonly string[],
  options: readonly (readonly [string, "string" | "boolean"])[],
) {
  try {
    return parseArgs({
      args: [...args],
      options: Object.fromEntries(options.map(([name, type]) => [name, { type }])),
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    throw new UsageError(`${expected}, but found: ${(error as Error).message.split(". ")[0]}`);
  }
}

/** What a user can mend, besides files and folders. Anything else is a fault of the program. */
const MENDABLE = [
  Interrupted,
  UsageError,
  CaptionError,
  CheckpointError,
  ExistingError,
  FolderInUseError,
  JudgeError,
  MemoryError,
  PictureError,
  ResumeError,
  RangeError,
];

/** Whether the system, or Deno's permissions, refused a file or folder. */
function isRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return error instanceof Deno.errors.NotCapable || /^E[A-Z]+$/.test(code);
}

/** What to tell a user who can mend an error. */
function adviceOn(error: Error): string | undefined {
  if (isRefused(error)) {
    return `Expected files that can be read and written, but found: ${error.message}`;
  }
  const isMendable = MENDABLE.some((kind) => error instanceof kind) || isRefused(error.cause);
  return isMendable ? error.message : undefined;
}

/** Runs a command; an error that the user can mend ends it with one line and exit code 1. */
export async function main(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    const advice = error instanceof Error ? adviceOn(error) : undefined;
    if (advice === undefined) throw error;
    tell(advice.replaceAll(/\s+/g, " "));
    Deno.exit(error instanceof Interrupted ? error.exitCode : 1);
  }
}
