/** `deno task train` on documents of text and pictures: from MMC4's shards to a model that tells. */
import assert from "node:assert/strict";
import { DreamLLM, encodePng, loadModel, PlainLanguage, Report } from "../mod.ts";
import { assertRefused, runTask, type Said, startCommand, until } from "./commands.ts";
import { inFolder } from "./folder.ts";

const COLORS = { red: [220, 40, 40], green: [40, 200, 60], blue: [50, 70, 230], black: [0, 0, 0] };
type ColorName = keyof typeof COLORS;
const NAMES = Object.keys(COLORS) as ColorName[];

/**
 * A dozen documents of plain walls, of two or three pictures each, with a word that no other has; one
 * names a lost picture.
 */
async function writeDocuments(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/docs_images`, { recursive: true });
  const lines: string[] = [];
  for (let i = 0; i < 12; i++) {
    const walls = Array.from({ length: 2 + i % 2 }, (_, j) => NAMES[(i + j * (1 + i % 3)) % 4]);
    const image_info: { image_name: string; matched_text_index: number }[] = [];
    for (const [j, name] of walls.entries()) {
      const data = Uint8Array.from({ length: 3 * 20 * 20 }, (_, at) => COLORS[name][at % 3]);
      const image_name = `${i}-${j}.png`;
      await Deno.writeFile(
        `${folder}/docs_images/${image_name}`,
        await encodePng({ width: 20, height: 20, data }),
      );
      image_info.push({ image_name, matched_text_index: j });
    }
    if (i === 0) image_info.push({ image_name: "gone.png", matched_text_index: 0 });
    const [first, ...others] = walls;
    const text_list = [
      `Our ${first.toUpperCase()} wall, day ${i}.`,
      ...others.map((name) => `Then we saw a ${name} wall on day ${i}!`),
      "The end.",
    ];
    lines.push(JSON.stringify({ url: `http://walls.org/${i}`, text_list, image_info }));
  }
  await Deno.writeTextFile(`${folder}/docs.jsonl`, lines.join("\n"));
}

let folder: string, data: string, out: string, stopped: Said, trained: Said;
/** A seed of which the tenth that is held out is two documents. */
const words = ["--quick", "--seed", "1"];
const recipe = ["--recipe", "dreamllm"];

Deno.test.beforeAll(async () => {
  folder = await Deno.makeTempDir();
  [data, out] = [`${folder}/pages`, `${folder}/mine`];
  await writeDocuments(data);
  const run = ["--data", data, "--out", out, ...words, ...recipe];
  const begun = startCommand("train", ...run);
  const metrics = `${out}/metrics.jsonl`;
  await until(() => begun.isOver() || Deno.stat(metrics).then(({ size }) => size > 0, () => false));
  begun.signal("SIGINT");
  stopped = await begun.ended;
  trained = await runTask("train", ...run, "--resume");
});
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

Deno.test("a DreamLLM learns a folder's documents, though it is stopped, and reports on them", async () => {
  assert.deepEqual([stopped.code, trained.code], [130, 0], stopped.stderr + trained.stderr);
  const report = Report.parse(JSON.parse(await Deno.readTextFile(`${out}/report.json`)));
  assert.deepEqual(report.data?.skipped, { "missing picture": 1 });
  const { learned, heldOut } = report.data!.documents!;
  assert.equal(learned + heldOut, 12);
  assert.equal(report.data!.pictures + report.data!.heldOut, 30);
  assert.equal(report.data!.known, 0);
  assert.equal(report.stages!.length, 9);
  const skipped = JSON.parse(await Deno.readTextFile(`${out}/skipped.jsonl`));
  assert.equal(skipped.file, "docs.jsonl, line 1: gone.png");
  assert.match(trained.stdout, new RegExp(`\ndocuments +${learned} learned from, ${heldOut} held`));
  assert.match(
    trained.stdout,
    /\n {2}deno task compose "our \S+ wall, day \d+\. then we saw" --to/,
  );

  const page = await Deno.readTextFile(`${out}/report.html`);
  assert.match(page, /<td>documents learned from<\/td>/);
  assert.match(page, /pictures\. A picture&#39;s caption is what stands beside it in its document/);
  // Told of the first words of the two that were held out, but for the word that no other has.
  const told = page.match(/(<h2>O|picture: o)ur \S+ wall day then we saw/g) ?? [];
  assert.deepEqual([told.length, heldOut], [2, 2]);
});

Deno.test("the model tells of words of its texts, and refuses others", async () => {
  using model = await loadModel(out);
  assert.ok(model instanceof DreamLLM && model.language instanceof PlainLanguage);
  assert.ok(model.language.knows("Our blue wall. The end."));
  assert.ok(!model.language.knows("a heart"));
  const [told] = await model.composeAll(["Our RED wall"], { pictures: 1 });
  const parts = await Array.fromAsync(model.compose("our red wall", { pictures: 1 }));
  const picturesOf = (all: readonly { readonly kind: string }[]) =>
    all.filter(({ kind }) => kind === "picture").length;
  assert.equal(picturesOf(parts), picturesOf(told));
  await assert.rejects(model.composeAll(["a heart"]), /but found "heart"/);
});

Deno.test("other documents are another training", async () => {
  const shard = `${data}/docs.jsonl`;
  const lines = await Deno.readTextFile(shard);
  await Deno.writeTextFile(shard, lines.replace("The end.", "The very end."));
  const run = ["--data", data, "--out", out, ...words, ...recipe, "--resume"];
  const other = await runTask("train", ...run);
  await Deno.writeTextFile(shard, lines);
  assert.match(other.stderr, /data\.fingerprint was/);
  assert.equal(other.code, 1);
});

Deno.test("other recipes learn the documents' pictures with the words beside them", async () => {
  const to = `${folder}/illume`;
  const { code, stderr, stdout } = await runTask("train", "--data", data, "--out", to, ...words);
  assert.equal(code, 0, stderr);
  assert.ok(!stdout.includes("deno task compose"), stdout);
  const { data: found } = Report.parse(JSON.parse(await Deno.readTextFile(`${to}/report.json`)));
  assert.equal(found!.pictures + found!.heldOut, 30);
  assert.equal(found!.captions, found!.pictures);
  using model = await loadModel(to);
  assert.equal(model.recipe, "illume");
  assert.equal((await model.draw("Then we saw a blue wall")).width, 64);
});

Deno.test("a folder with nothing of either kind is refused, naming both", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/notes.jsonl`, '{"note": "of no account"}');
    assertRefused(
      await runTask("train", "--data", folder, "--out", `${folder}/out`, ...recipe),
      /^Expected pictures with captions .* none skipped; and no documents of text and pictures: /,
    );
  }));
