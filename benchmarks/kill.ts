/**
 * `deno task kill`: kills a small training at random moments, during writes too, by four signals;
 * each time it goes on. Each training that so comes to its end is compared, bit by bit, with one that
 * nothing disturbed.
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { main, readCommandLine, SEED } from "../examples/options.ts";
import { Random } from "../lib/runtime/random.ts";

const SIGNALS = ["SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"] as const;
const CODES = { SIGKILL: 137, SIGTERM: 143, SIGHUP: 129, SIGINT: 130 } as const;
const PROGRAM = fileURLToPath(new URL("killed_training.ts", import.meta.url));

export interface KillOptions {
  readonly kills: number;
  readonly seed: number;
  /** Of the steps of `killed_training.ts`. */
  readonly share: number;
  readonly tell?: (line: string) => void;
}

/** What came of it. */
export interface KillOutcome {
  readonly kills: number;
  /** Kills while a file was being written. */
  readonly duringWrites: number;
  /** Trainings that were killed, came to their end, and were the same as the undisturbed one. */
  readonly compared: number;
}

/** Throws where a training does not go on, ends in other bits, or leaves anything behind. */
export async function killAndCompare(
  { kills, seed, share, tell = () => {} }: KillOptions,
): Promise<KillOutcome> {
  const random = new Random(seed, "kills");
  const folder = await Deno.makeTempDir();
  try {
    const start = performance.now();
    const { code } = await startTraining(`${folder}/whole`, share).status;
    ok(code === 0, `Expected the undisturbed training to end, but found code ${code}`);
    const milliseconds = performance.now() - start;
    tell(`undisturbed: ${(milliseconds / 1000).toFixed(1)} s`);
    const expected = await outcomeOf(`${folder}/whole`);

    let [killed, duringWrites, compared] = [0, 0, 0];
    for (let run = 0; killed < kills; run++) {
      const directory = `${folder}/${run}`;
      for (let isOver = false; !isOver;) {
        const training = startTraining(directory, share);
        let isRunning = true;
        const ended = training.status.finally(() => isRunning = false);
        if (killed < kills) {
          await pause(random.uniform() * milliseconds / 2);
          // Every other time it waits for the next write.
          const isWriting = killed % 2 === 0 && await until(() => isRunning, directory);
          if (isRunning) {
            const signal = SIGNALS[random.integer(SIGNALS.length)];
            training.kill(signal);
            const { code } = await ended;
            // What comes too late for a training that has just ended kills nothing.
            if (code !== 0) {
              killed++;
              if (isWriting) duringWrites++;
              const when = isWriting ? "during a write" : "";
              tell(`${killed}: ${signal} ${when} ${await whereIs(directory)}`);
              ok(code === CODES[signal], `Expected code ${CODES[signal]}, but found ${code}`);
            }
          }
        }
        const { code } = await ended;
        isOver = code === 0;
        ok(isOver || Object.values(CODES).some((known) => known === code), `code ${code}`);
      }
      deepStrictEqual(await outcomeOf(directory), expected);
      compared++;
      tell(`training ${run} ended in the same bits`);
    }
    return { kills: killed, duringWrites, compared };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function startTraining(directory: string, share: number): Deno.ChildProcess {
  const allowed = ["ffi", "read", "write", "env", "sys"].map((what) => `--allow-${what}`);
  const args = ["run", "--no-check", ...allowed, PROGRAM, directory, `${share}`];
  return new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "null", stderr: "null" })
    .spawn();
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until a file is being written in a training's folder; false where the training ends. */
async function until(isRunning: () => boolean, directory: string): Promise<boolean> {
  while (isRunning()) {
    for (const path of [directory, `${directory}/training`]) {
      if (namesIn(path).some((name) => name.endsWith(".tmp"))) return true;
    }
    await pause(1);
  }
  return false;
}

function namesIn(directory: string): string[] {
  try {
    return Array.from(Deno.readDirSync(directory), ({ name }) => name);
  } catch {
    return [];
  }
}

/** How far a training had come, by what it saved. */
async function whereIs(directory: string): Promise<string> {
  const state = await Deno.readTextFile(`${directory}/training/state.json`).catch(() => "");
  if (state === "") return "before it began";
  const { done, current } = JSON.parse(state);
  return `after ${done.length} stages${current ? ` and ${current.step} steps` : ""}`;
}

/** Every file that a training left, by its path; in what it says of time, only that it goes on. */
async function outcomeOf(directory: string): Promise<Map<string, unknown>> {
  const outcome = new Map<string, unknown>();
  for (const path of pathsIn(directory)) {
    const file = `${directory}/${path}`;
    // Two names take turns.
    if (/state\.[ab]\.safetensors$/.test(path)) {
      outcome.set("training/state.safetensors", await Deno.readFile(file));
    } else if (path === "training/state.json") {
      const state = JSON.parse(await Deno.readTextFile(file));
      const spent = state.done.map(({ seconds }: { seconds: number }) => seconds);
      ok(spent.every((seconds: number) => seconds > 0));
      ok(spent.reduce((a: number, b: number) => a + b, 0) < state.seconds, "seconds in all");
      const done = state.done.map((stage: object) => ({ ...stage, seconds: 0 }));
      outcome.set(path, { ...state, tensors: "", seconds: 0, done });
    } else if (path === "metrics.jsonl") {
      const lines = (await Deno.readTextFile(file)).trimEnd().split("\n")
        .map((line) => JSON.parse(line));
      lines.forEach(({ stage, seconds }, i) => {
        const before = lines[i - 1];
        ok(before?.stage !== stage || before.seconds <= seconds, `seconds of line ${i + 1}`);
      });
      outcome.set(path, lines.map((line) => ({ ...line, seconds: 0 })));
    } else outcome.set(path, await Deno.readFile(file));
  }
  return outcome;
}

function pathsIn(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory)).flatMap(({ name, isDirectory }) =>
    isDirectory ? pathsIn(`${directory}/${name}`).map((path) => `${name}/${path}`) : [name]
  ).sort();
}

if (import.meta.main) {
  await main(async () => {
    const options = readCommandLine({
      task: "kill",
      options: {
        kills: { value: "N", default: "50", meaning: "how often it is killed" },
        share: { value: "SHARE", default: "1", meaning: "of the training's steps, above 0" },
        seed: SEED,
      },
      examples: ["", "--kills 10 --seed 3"],
    });
    const outcome = await killAndCompare({
      kills: options.number("kills", { min: 1, max: 10_000, whole: true }),
      seed: options.number("seed", { min: 0, max: 2 ** 31, whole: true }),
      share: options.number("share", { min: 0.01, max: 1 }),
      tell: console.log,
    });
    console.log(outcome);
  });
}
