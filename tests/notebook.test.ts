/** Notebooks, run against Deno's own kernel. */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "../lib/packages/sharp.ts";
import { Kernel } from "../notebooks/kernel.ts";
import {
  cellOutputs,
  firstError,
  Notebook,
  readNotebook,
  runNotebook,
} from "../notebooks/notebook.ts";
import type { Output } from "../notebooks/outputs.ts";
import { openDevice, StateStore } from "../lib/runtime/mod.ts";
import { emojiScenes, trainTextTokenizer } from "../lib/worlds/emoji/mod.ts";
import { inFolder } from "./folder.ts";
import { tinyDreamLLM } from "./tiny_dreamllm.ts";
import { tinyIllume } from "./tiny_illume.ts";
import { tinyMetaMorph } from "./tiny_metamorph.ts";

const notebooks = fileURLToPath(new URL("../notebooks/", import.meta.url));
const fromNothing = join(notebooks, "08_from_nothing.ipynb");
const threeRecipes = join(notebooks, "06_three_recipes.ipynb");
const quick = { cwd: notebooks, secondsPerCell: 20 };

function notebookOf(...sources: string[]): Notebook {
  const cells = sources.map((source) => ({ cell_type: "code", source }));
  return Notebook.parse({ nbformat: 4, cells });
}

const printed = (outputs: readonly Output[]) =>
  outputs.map((output) => output.output_type === "stream" ? output.text : "").join("");

function shows(output: Output, type: string): boolean {
  return (output.output_type === "display_data" || output.output_type === "execute_result") &&
    type in output.data;
}

/** The figures that stand in HTML, as a training shows its curves. */
function curvesIn(output: Output): string[] {
  const html = "data" in output ? String(output.data["text/html"] ?? "") : "";
  return [...html.matchAll(/src="data:image\/svg\+xml;base64,([^"]+)"/g)].map(([, data]) =>
    new TextDecoder().decode(Uint8Array.fromBase64(data))
  );
}

Deno.test("a notebook prints, shows figures, updates them in place, and stops where it throws", async () => {
  const ran = await runNotebook(
    notebookOf(
      `import * as plot from "../lib/plot/mod.ts";
       import { z } from "../lib/packages/zod.ts";
       const points = [1, 2, 3].map((step) => ({ stage: "a", step, loss: 1 / step }));
       console.log("hello"); console.log(z.string().parse("world")); console.error("oh");`,
      `plot.lossCurve(points)`,
      ``,
      `async function* training() {
         for (const point of points) yield { ...point, steps: 3, samples: point.step, parts: {} };
       }
       for await (const step of plot.live(training(), { title: "live" })) console.log(step.loss);`,
      `for (let line = 0; line < 500; line++) console.log(line);`,
      `function fail() { throw new RangeError("Expected nothing, but found this"); } fail();`,
      `console.log("never");`,
    ),
    quick,
  );
  const [prints, figure, empty, live, many, throws, after] = cellOutputs(ran);
  assert.deepEqual(prints, [
    { output_type: "stream", name: "stdout", text: "hello\nworld\n" },
    { output_type: "stream", name: "stderr", text: "oh\n" },
  ]);
  assert.ok(shows(figure[0], "image/svg+xml"));
  assert.deepEqual(empty, []);
  const displays = live.filter(({ output_type }) => output_type === "display_data");
  assert.equal(displays.length, 1);
  assert.match(String(curvesIn(displays[0])[0]), /1\.0.*live|live.*1\.0/s);
  assert.equal(printed(live), "1\n0.5\n0.3333333333333333\n");
  assert.equal(printed(many).trim().split("\n").length, 500);
  assert.ok(throws.some(({ output_type }) => output_type === "error"));
  assert.deepEqual(after, []);
  assert.match(firstError(ran) ?? "", /RangeError: Expected nothing, but found this/);
});

Deno.test("a signal stops a cell's training at the next step, and the next cell goes on", async () => {
  const ran = await runNotebook(
    notebookOf(
      `import { openDevice, StateStore } from "../mod.ts";
       import { input, ops } from "../lib/graph/mod.ts";
       import { adamw, trainingLoop, TrainStep } from "../lib/optim/mod.ts";
       const store = new StateStore(await openDevice("cpu"));
       const losses = (scope) => {
         const x = input("x", "float32", [64, 64]);
         const weight = scope.parameter("weight", [64, 64], { kind: "normal", deviation: 0.1 });
         return { loss: ops.mean(ops.tanh(ops.matmul(x, weight)), { axes: [0, 1], keepAxes: false }) };
       };
       const trainStep = await TrainStep.compile(
         { device: store.device, store, losses, optimizer: adamw(), seed: 0 },
       );
       const inputs = { x: new Float32Array(64 * 64).fill(0.5) };
       const plan = { stage: "fit", batchSize: 64, peakRate: 0.1, batch: () => ({ trainStep, inputs }) };
       let done = 0;`,
      `try {
         const signal = AbortSignal.timeout(300);
         for await (const { step } of trainingLoop({ ...plan, steps: 1_000_000, signal })) done = step;
       } catch (error) { console.log(error.name, done > 0); }`,
      `for await (const { step } of trainingLoop({ ...plan, done, steps: done + 3 })) console.log(step - done);`,
    ),
    quick,
  );
  assert.equal(firstError(ran), undefined);
  const [, stopped, after] = cellOutputs(ran);
  assert.equal(printed(stopped), "TimeoutError true\n");
  assert.equal(printed(after), "1\n2\n3\n");
});

const fitting = `
  import { openDevice, StateStore, Training } from "../mod.ts";
  import { input, ops } from "../lib/graph/mod.ts";
  import { adamw, trainingLoop, TrainStep } from "../lib/optim/mod.ts";
  const store = new StateStore(await openDevice("cpu"));
  const losses = (scope) => {
    const x = input("x", "float32", [64, 64]);
    const weight = scope.parameter("weight", [64, 64], { kind: "normal", deviation: 0.1 });
    return { loss: ops.mean(ops.tanh(ops.matmul(x, weight)), { axes: [0, 1], keepAxes: false }) };
  };
  const trainStep = await TrainStep.compile(
    { device: store.device, store, losses, optimizer: adamw(), seed: 0 },
  );
  const batch = () => ({ trainStep, inputs: { x: new Float32Array(64 * 64).fill(0.5) } });
  const plan = { stage: "fit", batchSize: 64, peakRate: 0.1, batch };
  const stage = (steps) => (
    { name: "fit", steps, batchSize: 64, run: (options) => trainingLoop({ ...plan, steps, ...options }) }
  );
  let done = 0, counted = 0;`;

Deno.test("an interrupt ends a cell at the next step, the kernel lives, and the next cell goes on", async () => {
  await using kernel = await Kernel.start({ cwd: notebooks });
  const cell = (code: string) => kernel.execute(code, { seconds: 20 });
  const interrupted = async (code: string) => {
    setTimeout(() => kernel.interrupt(), 500);
    const start = performance.now();
    const error = (await cell(code)).at(-1);
    assert.ok(performance.now() - start < 3000);
    assert.ok(error?.output_type === "error");
    assert.equal(error.ename, "Interrupted");
    assert.deepEqual(error.traceback, [`Interrupted: ${error.evalue}`]);
    return error.evalue;
  };
  assert.deepEqual(await cell(fitting), []);

  const said = await interrupted(
    `for await (const { step } of stage(1_000_000).run()) done = step;`,
  );
  assert.match(said, /^stopped fit after step \d+ of 1000000$/);
  const goOn =
    `for await (const { step } of stage(done + 3).run({ done })) console.log(step - done);
    console.log("fit after step " + done);`;
  const [after] = await cell(goOn);
  assert.equal(printed([after]), `1\n2\n3\n${said.match(/fit after step \d+/)}\n`);

  // The folder of a training keeps what was learned, and goes on from there by itself.
  await cell(`const training = await Training.open(
    { directory: await Deno.makeTempDir(), store: new StateStore(store.device), settings: {} },
  );`);
  await interrupted(
    `for await (const { step } of training.run(stage(1_000_000))) [done, counted] = [step, counted + 1];`,
  );
  const resumed = await cell(
    `for await (const { step } of training.run(stage(1_000_000))) { console.log(step - done); break; }`,
  );
  assert.equal(printed(resumed), "1\n");

  // So does what computes without steps: drawing, reading and judging go by batches.
  const batches = await interrupted(
    `import { inBatches } from "../lib/vision/in_batches.ts";
     const run = async (x) => { await trainStep.run(batch().inputs, { step: 1, rate: 0 }); return x; };
     await inBatches(Array(1_000_000).fill(0), 1, run);`,
  );
  assert.match(batches, /^stopped after \d+ of 1000000 pictures$/);
});

Deno.test("a cell that does not end is given up, and its kernel with it", async () => {
  await using kernel = await Kernel.start({ cwd: notebooks, env: { ILLUME_GREETING: "hello" } });
  const greeting = await kernel.execute(`Deno.env.get("ILLUME_GREETING")`, { seconds: 20 });
  assert.ok(greeting[0].output_type === "execute_result");
  await assert.rejects(
    kernel.execute("await new Promise(() => setTimeout(() => {}, 60_000));", { seconds: 0.5 }),
    /Expected an end of: await new Promise.*, but found none within 0.5 s/,
  );
});

Deno.test("a kernel that ends under a cell is reported, not waited for", async () => {
  await using kernel = await Kernel.start({ cwd: notebooks });
  await assert.rejects(
    kernel.execute("Deno.exit(3);", { seconds: 20 }),
    /Expected the kernel to run, but it ended with 3/,
  );
});

Deno.test("execute.ts writes outputs into a notebook, and leaves one that throws as it was", async () => {
  const folder = await mkdtemp(join(tmpdir(), "illume-notebook-"));
  try {
    const path = join(folder, "small.ipynb");
    const broken = join(folder, "broken.ipynb");
    const markdown = { cell_type: "markdown", source: ["# Hi\n", "there"], metadata: {} };
    const code = (source: string[]) => ({ cell_type: "code", source, metadata: {}, outputs: [] });
    const file = (...cells: unknown[]) =>
      JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: { kept: true }, cells });
    await writeFile(path, file(markdown, code(["const a = 1;\n", "console.log(a);"])));
    await writeFile(broken, file(code(["console.log(1);\n", "throw new Error('no');"])));
    const untouched = await readFile(broken, "utf8");

    const execute = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", join(notebooks, "execute.ts"), path, broken],
    }).output();
    assert.equal(execute.code, 1);
    assert.match(
      new TextDecoder().decode(execute.stderr),
      /Expected .*broken\.ipynb to run through/,
    );
    assert.equal(await readFile(broken, "utf8"), untouched);

    const written = JSON.parse(await readFile(path, "utf8"));
    assert.deepEqual(written.metadata, { kept: true });
    assert.deepEqual(written.cells[0], markdown);
    assert.deepEqual(written.cells[1].source, ["const a = 1;\n", "console.log(a);"]);
    assert.equal(written.cells[1].execution_count, 1);
    assert.equal(written.cells[1].outputs[0].text, "1\n");

    await copyFile(join(notebooks, "kernel.ts"), path);
    await assert.rejects(readNotebook(path), /Expected a notebook in .*, but found no JSON/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

const drawing = /\bplot\.([a-z]\w*)\(|\.figure\(\)/g;

/** The first line of every code cell that draws figures but does not show that there is one. */
function cellsWithoutFigure(notebook: Notebook): string[] {
  const sources = notebook.cells.filter(({ cell_type }) => cell_type === "code");
  const outputs = cellOutputs(notebook);
  return sources.flatMap(({ source }, at) => {
    // A story is no figure of its own: it is words and pictures in turn.
    const isShown = outputs[at].some((output) =>
      shows(output, "image/svg+xml") || shows(output, "text/html")
    );
    return isShown || source.search(drawing) < 0 ? [] : [source.trim().split("\n", 1)[0]];
  });
}

/** The SVG of every figure that a notebook shows. None may be blank. */
async function figuresOf(notebook: Notebook): Promise<string[]> {
  const figures = cellOutputs(notebook).flat().flatMap((output) => [
    ...("data" in output && "image/svg+xml" in output.data
      ? [`${output.data["image/svg+xml"]}`]
      : []),
    ...curvesIn(output),
  ]);
  for (const svg of figures) {
    const { channels } = await sharp(Buffer.from(svg)).removeAlpha().stats();
    assert.ok(channels.some(({ stdev }) => stdev > 0), "Expected a figure, but found a blank one");
  }
  return figures;
}

Deno.test("a cell that draws a figure and does not show it is found", async () => {
  const ran = await runNotebook(
    notebookOf(
      `import * as plot from "../lib/plot/mod.ts";
       const points = [{ stage: "a", step: 1, loss: 1 }, { stage: "a", step: 2, loss: 0.5 }];`,
      `plot.lossCurve(points)`,
      `const lost = plot.lossCurve(points);`,
      `const forgotten = plot.live([]);\nfor (const point of points);`,
    ),
    quick,
  );
  assert.equal(firstError(ran), undefined);
  assert.deepEqual(cellsWithoutFigure(ran), [
    "const lost = plot.lossCurve(points);",
    "const forgotten = plot.live([]);",
  ]);
});

/** Every notebook of the repository, in order. */
const all = (await Array.fromAsync(Deno.readDir(notebooks))).map(({ name }) => name)
  .filter((name) => name.endsWith(".ipynb")).sort().map((name) => join(notebooks, name));

Deno.test("cells of notebooks are whole, import what there is, and fit its types", () =>
  inFolder(async (folder) => {
    const files = [];
    for (const path of all) {
      const { cells } = await readNotebook(path);
      const sources = cells.filter(({ cell_type }) => cell_type === "code");
      const code = sources.map(({ source }) => source).join("\n;\n");
      const file = join(folder, basename(path).replace(".ipynb", ".ts"));
      await writeFile(
        file,
        code.replaceAll('from "../', `from "${new URL("..", import.meta.url)}`),
      );
      files.push(file);
    }
    const config = fileURLToPath(new URL("../deno.json", import.meta.url));
    const check = new Deno.Command(Deno.execPath(), {
      args: ["check", "--config", config, ...files],
    });
    const { code, stderr } = await check.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
  }));

Deno.test("a cell that is no program is an error", async () => {
  const ran = await runNotebook(notebookOf("const = 5;", "console.log(1)"), quick);
  assert.match(firstError(ran) ?? "", /Execution failed/);
});

Deno.test("from nothing runs from the top, without errors and with its figures", async () => {
  const notebook = await readNotebook(fromNothing);
  const ran = await runNotebook(notebook, {
    cwd: notebooks,
    env: { ILLUME_QUICK: "1" },
    secondsPerCell: 120,
  });
  assert.equal(firstError(ran), undefined);
  assert.deepEqual(cellsWithoutFigure(ran), []);

  const source = notebook.cells.map(({ source }) => source).join("\n");
  const kinds = new Set([...source.matchAll(drawing)].flatMap(([, kind]) => kind ?? []));
  const promised = ["pictureGrid", "live", "reconstructions", "scores", "assessment"];
  assert.deepEqual(promised.filter((kind) => !kinds.has(kind)), []);

  const figures = await figuresOf(ran);
  // The last stage of each live curve: what is shown was drawn after its last step.
  for (const stage of ["pixel decoder", "language", "fine-tuning", "self-enhancement"]) {
    assert.ok(figures.some((svg) => svg.includes(`${stage}</text>`)), `${stage} has no curve`);
  }
});

Deno.test("kernels and gradients runs from the top, and its net learns", async () => {
  const path = join(notebooks, "02_kernels_and_gradients.ipynb");
  const ran = await runNotebook(await readNotebook(path), { cwd: notebooks, secondsPerCell: 60 });
  assert.equal(firstError(ran), undefined);
  assert.deepEqual(cellsWithoutFigure(ran), []);
  assert.ok((await figuresOf(ran)).length >= 5);
  const outputs = cellOutputs(ran);
  const [, right] = /"(\d+) of 1,000 points/.exec(JSON.stringify(outputs).replaceAll("\\", "")) ??
    [];
  assert.ok(Number(right) > 950, `${right} of 1,000`);
  const [, off] = /largest difference: ([\de.-]+)/.exec(JSON.stringify(outputs)) ?? [];
  assert.ok(Number(off) < 1e-3, off);
});

const FROM_SHIPPED_MODELS = [
  "01_first_look",
  "03_semantic_tokenizer",
  "04_three_stages",
  "05_self_assessment",
  "07_your_own_pictures",
];

for (const name of FROM_SHIPPED_MODELS) {
  // Trainings are cut to a fiftieth.
  Deno.test(`${name} runs from the top, without errors and with its figures`, async () => {
    const ran = await runNotebook(await readNotebook(join(notebooks, `${name}.ipynb`)), {
      cwd: notebooks,
      env: { ILLUME_QUICK: "1" },
      secondsPerCell: 120,
    });
    assert.equal(firstError(ran), undefined);
    assert.deepEqual(cellsWithoutFigure(ran), []);
    assert.ok((await figuresOf(ran)).length >= 3);
  });
}

Deno.test("three recipes run from the top on models that have learned nothing", () =>
  inFolder(async (folder) => {
    const device = await openDevice("cpu", { threads: 1 });
    const text = trainTextTokenizer(await emojiScenes({ preset: "nano" }));
    await tinyIllume(new StateStore(device), text).save(`${folder}/nano`);
    await tinyMetaMorph(new StateStore(device), text).save(`${folder}/metamorph`);
    await tinyDreamLLM(new StateStore(device), text).save(`${folder}/dreamllm`);
    const ran = await runNotebook(await readNotebook(threeRecipes), {
      cwd: notebooks,
      env: { ILLUME_MODELS: folder },
      secondsPerCell: 120,
    });
    assert.equal(firstError(ran), undefined);
    assert.deepEqual(cellsWithoutFigure(ran), []);
    assert.equal((await figuresOf(ran)).length, 7);
  }));

for (const path of all) {
  Deno.test({
    name: `${basename(path)} is kept with its figures`,
    ignore: await readNotebook(path).then((kept) => cellOutputs(kept).flat().length === 0),
    fn: async () => {
      const kept = await readNotebook(path);
      assert.equal(firstError(kept), undefined);
      assert.deepEqual(cellsWithoutFigure(kept), []);
    },
  });
}
