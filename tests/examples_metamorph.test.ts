/** `deno task demo --recipe metamorph`, and the commands on what it leaves. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { MetaMorph, Report } from "../mod.ts";
import { assertRefused, runTask, type Said } from "./commands.ts";
import { inFolder } from "./folder.ts";

/** A quick demo that ran through. */
let out: string;
let demo: Said;

Deno.test.beforeAll(async () => {
  out = await Deno.makeTempDir();
  demo = await runTask("demo", "--recipe", "metamorph", "--quick", "--out", out);
});
Deno.test.afterAll(() => Deno.remove(out, { recursive: true }));

Deno.test("the demo says which recipe it is of, and how well the visualizer draws", async () => {
  equal(demo.code, 0, demo.stderr);
  const found = JSON.parse(await Deno.readTextFile(`${out}/report.json`));
  const report = Report.parse(found);
  deepEqual(found, report, "Expected nothing beside the schema");
  equal(report.recipe, "metamorph");
  const names = report.stages!.map(({ name }) => name);
  deepEqual(names.slice(3, 5), ["visual tokens", "visualizer"]);
  equal(names.at(-1), "self-enhancement");
  const { overall, ceiling } = report.visualizer!;
  ok(overall! >= 0 && overall! <= 1);
  equal(ceiling, report.geneval!.ceiling!.reconstructed);
  ok(report.selfEnhancement && report.pope && report.probes && report.geneval!.byCodes);

  match(demo.stdout, /^recipe +metamorph\n/);
  match(demo.stdout, /\nvisualizer +\.\d\d where it draws true visual tokens\n/);
  match(demo.stdout, new RegExp(`\n  deno task draw "two red hearts" --to \\S+ --from ${out}\n`));
  const page = await Deno.readTextFile(`${out}/report.html`);
  match(page, /<h1>MetaMorph, nano</);
  match(page, /<h2>Visualized<\/h2>/);
});

Deno.test("the model is a MetaMorph, and the commands find out by themselves", async () => {
  using model = await MetaMorph.load(out);
  const from = ["--from", out];
  const drawn = `${out}/training/drawn.png`;
  const run = async (name: string, ...words: string[]) => {
    const said = await runTask(name, ...words, ...from);
    deepEqual([said.code, said.stderr], [0, ""]);
    return said.stdout;
  };
  equal(await run("draw", "two red hearts", "--to", drawn, "--seed", "5"), `${drawn}\n`);
  const picture = await model.draw("two red hearts", { seed: 5 });
  equal(picture.width, 64);
  match(await run("describe", drawn, "--recipe", "metamorph"), /^[^\n]*\n$/);
  equal(await run("edit", drawn, "make the heart blue", "--to", drawn), `${drawn}\n`);
  const captions = `${out}/training/mine.txt`;
  await Deno.writeTextFile(captions, "a cat\ntwo keys\n");
  const mine = JSON.parse(await run("evaluate", "--captions", captions));
  deepEqual(
    Object.keys(Report.parse(mine)),
    ["recipe", "preset", "seed", "device", "geneval", "visualizer", "seconds"],
  );
  equal(mine.recipe, "metamorph");
});

Deno.test("another recipe than the folder's is refused with both names", async () => {
  assertRefused(
    await runTask("describe", "none.png", "--recipe", "illume", "--from", out),
    /^Expected a model of recipe illume in .*, but found one of metamorph\n/,
  );
  assertRefused(
    await runTask("demo", "--quick", "--out", out, "--resume"),
    /^Expected the settings that .*, but found others: recipe was metamorph, is illume/,
  );
  assertRefused(
    await runTask("draw", "a cat", "--recipe", "dreams"),
    /^Expected --recipe to be one of illume, metamorph, dreamllm, but found "dreams"/,
  );
  await inFolder(async (folder) => {
    assertRefused(
      await runTask("draw", "a cat", "--recipe", "metamorph", "--from", folder),
      new RegExp(`found none: run .deno task demo --recipe metamorph --out ${folder}. first`),
    );
  });
});
