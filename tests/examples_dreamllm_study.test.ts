/** `deno task dreamllm`: arms one by one, one of them with another loss; tables and figures of what it found. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { arm, armsOf, EXPERIMENTS, OWN_QUERIES } from "../examples/dreamllm_arms.ts";
import { dreamFigures } from "../examples/dreamllm_figures.ts";
import { DreamReport } from "../examples/dreamllm_results.ts";
import { dreamTables } from "../examples/dreamllm_tables.ts";
import { DreamLLM } from "../mod.ts";
import { assertRefused, runTask } from "./commands.ts";
import { madeUpDreams } from "./dreamllm_results.ts";
import { inFolder } from "./folder.ts";

const namesIn = (found: DreamReport) => found.runs[0].arms.map(({ name }) => name);

Deno.test("arms are trained and measured one by one, with what they learned", () =>
  inFolder(async (folder) => {
    const json = `${folder}/found.json`;
    const words = ["--quick", "--seeds", "0", "--out", folder, "--json", json];
    const said = await runTask("dreamllm", ...words, "--only", "3,4");
    equal(said.code, 0, said.stderr);
    const found = DreamReport.parse(JSON.parse(await readFile(json, "utf8")));
    deepEqual(namesIn(found), [
      "40k drawing, 16k reading, 3k stories, 3k outcomes",
      "40k drawing, 16k reading, 12k stories, 12k outcomes",
      "40k drawing",
      "40k drawing, aligned",
    ]);
    const [joint, , alone, aligned] = found.runs[0].arms;
    ok(joint.stories !== undefined && joint.illustrated !== undefined);
    ok(alone.stories === undefined && alone.distances.true.frechet < alone.distances.drawn.frechet);
    const { tokenizer } = await DreamLLM.load(`${folder}/0/40k_drawing`);
    equal(alone.parameters, joint.parameters);
    equal(aligned.parameters - alone.parameters, tokenizer.featureSize * 128, "a projection more");

    const kept = await runTask("dreamllm", ...words, "--only", "2");
    deepEqual([kept.code, kept.stderr], [0, "seed 0: 0 of 2 arms to train\n"]);
    assertRefused(
      await runTask("dreamllm", "--seeds", "0", "--json", json),
      /^Expected results of the same recipe in .*, but found others \(quick was true, is false; /,
    );

    const report = madeUpDreams([0, 1], () => 0.5);
    await writeFile(`${folder}/dreamllm.json`, JSON.stringify(report));
    const figures = await runTask(
      "figures",
      ...["results", "tokenizers", "models", "metamorph", "to"].flatMap((name) => {
        return [`--${name}`, folder];
      }),
    );
    equal(figures.code, 0, figures.stderr);
    equal(await readFile(`${folder}/dreamllm.md`, "utf8"), dreamTables(report));
    for (const name of ["dreamllm_queries", "three_recipes"]) {
      ok((await stat(`${folder}/${name}.png`)).size > 1000, name);
    }
  }));

Deno.test("arms of DreamLLM's experiments have names of their own", () => {
  const arms = armsOf(Object.keys(EXPERIMENTS));
  equal(new Set(arms.map(({ name }) => name)).size, arms.length);
  equal(arm({ drawing: 100 }, { queries: OWN_QUERIES }).name, "100 drawing");
  equal(
    arm({ drawing: 100 }, { queries: OWN_QUERIES + 1, aligned: true }).name,
    `100 drawing, ${OWN_QUERIES + 1} queries, aligned`,
  );
});

Deno.test("tables of dreams show what is there, and name what is missing", () => {
  const report = madeUpDreams([0, 1, 2], ({ queries }, seed) => queries / 100 + seed / 48);
  const all = dreamTables(report);
  ok(!/NaN|undefined|Not trained/.test(all), all);
  match(all, /\n\| 64 +\| \.6\d\d \[/);
  match(all, /\n\| pictures stand where they belong \(F1\) +\| \.875 \[\.875, \.875\]/);
  match(
    all,
    /\n\| things stay what they are, over two pictures +\| 12k stories +\| \.500 \[.*\] +\| – /,
  );
  const without = report.runs.map((run) => ({
    ...run,
    arms: run.arms.filter(({ recipe }) => recipe !== "illume"),
  }));
  match(
    dreamTables({ ...report, runs: without }),
    /Not trained yet: .*illume\s+\(seed\s+0,\s+seed\s+1/s,
  );
  deepEqual(Object.keys(dreamFigures([])), []);
  const { three_recipes: figure } = dreamFigures(report.runs);
  for (const name of ["ILLUME", "MetaMorph", "DreamLLM"]) ok(figure.svg().includes(`>${name}<`));
});
