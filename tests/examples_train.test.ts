/** `deno task train`: from a folder of pictures to a model that the other commands open. */
import { deepStrictEqual as same, match, ok, strictEqual as equal } from "node:assert";
import { encodePng, loadModel, openDevice, PlainLanguage, readPicture, Report } from "../mod.ts";
import { assertRefused, runTask, type Said } from "./commands.ts";
import { inFolder } from "./folder.ts";

const COLORS = { red: [220, 40, 40], green: [40, 200, 60], blue: [50, 70, 230], black: [0, 0, 0] };

/** Plain pictures of two colours each, with captions in capitals, and a broken file among them. */
async function writePictures(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [left, one] of Object.entries(COLORS)) {
    for (const [right, other] of Object.entries(COLORS)) {
      for (const width of [20, 24, 31]) {
        const data = Uint8Array.from({ length: 3 * 30 * width }, (_, i) => {
          const x = Math.floor(i / 3) % width;
          return (x < width / 2 ? one : other)[i % 3];
        });
        const name = `${left}-${right}-${width}`;
        await Deno.writeFile(`${folder}/${name}.png`, await encodePng({ width, height: 30, data }));
        await Deno.writeTextFile(
          `${folder}/${name}.txt`,
          `${left.toUpperCase()} next to ${right}.`,
        );
      }
    }
  }
  await Deno.writeTextFile(`${folder}/broken.jpg`, "no picture");
  await Deno.writeTextFile(`${folder}/broken.txt`, "a broken picture");
}

let folder: string, data: string, out: string, trained: Said;

Deno.test.beforeAll(async () => {
  folder = await Deno.makeTempDir();
  [data, out] = [`${folder}/pictures`, `${folder}/mine`];
  await writePictures(data);
  trained = await runTask("train", "--data", data, "--out", out, "--quick");
});
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

Deno.test("train leaves a model, a report, and a list of what it skipped", async () => {
  equal(trained.code, 0, trained.stderr);
  ok(trained.stdout.includes(`deno task draw`), trained.stdout);
  const json = JSON.parse(await Deno.readTextFile(`${out}/report.json`));
  const report = Report.parse(json);
  same(report.data?.skipped, { "unreadable picture": 1 });
  equal(report.data!.pictures + report.data!.heldOut, 48);
  ok(report.data!.heldOut > 0 && report.data!.known <= report.data!.heldOut);
  equal(report.stages?.length, 7);
  equal(report.geneval, undefined);
  equal(report.retrieval?.among, report.data?.heldOut);
  for (const part of [report.reconstruction, report.retrieval, report.descriptions]) ok(part);
  ok(report.seconds! > 0 && report.peakMemoryBytes! > 0);

  const page = await Deno.readTextFile(`${out}/report.html`);
  for (
    const heading of [
      ...["What was learned from", "Reconstructed", "Drawn: captions that it learned from"],
      ...["Described", "Captions found by pictures", "The tokenizer&#39;s losses", "Scores"],
    ]
  ) ok(page.includes(`<h2>${heading}</h2>`), heading);
  const skipped = JSON.parse(await Deno.readTextFile(`${out}/skipped.jsonl`));
  equal(skipped.file, "broken.jpg");
  equal((await readPicture(`${out}/drawn.png`)).height > 0, true);
});

Deno.test("the model knows its own words, and none of the emoji's", async () => {
  using device = await openDevice("cpu");
  using model = await loadModel(out, { device });
  ok(model.language instanceof PlainLanguage);
  ok(model.language.knows("red next to blue"));
  ok(!model.language.knows("heart"));
  const { width } = await model.draw("Red  NEXT to Blue!");
  equal(width, 64);

  const picture = `${folder}/picture.png`;
  const drawn = await runTask("draw", "RED next to BLUE", "--to", picture, "--from", out);
  equal(drawn.code, 0, drawn.stderr);
  assertRefused(
    await runTask("draw", "two red heart", "--to", picture, "--from", out),
    /Expected words of the captions that the model learned from, but found "two", "heart"/,
  );
  const described = await runTask("describe", picture, "--from", out);
  equal(described.code, 0, described.stderr);
  assertRefused(
    await runTask("describe", picture, "--question", "how many?", "--from", out),
    /Expected a question such as "what is this\?"/,
  );
  assertRefused(
    await runTask("edit", picture, "make it red", "--to", picture, "--from", out),
    /taught no instructions/,
  );
  assertRefused(
    await runTask("assess", picture, "red next to blue", "--from", out),
    /^Expected a model that was taught to judge, but found one of people's own pictures/,
  );
  assertRefused(
    await runTask("evaluate", "--from", out),
    /^Expected a model of the emoji's world, .* found one of people's own pictures, .*report\.html/,
  );
});

Deno.test("a finished training is found finished, and other pictures are another training", async () => {
  const before = await Deno.readFile(`${out}/model.safetensors`);
  const again = await runTask("train", "--data", data, "--out", out, "--quick", "--resume");
  equal(again.code, 0, again.stderr);
  same(await Deno.readFile(`${out}/model.safetensors`), before);

  const refused = await runTask("train", "--data", data, "--out", out, "--quick");
  ok(refused.code === 1 && /Expected no training in/.test(refused.stderr), refused.stderr);
  const more = `${data}/red-red-20.txt`;
  const caption = await Deno.readTextFile(more);
  await Deno.writeTextFile(more, "all of it red");
  const other = await runTask("train", "--data", data, "--out", out, "--quick", "--resume");
  await Deno.writeTextFile(more, caption);
  ok(other.code === 1 && /data\.fingerprint was/.test(other.stderr), other.stderr);
});

Deno.test("train says what is missing", () =>
  inFolder(async (folder) => {
    const to = ["--out", `${folder}/out`];
    assertRefused(await runTask("train", ...to), /Expected --data FOLDER, but found no value/);
    assertRefused(
      await runTask("train", "--data", `${folder}/none`, ...to),
      /Expected a folder of pictures at .*none, but found no such folder/,
    );
    const dot = await encodePng({ width: 1, height: 1, data: new Uint8Array(3) });
    await Deno.writeFile(`${folder}/dot.png`, dot);
    assertRefused(
      await runTask("train", "--data", folder, ...to),
      /none that can be used: 1 skipped \(pictures without a caption: 1\)/,
    );
    await Deno.writeTextFile(`${folder}/dot.txt`, "a dot");
    const few = await runTask("train", "--data", folder, ...to);
    match(few.stderr, /Expected at least 8 pictures to learn from and 2 to hold out .* --seed/);
    equal(await Deno.stat(`${folder}/out`).then(() => "there", () => "none"), "none");
  }));

Deno.test("write-emoji-pictures writes pictures with captions, and into no folder that is not empty", () =>
  inFolder(async (folder) => {
    const to = ["--to", `${folder}/emoji`];
    const written = await runTask("write-emoji-pictures", ...to);
    equal(written.code, 0, written.stderr);
    const [, count] = /: (\d+) pictures with \d+ captions/.exec(written.stdout) ?? [];
    ok(Number(count) >= 1500, written.stdout);
    equal(
      await Deno.readTextFile(`${folder}/emoji/red-apple.txt`),
      "red apple\na red apple\n",
    );
    const { width } = await readPicture(`${folder}/emoji/red-apple.png`);
    equal(width, 96);
    assertRefused(
      await runTask("write-emoji-pictures", ...to),
      /Expected an empty folder, or none yet, but found/,
    );
  }));
