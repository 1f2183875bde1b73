/** The commands, from the demo on, as people type them. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { cp, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "../lib/packages/sharp.ts";
import {
  Assessment,
  GENEVAL_TASKS,
  heldOut,
  loadModel,
  meanAccuracy,
  openDevice,
  parseCaption,
  type Picture,
  readPicture,
  Report,
  WORLDS,
} from "../mod.ts";
import { assertRefused, runTask, type Said, startCommand, startTask, until } from "./commands.ts";
import { reportSchema } from "../lib/evaluation/report.ts";
import { filesOf, inFolder } from "./folder.ts";

/** A quick demo that ran through: what the other commands start from. */
let out: string;
let demo: Said;

Deno.test.beforeAll(async () => {
  out = await Deno.makeTempDir();
  demo = await runTask("demo", "--quick", "--out", out);
});
Deno.test.afterAll(() => Deno.remove(out, { recursive: true }));

const readJson = async (path: string) => JSON.parse(await readFile(path, "utf8"));

interface Line {
  readonly stage: string;
  readonly step: number;
  readonly samples: number;
  readonly loss: number;
  readonly parts: Readonly<Record<string, number>>;
}

/** metrics.jsonl, without what the clock says. */
async function readLines(folder: string): Promise<Line[]> {
  const text = await readFile(`${folder}/metrics.jsonl`, "utf8").catch(() => "");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1).split("\n").slice(0, -1);
  return whole.map((line) => {
    const { stage, step, samples, loss, parts } = JSON.parse(line);
    return { stage, step, samples, loss, parts };
  });
}

/** report.json, without what the clock and the memory say. */
async function readReport(folder: string) {
  const report = Report.parse(await readJson(`${folder}/report.json`));
  const stages = report.stages?.map((stage) => ({ ...stage, seconds: 0 }));
  return { ...report, stages, seconds: 0, peakMemoryBytes: 0 };
}

/** The figure below a heading of the report's page, as SVG. */
function figureBelow(heading: string, page: string): string {
  const figure = new RegExp(`<h2>${heading}</h2>.*?<figure[^>]*>(<svg.*?</svg>)</figure>`, "s");
  const [, svg] = figure.exec(page) ?? [];
  ok(svg !== undefined, `Expected a figure below ${heading}`);
  return svg;
}

/** The pictures that an SVG carries. */
function picturesIn(svg: string): Promise<Picture[]> {
  const found = [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)];
  return Promise.all(found.map(([, base64]) => readPicture(Buffer.from(base64, "base64"))));
}

Deno.test("the demo tells its stages in plain lines, and its losses line by line", async () => {
  equal(demo.code, 0, demo.stderr);
  const { stages = [] } = Report.parse(await readJson(`${out}/report.json`));
  const told = demo.stderr.split("\n").filter((line) => line.includes("took"));
  const named = told.map((line) => stages.find(({ name }) => line.includes(name))?.name);
  deepEqual([...new Set(named)], stages.map(({ name }) => name));
  ok(!demo.stderr.includes("\r"), "Expected plain lines");

  const lines = await readLines(out);
  const numbers = lines.flatMap(({ loss, parts }) => [loss, ...Object.values(parts)]);
  ok(numbers.every(Number.isFinite));
  deepEqual([...new Set(lines.map(({ stage }) => stage))], stages.map(({ name }) => name));
  for (const { name, firstLoss, lastLoss, samples } of stages) {
    const own = lines.filter(({ stage }) => stage === name);
    deepEqual(own.map(({ step }) => step), own.map((_, at) => at + 1));
    const last = own[own.length - 1];
    deepEqual([own[0].loss, last.loss, last.samples], [firstLoss, lastLoss, samples]);
  }
});

/** What ILLUME's demo measures: all but what needs pictures of one's own, a visualizer, or stories. */
const OfDemo = reportSchema
  .omit({ retrieval: true, distances: true, data: true, descriptions: true })
  .omit({ visualizer: true, stories: true })
  .required();

Deno.test("the demo ends with its scores, where they are, and what to do next", async () => {
  const { geneval, pope, selfEnhancement } = OfDemo.parse(await readJson(`${out}/report.json`));
  const [table, next] = demo.stdout.split("\nnext:\n");
  const told = new Map(table.split("\n").map((line) => [line.slice(0, 14).trim(), line.slice(14)]));
  const share = (value: number | undefined) => value!.toFixed(2).replace(/^0/, "");
  equal(told.get("recipe"), "illume");
  equal(told.get("GenEval"), `${share(geneval.overall)} on captions that no stage has seen`);
  for (const task of GENEVAL_TASKS) equal(told.get(task), share(geneval[task]));
  match(told.get("by codes")!, new RegExp(`^${share(geneval.byCodes?.overall)} `));
  match(told.get("ceiling")!, new RegExp(`^${share(geneval.ceiling?.reconstructed)} `));
  equal(told.get("POPE"), share(meanAccuracy(pope as Required<typeof pope>)));
  for (const split of ["random", "popular", "adversarial"] as const) {
    equal(told.get(split), share(pope[split]!.accuracy));
  }
  match(told.get("verdicts")!, new RegExp(`^${share(selfEnhancement.agreement)} `));
  match(told.get("time")!, /^\d+ min \d+ s$/);
  for (const name of ["report", "pictures", "model"]) {
    ok((await stat(told.get(name)!.split(",")[0])).size > 0, name);
  }
  match(next, new RegExp(`^  deno task draw "two red hearts" --to \\S+ --from ${out}\n`));
});

Deno.test("the demo's report is whole", async () => {
  const found = await readJson(`${out}/report.json`);
  const report = OfDemo.parse(found);
  deepEqual(found, report, "Expected nothing beside the schema");
  deepEqual(Object.keys(report.geneval), [...GENEVAL_TASKS, "overall", "ceiling", "byCodes"]);
  deepEqual(Object.keys(report.geneval.ceiling!), ["truth", "reconstructed"]);
  deepEqual(Object.keys(report.pope), ["random", "popular", "adversarial"]);
  const { featureCosine, psnr, codebookUse, perplexity } = report.reconstruction;
  ok([featureCosine, psnr, codebookUse, perplexity].every(Number.isFinite));
  equal(report.selfEnhancement.after, report.geneval.overall);
  const { byCodes } = report.geneval;
  deepEqual(Object.keys(byCodes!), [...GENEVAL_TASKS, "overall", "agreement", "ceiling"]);
  equal(report.selfEnhancement.byCodes?.after, byCodes?.overall);
  ok(report.geneval.ceiling!.truth! >= 0.98);
  ok(report.stages.reduce((sum, { seconds }) => sum + seconds, 0) < report.seconds);
  ok(report.peakMemoryBytes > 1e8 && report.peakMemoryBytes < 4e9);
});

Deno.test("report.html is one file, and the grids are its figures", async () => {
  const page = await readFile(`${out}/report.html`, "utf8");
  const links = [...page.matchAll(/(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]*)/g)];
  deepEqual(links.map(([, to]) => to).filter((to) => !/^(data:|#)/.test(to)), []);
  match(figureBelow("Alignment curves", page), /fine-tuning/);
  match(figureBelow("The tokenizer&#39;s losses", page), /semantic encoder/);
  match(page, /<h2>Scores/);

  for (const [file, count] of [["drawn", 36], ["reconstructed", 24]] as const) {
    const svg = figureBelow(file.replace(/^./, (initial) => initial.toUpperCase()), page);
    const pictures = await picturesIn(svg);
    deepEqual(
      pictures.map(({ width, height }) => [width, height]),
      Array(count).fill([64, 64]),
    );
    const shown = await sharp(Buffer.from(svg), { density: 144 }).png().toBuffer();
    deepEqual(await readPicture(`${out}/${file}.png`), await readPicture(shown));
  }

  const { geneval } = OfDemo.parse(await readJson(`${out}/report.json`));
  const [, titles] = /<title>(.*?)<\/title>/.exec(figureBelow("Drawn", page))!;
  const drawn = titles.split(", ").map((title) => title.split(": "));
  const specs = drawn.map(([caption]) => parseCaption(caption, WORLDS.nano));
  deepEqual([...new Set(specs.map(({ task }) => task))], [...GENEVAL_TASKS]);
  ok(specs.every((spec) => heldOut(spec, WORLDS.nano)), "Expected captions that no stage has seen");
  const good = drawn.filter(([, verdict]) => verdict === "good").length;
  equal((good / drawn.length).toFixed(6), geneval.overall!.toFixed(6));
});

Deno.test("the five commands work on what the demo left", async () => {
  const [drawn, sheet, edited, captions] = ["drawn.png", "sheet.png", "edited.png", "mine.txt"]
    .map((name) => join(out, "training", name));
  const run = async (name: string, ...words: string[]) => {
    const said = await runTask(name, ...words, "--from", out);
    deepEqual([said.code, said.stderr], [0, ""]);
    return said.stdout;
  };
  const sizeOf = async (path: string) => {
    const { width, height, format } = await sharp(path).metadata();
    return [width, height, format];
  };

  const options = ["--guidance", "2", "--seed", "5"];
  equal(await run("draw", "two red hearts", "--to", drawn, ...options), `${drawn}\n`);
  deepEqual(await sizeOf(drawn), [256, 256, "png"]);
  {
    using device = await openDevice();
    const model = await loadModel(out, { device });
    const picture = await model.draw("two red hearts", { guidance: 2, seed: 5 });
    const small = await sharp(drawn).resize(64, 64, { kernel: "nearest" }).png().toBuffer();
    deepEqual(await readPicture(small), picture);
  }
  await run("draw", "two", "red", "hearts", "--to", sheet, "--n", "4");
  deepEqual(await sizeOf(sheet), [4 * (2 * 64 + 2), 4 * (2 * 64 + 2), "png"]);

  match(await run("describe", drawn), /^[^\n]*\n$/);
  match(await run("describe", drawn, "--question", "how many hearts are there?"), /^[^\n]*\n$/);
  equal(await run("edit", drawn, "make the heart blue", "--to", edited), `${edited}\n`);
  deepEqual(await sizeOf(edited), [256, 256, "png"]);

  const assessed = await runTask("assess", drawn, "two red hearts", "--from", out);
  if (assessed.code === 0) {
    Assessment.parse(JSON.parse(assessed.stdout));
    equal(assessed.stderr, "");
  } else assertRefused(assessed, /^Expected an assessment, but found "/);

  await writeFile(captions, "a cat\r\n\na photo of a dog above a fish.\ntwo keys\nA RED HEART\n");
  const mine = JSON.parse(await run("evaluate", "--captions", captions));
  deepEqual(Report.parse(mine), mine);
  deepEqual(Object.keys(mine), ["recipe", "preset", "seed", "device", "geneval", "seconds"]);
  deepEqual(
    Object.keys(mine.geneval),
    ["single", "counting", "colors", "position", "overall", "ceiling", "byCodes"],
  );
  equal(mine.geneval.ceiling.truth, 1);
  const asked = { tag: "mine", include: [{ class: "cat", count: 1 }], prompt: "a cat" };
  const bench = { ...asked, include: [{ class: "bench", count: 1 }] };
  await writeFile(captions, JSON.stringify([asked, bench]));
  const { overall, ...rest } = JSON.parse(await run("evaluate", "--geneval", captions));
  deepEqual(rest, { prompts: 1, ofOtherThings: 1, mine: overall });
  const question = { image: "drawn.png", text: "is there a cat in the picture?", label: "no" };
  await writeFile(captions, JSON.stringify(question));
  const folder = join(out, "training");
  const pope = JSON.parse(await run("evaluate", "--pope", captions, "--pictures", folder));
  equal(pope.questions, 1);
  equal(pope.accuracy, 1 - pope.yesRatio);
  const all = JSON.parse(await run("evaluate"));
  deepEqual(Report.parse(all), all);
  ok("pope" in all && "reconstruction" in all);
  ok(!("stages" in all || "selfEnhancement" in all || "peakMemoryBytes" in all));
  ok(all.geneval.ceiling.truth >= 0.98);
});

interface State {
  readonly done: readonly { readonly name: string }[];
  readonly current?: { readonly stage: string; readonly step: number };
  readonly results: Readonly<Record<string, unknown>>;
}

Deno.test("what the demo left is not begun anew unasked, and --overwrite knows all of it", async () => {
  const before = await filesOf(out);
  assertRefused(
    await runTask("demo", "--quick", "--out", out),
    /^Expected no training in .* yet, but found one: continue it with --resume .*--overwrite/,
  );
  assertRefused(
    await runTask("demo", "--quick", "--out", out, "--resume", "--overwrite"),
    /^Expected --resume or --overwrite, but found both/,
  );
  deepEqual(await filesOf(out), before);

  await inFolder(async (folder) => {
    await cp(out, folder, { recursive: true });
    await writeFile(`${folder}/mine.txt`, "mine");
    const running = startCommand("demo", "--quick", "--out", folder, "--overwrite");
    try {
      await until(async () => running.isOver() || (await readLines(folder)).length === 1);
      running.signal("SIGKILL");
    } finally {
      running.kill();
    }
    await running.ended;
    const own = ["metrics.jsonl", "lock.json", "mine.txt"];
    const left = (await filesOf(folder)).keys().filter((path) => !path.startsWith("training/"));
    deepEqual([...left].sort(), own.sort());
  });
});

Deno.test("a signal leaves a state, from which the demo goes on as if nothing had happened", () =>
  inFolder(async (folder) => {
    const words = ["--quick", "--out", folder];
    const stateOf = (): Promise<State> => readJson(`${folder}/training/state.json`);
    const isAt = (stage: string, step: number) => async () =>
      (await readLines(folder)).some((line) => line.stage === stage && line.step >= step);

    /** One press of Ctrl-C, or the like, as `deno task` hands it on in a terminal: twice. */
    async function stopWhen(
      isSo: () => Promise<boolean>,
      signal: Deno.Signal,
      code: number,
      ...more: string[]
    ): Promise<State> {
      const running = startTask("demo", ...words, ...more);
      try {
        await until(async () => running.isOver() || await isSo());
        running.signal(signal);
        await new Promise((resolve) => setTimeout(resolve, 20));
        running.signal(signal);
        const { stdout, stderr, ...ended } = await running.ended;
        deepEqual([ended.code, stdout], [code, ""], stderr);
        match(
          stderr,
          /\nstopping after this step\n(.*\n)?stopped; continue with deno task demo [^\n]*--resume\n$/s,
        );
      } finally {
        running.kill();
      }
      return stateOf();
    }

    const early = await stopWhen(isAt("semantic encoder", 1), "SIGINT", 130);
    ok(early.done.length <= 1, "Expected it to stop at once");
    const before = await filesOf(folder);
    const other = await runTask("demo", ...words, "--resume", "--seed", "1");
    assertRefused(other, /^Expected the settings that .*, but found others: seed was 0, is 1$/m);
    deepEqual(await filesOf(folder), before);

    const middle = await stopWhen(isAt("image-text alignment", 2), "SIGTERM", 143, "--resume");
    equal(middle.current?.stage, "image-text alignment");
    const drawings = `${folder}/drawings/drawings.jsonl`;
    const areDrawn = () => stat(drawings).then(({ size }) => size > 0, () => false);
    const late = await stopWhen(areDrawn, "SIGHUP", 129, "--resume");
    ok(Object.hasOwn(late.results, "before"));
    const drawn = await readFile(drawings, "utf8");

    const { code, stderr } = await runTask("demo", ...words, "--resume");
    equal(code, 0, stderr);
    ok(!stderr.includes("fine-tuning"), "Expected nothing to be done twice");
    deepEqual(await readLines(folder), await readLines(out));
    deepEqual(await readReport(folder), await readReport(out));
    equal(await readFile(drawings, "utf8"), drawn, "what was drawn is not drawn again");
    for (const file of ["model.safetensors", "tokenizer.json", "config.json", "drawn.png"]) {
      ok((await readFile(`${folder}/${file}`)).equals(await readFile(`${out}/${file}`)), file);
    }
  }));
