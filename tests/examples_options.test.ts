/** Help, command lines that are understood or refused, and which errors show where they come from. */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { helpOf, typed } from "../examples/help.ts";
import {
  GUIDANCE,
  guidanceOf,
  readCommandLine,
  type Usage,
  UsageError,
} from "../examples/options.ts";
import { runCommand, tasks } from "./commands.ts";

/** Commands whose words and options are read by this project; the others are Deno's own. */
const COMMANDS = Object.keys(tasks).filter((name) => !["test", "notebook", "ok"].includes(name));

Deno.test("every command helps: what it does, all its options, and examples", async () => {
  for (const name of COMMANDS) {
    const file = tasks[name].command.split(" ").find((word) => word.endsWith(".ts"))!;
    const own = await readFile(new URL(`../${file}`, import.meta.url), "utf8");
    // Studies have their options in common.
    const source = own.includes('from "./study.ts"')
      ? await readFile(new URL("../examples/study.ts", import.meta.url), "utf8")
      : own;
    const used = [...source.matchAll(/options\.(?:text|given|number|choice|flag)\("([^"]+)"/g)];
    ok(used.length > 0 || name === "assess", name);
    for (const word of name === "demo" ? ["--help", "-h", "help"] : ["--help"]) {
      const { code, stdout, stderr } = await runCommand(name, word);
      deepEqual([code, stderr], [0, ""], name);
      ok(stdout.startsWith(`${tasks[name].description}\n\nusage: deno task ${name} `), stdout);
      for (const [, option] of used) match(stdout, new RegExp(`\n  --${option} .*\\S`), name);
      match(stdout, new RegExp(`\nexamples:\n  deno task ${name}`));
      ok(stdout.split("\n").every((line) => line.length <= 100), stdout);
    }
  }
});

Deno.test("whoever trains or uses a model may name its recipe", async () => {
  const trainers = ["demo", "train"];
  const users = ["draw", "describe", "edit", "assess", "evaluate"];
  for (const name of [...trainers, ...users]) {
    const { stdout } = await runCommand(name, "--help");
    match(stdout, /\n {2}--recipe NAME +.*illume, metamorph or dreamllm/, name);
    const folders = users.includes(name)
      ? /default models\/nano, of MetaMorph models\/metamorph/
      : /default out\/demo, of MetaMorph out\/metamorph/;
    if (name !== "train") match(stdout, folders, name);
  }
});

Deno.test("guidance is the recipe's own where nobody says", () => {
  const usage = { task: "draw", options: { guidance: GUIDANCE }, examples: [""] };
  deepEqual(guidanceOf(readCommandLine(usage, [])), {});
  deepEqual(guidanceOf(readCommandLine(usage, ["--guidance", "3"])), { guidance: 3 });
});

Deno.test("every task says what it does", () => {
  for (const [name, { description }] of Object.entries(tasks)) match(description, /^\w.*\.$/, name);
});

const USAGE: Usage<"to" | "seed" | "quick"> = {
  task: "edit",
  words: { PICTURE: "what to change", "INSTRUCTION …": "how" },
  options: {
    to: { value: "FILE", meaning: "where it goes" },
    seed: { value: "N", default: "0", meaning: "the seed" },
    quick: { meaning: "in a hurry" },
  },
  examples: ["a.png remove the cat"],
};
const read = (...args: string[]) => readCommandLine(USAGE, args);

Deno.test("words that were not quoted belong together", () => {
  const words = ["a.png", "remove the cat"];
  deepEqual(read("a.png", "remove the cat").words, words);
  deepEqual(read("a.png", "remove", "--seed", "2", "the", "cat").words, words);
  deepEqual(read("--quick", "a.png", "remove", "--", "the", "cat").words, words);
});

Deno.test("an option has its value, or its default", () => {
  const options = read("a.png", "b", "--seed=3", "--to", "/x/y.png");
  deepEqual([options.text("seed"), options.given("to")], ["3", "/x/y.png"]);
  deepEqual([options.flag("quick"), read("a", "b", "--quick").flag("quick")], [false, true]);
  deepEqual([read("a", "b").text("seed"), read("a", "b").given("to")], ["0", undefined]);
  equal(read("a", "b", "--seed", "4", "--seed", "5").text("seed"), "5");
});

Deno.test("what is no option is refused, with the nearest that is one", () => {
  const refused = (expected: RegExp, ...args: string[]) =>
    throws(() => read("a", "b", ...args).text("to"), (error) => {
      ok(error instanceof UsageError);
      match(error.message, expected);
      return true;
    });
  refused(
    /^Expected an option of `.*task edit`, but found --sed \(did you mean --seed\?\)/,
    "--sed=1",
  );
  refused(/found --hlep \(did you mean --help\?\)/, "--hlep");
  refused(/found --temperature \(--help lists them\)/, "--temperature", "1");
  refused(/found -q \(/, "-q");
  refused(/^Expected --seed N, but found no value for --seed/, "--seed");
  refused(/^Expected --seed N, but found no value for --seed/, "--seed", "--quick");
  refused(/^Expected --to FILE, but found no value for --to/);
  refused(/^Expected --quick without a value, but found "yes"/, "--quick=yes");
  refused(/found --toString \(/, "--toString");
  throws(() => readCommandLine({ ...USAGE, words: {} }, ["a", "b"]), {
    message: /^Expected `.*task edit`, but found "a" "b"; for example: /,
  });
});

Deno.test("a command is named as it was typed: those who came by npx have no deno", () => {
  const before = Deno.env.get("npm_command");
  try {
    Deno.env.set("npm_command", "exec");
    const npx = `npx -y deno@${Deno.version.deno} task`;
    equal(typed("demo", "--out", "my folder"), `${npx} demo --out "my folder"`);
    ok(helpOf(USAGE).includes(`  ${npx} edit a.png remove the cat`));
    Deno.env.delete("npm_command");
    equal(typed("demo", "--resume"), "deno task demo --resume");
  } finally {
    if (before === undefined) Deno.env.delete("npm_command");
    else Deno.env.set("npm_command", before);
  }
});

/** What a command says that ends in an error. */
async function failed(error: string): Promise<string> {
  const program = `import { main } from ${
    JSON.stringify(import.meta.resolve("../examples/options.ts"))
  };
    import * as illume from ${JSON.stringify(import.meta.resolve("../mod.ts"))};
    await main(() => { throw ${error}; });`;
  const args = ["eval", program];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } })
    .output();
  equal(code, 1);
  return new TextDecoder().decode(stderr);
}

Deno.test("a person's mistake is one line; a fault of the program shows where it is", async () => {
  const mistakes: Readonly<Record<string, string>> = {
    [`new illume.DeviceError("Expected a GPU\\nof any kind")`]: "Expected a GPU of any kind\n",
    [`new RangeError("a.json, line 3: Expected a key")`]: "a.json, line 3: Expected a key\n",
    [`new Error("Expected a disk", { cause: Object.assign(new Error(), { code: "EIO" }) })`]:
      "Expected a disk\n",
  };
  for (const [mistake, line] of Object.entries(mistakes)) equal(await failed(mistake), line);
  for (
    const fault of [`new RangeError("Invalid array length")`, `new TypeError("x is undefined")`]
  ) {
    match(await failed(fault), /^error: Uncaught .*\n[^]*\n +at /);
  }
});
