/** The command that compares models with and without assessments, in its shortest form. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFile, rename, stat } from "node:fs/promises";
import { runTask } from "./commands.ts";
import { inFolder } from "./folder.ts";

interface Scores {
  readonly drawing: { readonly geneval: { readonly overall: number }; readonly drawings: string };
  readonly reading: { readonly pope: number };
}

const withoutDate = ({ date: _, ...run }: { date: string }) => run;

Deno.test("models with and without assessments are compared, and nothing is trained twice", () =>
  inFolder(async (folder) => {
    const json = `${folder}/self_enhancement.json`;
    const words = ["--quick", "--seeds", "1", "--out", folder, "--json", json];
    const compare = async () => {
      const { code, stderr } = await runTask("self-enhancement", ...words);
      equal(code, 0, stderr);
      const { runs } = JSON.parse(await readFile(json, "utf8"));
      return { runs, stderr };
    };
    const { runs: [run] } = await compare();
    deepEqual(Object.keys(run.arms), ["base", "ordinary", "assessments"]);
    deepEqual(Object.keys(run.alone), ["reading alone", "drawing alone", "both"]);
    for (const scores of [...Object.values(run.arms), ...Object.values(run.alone)]) {
      const { drawing, reading } = scores as Scores;
      ok(drawing.geneval.overall >= 0 && drawing.geneval.overall <= 1);
      equal(drawing.drawings.length, 12);
      ok(reading.pope >= 0 && reading.pope <= 1);
    }
    const { calibration, byTask, nearMisses, bestOfFour, selfCorrected } = run.selfAssessed;
    equal(Object.keys(byTask).length, 6);
    equal(nearMisses.verdict.count, 24);
    ok(calibration.accuracy >= 0 && calibration.unjudged <= 12);
    equal(bestOfFour.drawings.length + selfCorrected.drawings.length, 24);
    ok(run.drawings.assessed >= 24 && run.drawings.good <= run.drawings.assessed);

    await rename(json, `${folder}/first.json`);
    const again = await compare();
    deepEqual(again.runs.map(withoutDate), [run].map(withoutDate));
    ok(!again.stderr.includes("fine-tuning"), again.stderr);

    const kept = await compare();
    deepEqual(kept.runs, again.runs);
    ok(kept.stderr.includes(`seed 0 is in ${json}`), kept.stderr);

    const figures = await runTask(
      "figures",
      ...["results", "tokenizers", "models", "to"].flatMap((name) => [`--${name}`, folder]),
    );
    equal(figures.code, 0, figures.stderr);
    const tables = await readFile(`${folder}/self_enhancement.md`, "utf8");
    ok(tables.includes("| and assessments "), tables);
    ok(!tables.includes("NaN"), tables);
    const drawn = ["self_enhancement", "calibration", "before_after", "confused_colors"];
    for (const name of [...drawn, "confused_counts"]) {
      ok((await stat(`${folder}/${name}.png`)).size > 1000, name);
    }
  }));
