/** Every command, told wrong: each says so in one line, and leaves all as it was. */
import { deepEqual, strictEqual } from "node:assert/strict";
import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import sharp from "../lib/packages/sharp.ts";
import { devices, emojiScenes, openDevice, StateStore, trainTextTokenizer } from "../mod.ts";
import { assertRefused, runCommand, runCommandFrom, type Said } from "./commands.ts";
import { filesOf, inFolder } from "./folder.ts";
import { tinyIllume } from "./tiny_illume.ts";

/** A command line, and what its one line says. */
type Refused = readonly [command: string, words: string[], expected: RegExp];

/** Two at a time: each wants a processor of its own. */
async function runAll(cases: readonly Refused[]): Promise<Said[]> {
  const said: Said[] = [];
  for (let at = 0; at < cases.length; at += 2) {
    const pair = cases.slice(at, at + 2);
    said.push(...await Promise.all(pair.map(([name, words]) => runCommand(name, ...words))));
  }
  return said;
}

/** Runs every command line: each is refused, and together they leave the folder as it was. */
async function assertAllRefused(folder: string, cases: readonly Refused[]): Promise<void> {
  const before = await filesOf(folder);
  const said = await runAll(cases);
  cases.forEach(([, , expected], at) => assertRefused(said[at], expected));
  deepEqual(await filesOf(folder), before);
}

/** A model that has learned nothing, as a checkpoint. */
async function saveUntrained(folder: string): Promise<void> {
  using device = await openDevice();
  using store = new StateStore(device);
  const text = trainTextTokenizer(await emojiScenes({ preset: "nano", seed: 0 }));
  await tinyIllume(store, text).save(folder);
}

async function savePicture(path: string, width: number, height: number): Promise<void> {
  const create = { width, height, channels: 3, background: "red" } as const;
  await sharp({ create }).png().toFile(path);
}

Deno.test("a demo that cannot be started is refused in one line, and nothing is touched", () =>
  inFolder(async (folder) => {
    const out = `${folder}/demo`;
    await mkdir(out);
    await writeFile(`${out}/metrics.jsonl`, "kept\n");
    await writeFile(`${folder}/file`, "kept\n");
    const quick = (...words: string[]) => ["--quick", "--out", out, ...words];
    await assertAllRefused(folder, [
      ["demo", quick("--preset", "huge"), /preset .*one of nano, small, base, but found "huge"/],
      ["demo", quick("--preset", ""), /but found no value for --preset/],
      [
        "demo",
        quick("--sede", "1"),
        /^Expected an option of .*, but found --sede \(did you mean --seed\?\)/,
      ],
      ["demo", quick("--seed", "-1"), /--seed/],
      ["demo", quick("--seed=-1"), /--seed to be a whole number from 0 .*, but found "-1"/],
      ["demo", quick("--seed", "1.5"), /--seed to be a whole number .*, but found "1.5"/],
      [
        "demo",
        quick("--precision", "half"),
        /--precision .*one of float32, mixed, but found "half"/,
      ],
      ["demo", quick("--longer", "0"), /--longer to be a number from 0.1 to 100, but found "0"/],
      ["demo", quick("nano"), /^Expected `deno task demo`, but found "nano"; for example/],
      ["demo", quick("--precision", "mixed"), /mixed with a GPU, but found --device cpu/],
      ["demo", ["--quick", "--out", `${folder}/file`], /but found: Not a directory.*file/],
      ["demo", ["--quick", "--out", `${folder}/${"long".repeat(99)}`], /but found: .* too long/],
      ["demo", ["--quick", "--out", "/proc/nowhere"], /^Expected .*but found: .*\/proc\/nowhere/],
    ]);
  }));

Deno.test("an unknown device is refused in one line", () =>
  inFolder(async (folder) => {
    const expected = /^Expected device "auto", "cpu", "webgpu" or "cuda", but found "tpu"/;
    const tpu = ["--device", "tpu"];
    await assertAllRefused(folder, [
      ["demo", ["--quick", "--out", `${folder}/demo`, ...tpu], expected],
      ["evaluate", ["--from", folder, ...tpu], expected],
    ]);
  }));

Deno.test("a GPU that is not there is refused in one line that names what is", async () => {
  const found = await devices();
  const missing = (["webgpu", "cuda"] as const).filter((name) =>
    !found.some((device) => device.name === name)
  );
  for (const name of missing) {
    const kind = name === "webgpu" ? "WebGPU" : "CUDA";
    assertRefused(
      await runCommand("draw", "a cat", "--device", name),
      new RegExp(`^Expected .*GPU .*${kind}.*, but found none: .*; choose --device cpu \\(.+\\)`),
    );
  }
});

Deno.test("where there is no model, the command that trains one is named", () =>
  inFolder(async (folder) => {
    const from = ["--from", folder];
    const none = new RegExp(
      `^Expected a model in ${folder}, but found none: run \`deno task demo --out ${folder}\` first`,
    );
    await assertAllRefused(folder, [
      ["draw", ["a cat", ...from], none],
      ["describe", ["picture.png", ...from], none],
      ["edit", ["picture.png", "remove the cat", ...from], none],
      ["assess", ["picture.png", "a cat", ...from], none],
      ["evaluate", from, none],
      ["measure-tokenizer", from, /^Expected tokenizers in .*: run `deno task train-tokenizers`/],
    ]);
    await mkdir(`${folder}/training`);
    await writeFile(`${folder}/training/state.json`, "{}");
    await assertAllRefused(folder, [
      [
        "draw",
        ["a cat", ...from],
        /found a training that is not finished: go on with the command that began it, and --resume/,
      ],
    ]);
  }));

Deno.test("words, pictures and files that a model cannot take are refused in one line", () =>
  inFolder(async (folder) => {
    const [ok, note, empty, wide, missing, kept] = ["ok", "note", "empty", "wide", "none", "kept"]
      .map((name) => `${folder}/${name}.png`);
    const captions = `${folder}/captions.txt`;
    const long = "a cat ".repeat(1700).slice(0, 10_000);
    await saveUntrained(folder);
    await savePicture(ok, 64, 64);
    await savePicture(wide, 20_000, 8);
    await savePicture(kept, 8, 8);
    await writeFile(note, "This is no picture.");
    await writeFile(empty, "");
    await writeFile(captions, "a cat\r\n\r\na photo of two hearts\na cat near a dog\n");
    const from = ["--from", folder];
    const draw = (
      caption: string,
      ...words: string[]
    ) => [caption, ...from, "--to", kept, ...words];
    const near = /^.*captions\.txt, line 4: Expected .*, but found .*near/;
    await assertAllRefused(folder, [
      [
        "draw",
        draw("two red zebras"),
        /^Expected a caption such as .* nano world .*found "zebras"/,
      ],
      ["draw", draw(""), /^Expected words, but found an empty text/],
      ["draw", draw(long), /^Expected a text of at most 300 characters, but found 10000/],
      ["draw", draw("cat ".repeat(70)), /^Expected a caption such as .*, but found "cat cat/],
      ["draw", draw("a cat", "--guidance", "abc"), /--guidance .*from 0 to 20, but found "abc"/],
      ["draw", draw("a cat", "--guidance", " "), /but found no value for --guidance/],
      ["draw", draw("a cat", "--n", "0"), /--n to be a whole number from 1 to 64, but found "0"/],
      ["draw", draw("a cat", "--seed=-1"), /--seed .*but found "-1"/],
      ["draw", ["a cat", ...from, "--to"], /but found no value for --to/],
      ["draw", from, /^Expected `deno task draw CAPTION …`, but found no words; for example: /],
      ["describe", [ok, ...from, "--question", "is", "there", "a", "cat"], /go in quotes/],
      ["draw", ["a cat", ...from, "--to", `${folder}/no/picture.png`], /^Expected .*No such file/],
      ["draw", ["a cat", ...from, "--to", folder], /ending in \.png, but found/],
      ["draw", ["a cat", ...from, "--to", `${folder}/picture.jpg`], /ending in \.png, but found/],
      ["describe", [note, ...from], /^Expected a picture, but found something else: .*note/],
      ["describe", [empty, ...from], /^Expected a picture, but found nothing: .*empty/],
      ["describe", [missing, ...from], /^Expected a picture at .*none.*, but found no such file/],
      ["describe", [wide, ...from], /at most 8192 × 8192 pixels, but found 20000 × 8: .*wide/],
      ["describe", [folder, ...from], /^Expected a picture at .*, but found: Is a directory/],
      ["describe", [ok, ...from, "--question", "is there a zebra?"], /but found "zebra"/],
      ["describe", [ok, ...from, "--question", ""], /but found no value for --question/],
      ["edit", [ok, "make the zebra blue", ...from, "--to", kept], /but found "zebra"/],
      ["edit", [note, "make the cat blue", ...from, "--to", kept], /but found something else/],
      ["assess", [wide, "a cat", ...from], /but found 20000 × 8/],
      ["assess", [ok, long, ...from], /at most 300 characters, but found 10000/],
      ["evaluate", [...from, "--captions", missing], /but found: No such file.*none\.png/],
      ["evaluate", [...from, "--captions", empty], /Expected captions in .*empty.*found none/],
      ["evaluate", [...from, "--captions", ""], /but found no value for --captions/],
      ["evaluate", [...from, "--captions", captions], near],
      [
        "evaluate",
        [...from, "--geneval", captions],
        /captions\.txt:1: .*GenEval in JSON, but found/,
      ],
      ["evaluate", [...from, "--pope", empty, "--pictures", folder], /POPE in .*empty.*found none/],
      [
        "evaluate",
        [...from, "--pope", empty, "--captions", captions],
        /found --captions and --pope/,
      ],
      ["evaluate", [...from, "--answers", empty], /Expected --pope beside --answers/],
    ]);
  }));

Deno.test("a picture without a name is named after its words, where one is, and nothing is lost", () =>
  inFolder(async (folder) => {
    await saveUntrained(`${folder}/model`);
    const draw = (...words: string[]) =>
      runCommandFrom(folder, "draw", ...words, "--from", "model").then(
        ({ code, stdout, stderr }) => {
          deepEqual([code, stderr], [0, ""]);
          return stdout;
        },
      );
    deepEqual(await draw("two", "red", "hearts"), `${folder}/two_red_hearts.png\n`);
    const first = await readFile(`${folder}/two_red_hearts.png`);
    deepEqual(await draw("two red hearts", "--seed", "1"), `${folder}/two_red_hearts_2.png\n`);
    deepEqual(await readFile(`${folder}/two_red_hearts.png`), first);
    deepEqual(await draw("a cat", "--to", "Cat.PNG"), `${folder}/Cat.PNG\n`);
    deepEqual(
      (await readdir(folder)).toSorted(),
      ["Cat.PNG", "model", "two_red_hearts.png", "two_red_hearts_2.png"],
    );
  }));

/** A checkpoint's file, what becomes of it, and what the one line says. */
type Damage = readonly [name: string, damage: (path: string) => Promise<void>, expected: RegExp];

const replaced = (before: string, after: string) => async (path: string) => {
  const text = await readFile(path, "utf8");
  strictEqual(text.split(before).length > 1, true, `Expected ${before} in ${path}`);
  await writeFile(path, text.replace(before, after));
};
const cutTo = (bytes: number) => (path: string) => truncate(path, bytes);
const version1 = replaced(`"version": 7`, `"version": 1`);

const DAMAGES: readonly Damage[] = [
  [
    "config.json",
    rm,
    /^Expected a model in .*, but found none: run `deno task demo/,
  ],
  ["config.json", version1, /^Expected .*version 7 in .*config\.json, but found version/],
  ["config.json", cutTo(99), /^Expected .*config\.json, but found/],
  [
    "config.json",
    replaced(`"intermediateSize": 48`, `"intermediateSize": 56`),
    /^Expected tensor ".*" of shape \[.*56.*\] in .*model\.safetensors, but found .*\[.*48.*\]/,
  ],
  ["model.safetensors", rm, /^Expected .*model\.safetensors/],
  ["model.safetensors", cutTo(0), /^Expected .*model\.safetensors.*but found 0/],
  ["model.safetensors", cutTo(9999), /^Expected .*model\.safetensors.*but found/],
  ["tokenizer.json", rm, /^Expected .*tokenizer\.json.*no such file/i],
  ["tokenizer.json", cutTo(999), /^Expected .*tokenizer\.json.*but found/],
  ["tokenizer.json", (path) => writeFile(path, "{}"), /^Expected .*tokenizer\.json.*but found/],
];

Deno.test("a damaged checkpoint is refused in one line that names the file", () =>
  inFolder(async (folder) => {
    await saveUntrained(`${folder}/whole`);
    await savePicture(`${folder}/kept.png`, 8, 8);
    const cases: Refused[] = [];
    for (const [at, [name, damage, expected]] of DAMAGES.entries()) {
      const from = `${folder}/${at}`;
      await cp(`${folder}/whole`, from, { recursive: true });
      await damage(`${from}/${name}`);
      cases.push(["draw", ["a cat", "--from", from, "--to", `${folder}/kept.png`], expected]);
    }
    const missing = ["--from", `${folder}/missing`];
    cases.push(["evaluate", missing, /^Expected a model in .*missing, but found none/]);
    await assertAllRefused(folder, cases);
  }));
