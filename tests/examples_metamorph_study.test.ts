/** `deno task metamorph`: arms one by one, stopped and gone on with; tables and figures of what it found. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { arm, armsOf } from "../examples/metamorph_arms.ts";
import { studyEffects, unlocked } from "../examples/metamorph_effects.ts";
import { studyFigures } from "../examples/metamorph_figures.ts";
import { StudyReport } from "../examples/metamorph_results.ts";
import { studyTables } from "../examples/metamorph_tables.ts";
import { mixtureOf, totalOf } from "../examples/study_samples.ts";
import { assertRefused, runTask, startCommand, until } from "./commands.ts";
import { inFolder } from "./folder.ts";
import { madeUpReport } from "./metamorph_results.ts";

Deno.test("a study goes on where it was stopped, and trains nothing twice", () =>
  inFolder(async (folder) => {
    const json = `${folder}/found.json`;
    const words = ["--quick", "--seeds", "0", "--only", "4", "--out", folder, "--json", json];
    const runs = async () => StudyReport.parse(JSON.parse(await readFile(json, "utf8"))).runs;

    const stopped = startCommand("metamorph", ...words);
    await until(() => stopped.isOver() || stat(json).then(() => true, () => false));
    stopped.signal("SIGINT");
    const { code, stderr } = await stopped.ended;
    equal(code, 130, stderr);
    match(stderr, /stopped; continue with deno task metamorph --quick --seeds 0 --only 4/);
    const [before] = await runs();
    deepEqual(before.arms.map(({ name }) => name), ["20k drawing, 32k reading"]);

    const again = await runTask("metamorph", ...words);
    equal(again.code, 0, again.stderr);
    match(again.stderr, /^seed 0: 1 of 2 arms to train\n/);
    ok(!/semantic encoder|language/.test(again.stderr), again.stderr);
    const [{ seed, vision, arms: [cosine, l1, ...more] }] = await runs();
    deepEqual([seed, vision, cosine], [0, before.vision, before.arms[0]]);
    deepEqual([l1.name, l1.loss, more], ["20k drawing, 32k reading, l1", "l1", []]);
    equal(l1.parameters, cosine.parameters);
    for (const { drawings, pope, cosines, steps, samplesPerSecond } of [cosine, l1]) {
      deepEqual([drawings.length, steps], [6, 2]);
      ok(pope >= 0 && pope <= 1 && samplesPerSecond > 0);
      const { afterTruth, afterOwn } = cosines!;
      equal(afterTruth.length, 8);
      ok(Math.abs(afterTruth[0] - afterOwn[0]) < 1e-5);
    }
    ok(vision.distances.others.frechet < vision.distances.visualized.frechet);

    const kept = await runTask("metamorph", ...words);
    deepEqual([kept.code, kept.stderr], [0, "seed 0: 0 of 2 arms to train\n"]);
    assertRefused(
      await runTask("metamorph", ...words.slice(1)),
      /^Expected results of the same recipe in .*, but found others \(quick was true, is false; /,
    );

    // Tables and figures are of results, unfolding of the model.
    const found = madeUpReport([0, 1], () => 0.5, () => 0.75);
    await writeFile(`${folder}/metamorph.json`, JSON.stringify(found));
    const figures = await runTask(
      "figures",
      ...["results", "tokenizers", "models", "metamorph", "to"].flatMap((name) => {
        return [`--${name}`, folder];
      }),
    );
    equal(figures.code, 0, figures.stderr);
    equal(await readFile(`${folder}/metamorph.md`, "utf8"), studyTables(found));
    const drawn = ["unlocked", "geneval", "pope", "partners", "effects", "cosines", "unfolding"];
    for (const name of drawn) ok((await stat(`${folder}/metamorph_${name}.png`)).size > 1000, name);
  }));

Deno.test("an experiment that is none is refused", async () => {
  assertRefused(
    await runTask("metamorph", "--quick", "--only", "1,7"),
    /^Expected --only to be some of 1,2,3,4,5,6, but found "1,7"/,
  );
});

Deno.test("arms have names of their own, and samples as they say", () => {
  const arms = armsOf(["1", "2", "3", "4", "5", "6"]);
  equal(new Set(arms.map(({ name }) => name)).size, arms.length);
  equal(
    armsOf(["4"])[0].name,
    armsOf(["1"]).find(({ samples }) => totalOf(samples) === 52_000)!.name,
  );
  deepEqual(
    armsOf(["1", "2"]).slice(0, 4).map(({ name }) => name),
    ["5k drawing", "5k drawing, 32k reading", "20k drawing", "20k drawing, 32k reading"],
  );
  for (const { samples } of arms) {
    const mixed = Object.values(mixtureOf(samples)).reduce((sum, weight) => sum + weight);
    ok(Math.abs(mixed - totalOf(samples)) < 1e-6);
  }
  deepEqual(mixtureOf({ drawing: 200, reading: 6000 }), {
    draw: 200,
    question: 2000,
    detail: 2000,
    describe: 2000,
  });
});

/** Drawing gains with the samples of it, more so beside reading; and POPE is learned by reading. */
const report = madeUpReport([0, 1, 2], ({ samples: { drawing = 0, reading = 0 }, loss }, seed) => {
  const learned = Math.log10(1 + drawing) / 6 + seed / 48;
  return (reading > 8000 ? learned + 0.125 : learned) - (loss === "l1" ? 0.25 : 0);
}, ({ samples: { reading = 0, drawing = 0 } }) => {
  return reading > 8000 ? 1 : 0.5 + drawing / 100_000;
});

Deno.test("effects are paired by seed, and say by how much", () => {
  const { 1: reading, 2: both, 4: losses, 6: thinking } = studyEffects(report.runs);
  equal(reading.length, 5);
  for (const { values, interval } of reading) {
    equal(values.length, 3);
    ok(interval.low > 0 && Math.abs(interval.mean - 0.125) < 0.03, `${interval.mean}`);
  }
  const { values } = both.find(({ name }) => name === "POPE, 20k drawing to 2k reading")!;
  ok(values.every((value) => Math.abs(value - 0.2) < 1e-9));
  ok(losses[0].interval.low > 0.1);
  deepEqual(thinking[0].values, [0.25, 0.25, 0.25]);
  ok(thinking.every(({ name }) => !name.startsWith("color")), "of none there is no effect");
});

Deno.test("how soon drawing beside reading is as good as alone", () => {
  const found = unlocked(report.runs);
  equal(found.length, 3);
  for (const { best, alone, joint } of found) {
    ok(best > 0.75 && alone === 50_000);
    ok(joint! > 5000 && joint! < 12_000, `${joint}`);
  }
  const worse = madeUpReport([0], ({ samples: { reading } }) => reading ? 0.25 : 0.5, () => 1);
  deepEqual(unlocked(worse.runs), [{ seed: 0, best: 0.5, alone: 200 }]);
});

Deno.test("samples that differ manifold are all named under their curve", () => {
  const { metamorph_unlocked: figure } = studyFigures(report.runs);
  const svg = figure.svg();
  for (const tick of ["200", "1k", "5k", "20k", "50k"]) ok(svg.includes(`>${tick}</text>`), tick);
  deepEqual(Object.keys(studyFigures([])), []);
});

Deno.test("tables show what is there, and name what is missing", () => {
  const all = studyTables(report);
  ok(!/NaN|undefined|Not trained/.test(all), all);
  match(all, /\n## 1\. Drawing with few samples/);
  match(all, /\n\| next +\| \.500 +\| \.500 \.500 \.500 \|\n/);
  const [first, ...others] = report.runs;
  const { name } = arm({ drawing: 200 });
  const less = { ...first, arms: first.arms.filter((arm) => arm.name !== name) };
  match(
    studyTables({ ...report, runs: [less, ...others] }),
    /\nNot trained yet: 200 drawing \(seed 0\)\.\n/,
  );
  const one = first.arms.filter(({ name }) => name === "5k drawing");
  const few = studyTables({ ...report, runs: [{ ...first, arms: one }] });
  match(few, /\n\| 5k +\| \.\d{3} \[.*\] \| – +\| – +\| – +\|\n/);
  ok(!/## [456]\./.test(few), few);
});
