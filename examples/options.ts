/** Command lines of the examples: words and options, checked before anything is done, and help. */
import { parseArgs } from "node:util";
import { resolve } from "node:path";
import { closest, distance } from "../lib/packages/levenshtein.ts";
import { helpOf, typed } from "./help.ts";
import { Interrupted, tell } from "./interrupt.ts";
import {
  CaptionError,
  CheckpointError,
  DeviceError,
  ExistingError,
  FolderInUseError,
  JudgeError,
  MemoryError,
  PictureError,
  ResumeError,
} from "../mod.ts";

/** An option of a command. */
export interface Option {
  /**
   * What its value is, in capitals; without it the option is a switch. A FILE or FOLDER is meant
   * from where the person stands.
   */
  readonly value?: string;
  /** What stands in where the option is not given. */
  readonly default?: string;
  /** What it means, for the help. */
  readonly meaning: string;
}

/** What a command takes. */
export interface Usage<Name extends string = string> {
  /** Its name in deno.json, where its description stands too. */
  readonly task: string;
  /** What follows it, and what that means. A name that ends in "…" takes all words that are left. */
  readonly words?: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<Name, Option>>;
  /** What one may type behind the command. */
  readonly examples: readonly string[];
}

export interface CommandLine<Name extends string = string> {
  readonly words: readonly string[];
  text(option: Name): string;
  given(option: Name): string | undefined;
  /** One of several values. */
  choice<T extends string>(option: Name, choices: readonly T[]): T;
  number(option: Name, limits: { min: number; max: number; whole?: boolean }): number;
  flag(option: Name): boolean;
}

/** A command that cannot be carried out as it was given. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Someone asked for help; the message is the help. */
class HelpAsked extends Error {}

/** Options of several commands. */
export const SEED = { value: "N", default: "0", meaning: "the seed of all that is random" };
export const DEVICE = {
  value: "NAME",
  default: "cpu",
  meaning: "what computes: cpu, webgpu, cuda, or auto for the fastest",
};
export const GUIDANCE = {
  value: "NUMBER",
  meaning: "how closely the words are followed, 0 to 20 (default the recipe's own)",
};
export const QUICK = { meaning: "a hundredth of the training: tries the command, learns nothing" };

/** Reads a command line. Throws a {@link UsageError} that says what was expected and found. */
export function readCommandLine<Name extends string>(
  usage: Usage<Name>,
  args: readonly string[] = Deno.args,
): CommandLine<Name> {
  const options: Readonly<Record<string, Option>> = usage.options;
  const { words, values } = parse(usage, options, args);
  const missing = (option: string) => noValue(option, options);
  const given = (option: string) => {
    const found = values.get(option);
    if (found?.trim() === "") throw missing(option);
    const isPath = /^(FILE|FOLDER)/.test(options[option].value ?? "");
    return (isPath && found !== undefined ? fromHere(found) : found) ?? options[option].default;
  };
  const text = (option: string) => {
    const value = given(option);
    if (value === undefined) throw missing(option);
    return value;
  };
  return {
    words: taken(usage, words),
    text,
    given,
    flag: (option) => values.has(option),
    choice<T extends string>(option: string, choices: readonly T[]): T {
      const found = text(option);
      const chosen = choices.find((choice) => choice === found);
      if (chosen !== undefined) return chosen;
      throw new UsageError(
        `Expected --${option} to be one of ${choices.join(", ")}, but found "${found}"`,
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

/** The guidance that a person asked for, if any. */
export function guidanceOf(options: CommandLine<"guidance">): { readonly guidance?: number } {
  if (options.given("guidance") === undefined) return {};
  return { guidance: options.number("guidance", { min: 0, max: 20 }) };
}

/**
 * A path as a person means it: from the folder in which they typed the command. `deno task` runs it
 * in the folder of deno.json, and says where they were.
 */
export function fromHere(path: string): string {
  const here = Deno.env.get("INIT_CWD") || Deno.cwd();
  return here === Deno.cwd() ? path : resolve(here, path);
}

function noValue(option: string, options: Readonly<Record<string, Option>>): UsageError {
  const { value = "" } = options[option];
  return new UsageError(`Expected --${option} ${value}, but found no value for --${option}`);
}

function parse(
  usage: Usage,
  options: Readonly<Record<string, Option>>,
  args: readonly string[],
): { words: string[]; values: Map<string, string> } {
  const kinds = Object.entries(options).map(([name, { value }]) =>
    [name, { type: value === undefined ? "boolean" : "string" }] as const
  );
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(kinds),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const command = `\`${typed(usage.task)}\``;
  const words: string[] = [];
  const values = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    if (rawName === "--help" || rawName === "-h") throw new HelpAsked(helpOf(usage));
    if (!Object.hasOwn(options, name) || !rawName.startsWith("--")) {
      const found = args[token.index].replace(/=.*$/s, "");
      const guess = closest(name, [...Object.keys(options), "help"]);
      const isNear = distance(name, guess) <= 2;
      throw new UsageError(
        `Expected an option of ${command}, but found ${found} ` +
          (isNear ? `(did you mean --${guess}?)` : "(--help lists them)"),
      );
    }
    const takesValue = options[name].value !== undefined;
    if (!takesValue && value !== undefined) {
      throw new UsageError(`Expected ${rawName} without a value, but found "${value}"`);
    }
    const isNext = value !== undefined && !inlineValue && value.startsWith("--");
    if (takesValue && (value === undefined || isNext)) {
      throw noValue(name, options);
    }
    values.set(name, value ?? "");
  }
  if (words.length === 1 && words[0] === "help" && args.length === 1) {
    throw new HelpAsked(helpOf(usage));
  }
  return { words, values };
}

/** The words by their places; the last place may take several. */
function taken({ task, words = {}, examples }: Usage, found: readonly string[]): string[] {
  const names = Object.keys(words);
  const last = names.length - 1;
  const isOpen = names[last]?.endsWith("…") ?? false;
  if (found.length < names.length || (found.length > names.length && !isOpen)) {
    const command = [typed(task), ...names].join(" ");
    const what = found.length === 0 ? "no words" : found.map((word) => `"${word}"`).join(" ");
    const advice = found.length > names.length && names.length > 0
      ? `words that belong together go in quotes: ${typed(task)} ${examples.at(-1)}`
      : `for example: ${typed(task)} ${examples[0]}`;
    throw new UsageError(`Expected \`${command}\`, but found ${what}; ${advice}`);
  }
  return isOpen ? [...found.slice(0, last), found.slice(last).join(" ")] : [...found];
}

/** What a person can mend, besides files and folders. Anything else is a fault of the program. */
const MENDABLE = [
  Interrupted,
  UsageError,
  CaptionError,
  CheckpointError,
  DeviceError,
  ExistingError,
  FolderInUseError,
  JudgeError,
  MemoryError,
  PictureError,
  ResumeError,
];

/** Whether the system, or Deno's permissions, refused a file or folder. */
function isRefused(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return error instanceof Deno.errors.NotCapable || /^E[A-Z]+$/.test(code);
}

/** What is out of its range, in an argument or a file; an array that is too long is a fault. */
function isOutOfRange(error: Error): boolean {
  return error instanceof RangeError && error.message.includes("Expected ");
}

/** What to tell a person who can mend an error. */
function adviceOn(error: Error): string | undefined {
  if (isRefused(error)) {
    return `Expected files that can be read and written, but found: ${error.message}`;
  }
  const isMendable = MENDABLE.some((kind) => error instanceof kind) || isOutOfRange(error) ||
    isRefused(error.cause);
  return isMendable ? error.message : undefined;
}

/**
 * Runs a command. An error that a person can mend ends it with one line and exit code 1; any other
 * shows where it came from.
 */
export async function main(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    if (error instanceof HelpAsked) return console.log(error.message);
    const advice = error instanceof Error ? adviceOn(error) : undefined;
    if (advice === undefined) throw error;
    tell(advice.replaceAll(/\s+/g, " "));
    Deno.exit(error instanceof Interrupted ? error.exitCode : 1);
  }
}
