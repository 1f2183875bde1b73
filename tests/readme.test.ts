/** The README's commands can be typed as printed, and it lists what the worlds know. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { COLORS, WORLDS } from "../mod.ts";
import { RELATION_WORDS } from "../lib/worlds/emoji/words.ts";
import { tasks } from "./commands.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

/** The words in a row of the table of what a model can be told. */
function rowOf(name: string): string {
  const [, section] = /## What it can be told\n(.*?)\n## /s.exec(readme)!;
  const rows = section.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const at = rows.findIndex(([, first]) => first === name);
  const next = rows.findIndex(([, first], i) => i > at && first !== "");
  return rows.slice(at, next).map(([, , words]) => words).join(" ");
}

Deno.test("the README's commands can be typed where there is no deno", () => {
  const commands = [...readme.matchAll(/(?:^ {4}|`)(npx|deno) (.*?)(?:`|$)/gm)];
  const typed = commands.filter(([, program]) => program === "npx").map(([, , words]) => words);
  ok(typed.length > 10);
  equal(new Set(typed.map((words) => words.split(" ")[1])).size, 1, "Expected one version");
  const named = typed.flatMap((words) => / task ([\w-]+)/.exec(words)?.[1] ?? []);
  deepEqual(named.filter((name) => !Object.hasOwn(tasks, name)), []);
  deepEqual(commands.filter(([, program]) => program === "deno").map(([all]) => all), []);
});

Deno.test("the README lists the words that the worlds know", () => {
  const listed = (name: string) => rowOf(name).split(", ");
  deepEqual(listed("things"), WORLDS.nano.concepts);
  deepEqual([...listed("things"), ...listed("`small` too")], WORLDS.small.concepts);
  deepEqual(listed("colours"), [...COLORS]);
  deepEqual(listed("positions"), Object.values(RELATION_WORDS));
  for (const style of WORLDS.small.styles) ok(rowOf("edits").includes(style), style);
});
