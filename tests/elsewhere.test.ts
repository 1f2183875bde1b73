/** Illume from a folder of one's own, whose deno.json, if there is one, names none of its packages. */
import { deepEqual, equal } from "node:assert/strict";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Kernel } from "../notebooks/kernel.ts";
import { inFolder } from "./folder.ts";

const checkout = fileURLToPath(new URL("../", import.meta.url));

/** Needs packages of each kind: code, a native library, files of data, and what is loaded late. */
const program = (illume: string) => `
  import { EmojiSet, openDevice, plot } from ${JSON.stringify(illume)};
  const { name } = await openDevice("cpu");
  const { emoji } = await EmojiSet.open({ size: 8, styles: ["noto", "fluent-3d"], count: 2 });
  const curve = plot.lossCurve([{ stage: "a", step: 1, loss: 1 }]).svg();
  console.log(name, emoji.length, curve.startsWith("<svg"));
`;
const PRINTED = "cpu 2 true\n";
const PERMISSIONS = ["--allow-ffi", "--allow-read", "--allow-env", "--allow-sys"];

/** What Deno prints in a folder. */
async function printed(folder: string, ...args: string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd: folder, stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("a script and deno eval import Illume by its path", () =>
  inFolder(async (folder) => {
    const illume = relative(await Deno.realPath(folder), `${checkout}mod.ts`);
    await Deno.writeTextFile(`${folder}/own.ts`, program(illume));
    equal(await printed(folder, "run", ...PERMISSIONS, "own.ts"), PRINTED);
    equal(await printed(folder, "eval", program(`${checkout}mod.ts`)), PRINTED);
  }));

Deno.test("a project imports Illume by a name of its own, and by deno link", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/own.ts`, program("illume"));
    const imports = { illume: `${checkout}mod.ts` };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ imports }));
    equal(await printed(folder, "run", ...PERMISSIONS, "own.ts"), PRINTED);

    await Deno.writeTextFile(`${folder}/own.ts`, program("@illume/illume"));
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ nodeModulesDir: "auto" }));
    await printed(folder, "link", checkout);
    equal(await printed(folder, "run", ...PERMISSIONS, "own.ts"), PRINTED);
  }));

Deno.test("a project with a package.json, where Deno fetches nothing, takes the checkout's packages", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ name: "own" }));
    await Deno.writeTextFile(`${folder}/own.ts`, program(`${checkout}mod.ts`));
    equal(await printed(folder, "run", ...PERMISSIONS, "own.ts"), PRINTED);
  }));

Deno.test("a notebook imports Illume by its path", () =>
  inFolder(async (folder) => {
    await using kernel = await Kernel.start({ cwd: folder });
    const outputs = await kernel.execute(program(`${checkout}mod.ts`), { seconds: 60 });
    deepEqual(outputs, [{ output_type: "stream", name: "stdout", text: PRINTED }]);
  }));
