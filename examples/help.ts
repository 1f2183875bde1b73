/** What `--help` shows, and how a person types a command. */
import config from "../deno.json" with { type: "json" };
import type { Usage } from "./options.ts";

const WIDTH = 100;

/** What deno.json says of a task. */
const tasks: Readonly<Record<string, { readonly description: string }>> = config.tasks;

/**
 * A command as the person who reads this would type it: those who came by `npx` have no `deno`.
 *
 * @example
 * ```ts
 * import { typed } from "./help.ts";
 *
 * if (!typed("demo", "--out", "my folder").endsWith(`deno task demo --out "my folder"`)) {
 *   if (!typed("demo").startsWith("npx")) throw new Error(typed("demo"));
 * }
 * ```
 */
export function typed(task: string, ...args: readonly string[]): string {
  const isNpx = Deno.env.get("npm_command") === "exec";
  const deno = isNpx ? `npx -y deno@${Deno.version.deno}` : "deno";
  const quoted = args.map((word) => /^[\w./:=@%+,-]+$/.test(word) ? word : JSON.stringify(word));
  return [deno, "task", task, ...quoted].join(" ");
}

/** A command's description, words, options with their defaults, and examples. */
export function helpOf({ task, words = {}, options, examples }: Usage): string {
  const named = Object.entries(options).map(([name, { value, default: usual, meaning }]) =>
    [
      [`--${name}`, value ?? []].flat().join(" "),
      usual === undefined ? meaning : `${meaning} (default ${usual})`,
    ] as const
  );
  const rows = [...Object.entries(words), ...named, ["--help, -h", "shows this"] as const];
  const column = Math.max(...rows.map(([name]) => name.length)) + 2;
  const line = ([name, meaning]: readonly [string, string]) =>
    `  ${name.padEnd(column)}${wrapped(meaning, column + 2)}`;
  return [
    tasks[task].description,
    "",
    `usage: ${[typed(task), ...Object.keys(words), "[options]"].join(" ")}`,
    "",
    ...rows.map(line),
    "",
    "examples:",
    ...examples.map((example) => `  ${typed(task)} ${example}`.trimEnd()),
  ].join("\n");
}

/** A text in lines, all of which begin at a column. */
function wrapped(text: string, column: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    const longer = `${lines[last]} ${word}`.trimStart();
    if (longer.length <= WIDTH - column) lines[last] = longer;
    else lines.push(word);
  }
  return lines.join(`\n${" ".repeat(column)}`);
}
