/** What tests of the commands share: running one as a user would, and reading what it said. */
import { match, strictEqual } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../", import.meta.url));

/** The tasks of deno.json, by name. */
export const { tasks }: {
  tasks: Readonly<Record<string, { readonly description: string; readonly command: string }>>;
} = JSON.parse(await readFile(join(repository, "deno.json"), "utf8"));

/** What a command said, and how it ended. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  /** Without the line in which Deno names the task. */
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly ended: Promise<Said>;
  /** Has it ended already? */
  readonly isOver: () => boolean;
  readonly signal: (name: Deno.Signal) => void;
  kill(): void;
}

/** `deno task NAME …`, in the repository. */
export function startTask(name: string, ...words: string[]): Running {
  return start(["task", name, ...words]);
}

/** Runs `deno task NAME …` to its end. */
export function runTask(name: string, ...words: string[]): Promise<Said> {
  return startTask(name, ...words).ended;
}

/** What a task stands for, with its permissions: a process of its own, which a kill reaches. */
export function startCommand(name: string, ...words: string[]): Running {
  const [, ...command] = tasks[name].command.split(" ");
  return start([...command, ...words]);
}

/** Runs what a task stands for, with its permissions, without the task's line. */
export function runCommand(name: string, ...words: string[]): Promise<Said> {
  return runCommandFrom(repository, name, ...words);
}

/** The same for someone who stands in another folder than the repository's. */
export function runCommandFrom(folder: string, name: string, ...words: string[]): Promise<Said> {
  const [, ...command] = tasks[name].command.split(" ");
  return start([...command, ...words], folder).ended;
}

/** Whoever runs the tests may have come by `npx`, or from elsewhere: the commands do not know it. */
function start(args: string[], here = repository): Running {
  const command = new Deno.Command(Deno.execPath(), {
    args,
    cwd: repository,
    env: { NO_COLOR: "1", INIT_CWD: here, npm_command: "" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  let over = false;
  const ended = child.output().then(({ code, stdout, stderr }): Said => {
    over = true;
    const decoder = new TextDecoder();
    const said = decoder.decode(stderr).replace(/^Task .*\n/, "");
    return { code, stdout: decoder.decode(stdout), stderr: said };
  });
  return {
    ended,
    isOver: () => over,
    signal: (name) => over || child.kill(name),
    kill: () => over || child.kill("SIGTERM"),
  };
}

/** Checks that a command refused what it was given: one line, exit code 1, and nothing else. */
export function assertRefused({ code, stdout, stderr }: Said, expected: RegExp): void {
  match(stderr, expected);
  match(stderr, /^[^\n]+\n$/);
  strictEqual(code, 1);
  strictEqual(stdout, "");
}

/** Waits until something is so, for at most five minutes. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const start = performance.now();
  while (!await isSo()) {
    if (performance.now() - start > 300_000) throw new Error("Expected it within five minutes");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
