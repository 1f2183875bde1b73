/** Progress as people see it. */
import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { JsonLines } from "../lib/files/mod.ts";
import { METRICS, type Metrics, readMetrics } from "../lib/training/metrics.ts";
import { Progress } from "../lib/training/progress.ts";
import { LogView, NotebookView, TerminalView } from "../lib/training/progress_view.ts";

/** What a view wrote, and a clock that the test moves. */
function recorder() {
  const written: string[] = [];
  const clock = { seconds: 0 };
  return {
    written,
    clock,
    write: (text: string) => void written.push(text),
    now: () => clock.seconds,
  };
}

Deno.test("a terminal shows one line, redrawn at most ten times a second, cut to its width", () => {
  const { written, clock, write, now } = recorder();
  const progress = new Progress({ view: new TerminalView(write, () => 40), now });
  progress.stage("alignment", 1000);
  for (let step = 1; step <= 1000; step++) {
    clock.seconds += 0.01;
    progress.step({ loss: 3 / step, samplesPerSecond: 6400 });
  }
  progress.end();
  const draws = written.filter((text) => text.startsWith("\r\x1b[K"));
  strictEqual(draws.length > 90 && draws.length <= 102, true, `Found ${draws.length} draws`);
  for (const draw of draws) strictEqual([...draw.slice(4)].length <= 39, true, draw);
  strictEqual(written.filter((text) => text.includes("\n")).length, 1);
  strictEqual(written.at(-1), "\n");
});

Deno.test("a log gets a line every five seconds, and one at a stage's end", () => {
  const { written, clock, write, now } = recorder();
  const progress = new Progress({ view: new LogView(write), now });
  progress.stage("encoder", 12);
  for (let step = 1; step <= 12; step++) {
    clock.seconds += 1;
    progress.step({ loss: 0.5, samplesPerSecond: 64 });
  }
  progress.stage("tokenizer", 1);
  clock.seconds += 1;
  progress.step({ loss: 0.5, samplesPerSecond: 12_345 });
  progress.end();
  progress.end();
  deepStrictEqual(written, [
    "encoder  ███████░░░░░░░░░  5/12  loss 0.5000  64.0 samples/s  0:07 left\n",
    "encoder  █████████████░░░  10/12  loss 0.5000  64.0 samples/s  0:02 left\n",
    "encoder  ████████████████  12/12  loss 0.5000  64.0 samples/s  took 0:12\n",
    "tokenizer  ████████████████  1/1  loss 0.5000  12,300 samples/s  took 0:01\n",
  ]);
});

Deno.test("a notebook's display keeps the lines of ended stages above the running one", async () => {
  const shown: string[] = [];
  const { clock, now } = recorder();
  const view = new NotebookView((bundle) => Promise.resolve(void shown.push(bundle["text/plain"])));
  const progress = new Progress({ view, now });
  progress.stage("encoder", 1);
  clock.seconds += 1;
  progress.step({ loss: 1 });
  progress.stage("tokenizer", 2);
  await new Promise((resolve) => setTimeout(resolve));
  strictEqual(shown.at(-1)?.split("\n").length, 2);
  strictEqual(shown.at(-1)?.startsWith("encoder  ████████████████  1/1  loss 1.000"), true);
});

Deno.test("the time left in all counts the planned stages by their weights", () => {
  const { clock, write, now } = recorder();
  const progress = new Progress({ view: new LogView(write), now });
  progress.plan([
    { name: "encoder", weight: 1 },
    { name: "alignment", weight: 4 },
    { name: "fine-tuning", weight: 2 },
  ]);
  progress.stage("encoder", 2);
  clock.seconds += 50;
  progress.step();
  strictEqual(progress.status(), "[1/3] encoder  ████████░░░░░░░░  1/2  0:50 left, 10:50 in all");
  clock.seconds += 50;
  progress.step();
  progress.stage("alignment", 4);
  clock.seconds += 100;
  progress.step();
  // 300 s are left of these 400; a weight of 1 takes 100 s, and one of 2 is to come.
  strictEqual(progress.status().endsWith("5:00 left, 8:20 in all"), true, progress.status());
});

Deno.test("a stage resumed in its middle tells the time from its own steps", () => {
  const { clock, write, now } = recorder();
  const progress = new Progress({ view: new LogView(write), now });
  progress.stage("alignment", 1000);
  clock.seconds += 8; // compiling
  progress.step({ step: 901 });
  for (let step = 902; step <= 910; step++) {
    clock.seconds += 1;
    progress.step({ step });
  }
  strictEqual(progress.status().endsWith("910/1000  1:30 left"), true, progress.status());
});

Deno.test("samples that were left out are counted where they are seen", () => {
  const progress = new Progress({ view: new LogView(() => {}), now: () => 0 });
  progress.stage("alignment", 4);
  for (const leftOut of [undefined, 0, 2, 1]) {
    strictEqual(progress.status().includes("too long"), false);
    progress.step({ leftOut });
    if (leftOut) break;
  }
  progress.step({ leftOut: 1 });
  strictEqual(progress.status().endsWith("  3 too long"), true, progress.status());
});

Deno.test("a step before any stage is refused", () => {
  const { write } = recorder();
  throws(() => new Progress({ view: new LogView(write) }).step(), /Expected a stage to have begun/);
});

const metricsOf = (stage: string, step: number): Metrics => ({
  stage,
  step,
  samples: 64 * step,
  loss: 1 / step,
  parts: { text: 0.5, image: NaN },
  seconds: step / 10,
});

async function withFile(use: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".jsonl" });
  await use(path).finally(() => Deno.remove(path));
}

Deno.test("metrics are on the disk after each write, and come back, NaN included", () =>
  withFile(async (path) => {
    using metrics = await JsonLines.create(path, METRICS);
    for (const step of [1, 2]) {
      metrics.write(metricsOf("encoder", step));
      const read = await readMetrics(path);
      deepStrictEqual(read, [1, 2].slice(0, step).map((step) => metricsOf("encoder", step)));
    }
  }));

Deno.test("a file cut off anywhere gives the lines before the cut", () =>
  withFile(async (path) => {
    const lines = [1, 2, 3].map((step) => JSON.stringify(metricsOf("encoder", step)));
    const whole = lines.join("\n") + "\n";
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (length) => {
        await Deno.writeTextFile(path, whole.slice(0, length));
        const complete = lines.filter((_, i) => lines.slice(0, i + 1).join("\n").length <= length);
        strictEqual((await readMetrics(path)).length, complete.length);
      }),
      { numRuns: 50 },
    );
  }));

Deno.test("a resumed run writes over what came after its checkpoint", () =>
  withFile(async (path) => {
    const steps = (lines: number) =>
      withLines(path).then(async () => {
        using metrics = await JsonLines.resume(path, METRICS, lines);
        metrics.write(metricsOf("new", 1));
        strictEqual(metrics.lines, lines + 1);
        return (await readMetrics(path)).map(({ stage, step }) => `${stage} ${step}`);
      });
    deepStrictEqual(await steps(0), ["new 1"]);
    deepStrictEqual(await steps(2), ["one 1", "one 2", "new 1"]);
    deepStrictEqual(await steps(4), ["one 1", "one 2", "one 3", "two 1", "new 1"]);
    await rejects(steps(5), /\.jsonl: Expected 5 whole lines, but found 4$/);
  }));

/** Three steps of stage one and one of stage two, its second cut off. */
function withLines(path: string): Promise<void> {
  const metrics = [1, 2, 3].map((step) => metricsOf("one", step)).concat(metricsOf("two", 1));
  const lines = metrics.map((line) => `${JSON.stringify(line)}\n`).join("");
  return Deno.writeTextFile(path, `${lines}{"stage":"two","st`);
}

Deno.test("a file of something else is refused, and the message says where", () =>
  withFile(async (path) => {
    await Deno.writeTextFile(path, `${JSON.stringify(metricsOf("one", 1))}\nnonsense\n`);
    await rejects(readMetrics(path), /\.jsonl:2: Expected a JSON object, but found none/);
    await rejects(JsonLines.resume(path, METRICS, 1), /\.jsonl:2: /);
    await Deno.writeTextFile(path, '{"stage":"one","step":0}\n');
    await rejects(readMetrics(path), /\.jsonl:1: Expected metrics, but found at step: /);
  }));
