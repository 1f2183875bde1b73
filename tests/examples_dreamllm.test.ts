/** `deno task demo --recipe dreamllm`, and a story that a command tells. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { DreamLLM, dreamllmStages, emojiDocuments, emojiScenes, Report } from "../mod.ts";
import { assertRefused, runTask, type Said, startCommand, until } from "./commands.ts";

/** A quick demo that ran through, and where its model is after some stories more. */
let out: string;
let demo: Said;
let teller: string;

Deno.test.beforeAll(async () => {
  out = await Deno.makeTempDir();
  demo = await runTask("demo", "--recipe", "dreamllm", "--quick", "--out", out);
  teller = `${out}/teller`;
  using model = await DreamLLM.load(out);
  const documents = emojiDocuments(await emojiScenes({ preset: "nano" }));
  const budget = { steps: 40, batchSize: 16, peakRate: 3e-3 };
  const plan = { name: "stories", mixture: { story: 1 }, budget };
  for (const stage of dreamllmStages(model, documents, [plan])) {
    for await (const { loss } of stage.run()) ok(Number.isFinite(loss));
  }
  await model.save(teller);
});
Deno.test.afterAll(() => Deno.remove(out, { recursive: true }));

Deno.test("the demo says how well stories are told", async () => {
  equal(demo.code, 0, demo.stderr);
  const found = JSON.parse(await Deno.readTextFile(`${out}/report.json`));
  const report = Report.parse(found);
  deepEqual(found, report, "Expected nothing beside the schema");
  equal(report.recipe, "dreamllm");
  ok(report.stages!.some(({ name }) => name === "interleaved pretraining"));
  ok(report.stories!.fulfilled! >= 0 && report.stories!.pictures! >= 0);
  match(demo.stdout, /^recipe +dreamllm\n/);
  match(
    demo.stdout,
    /\n {2}deno task compose "a story about a cat and three apples" --to story.html /,
  );
  match(await Deno.readTextFile(`${out}/report.html`), /<h1>DreamLLM, nano</);
});

Deno.test("a story is told to a page, or to Markdown with its pictures", async () => {
  using model = await DreamLLM.load(teller);
  const about = "a story about a cat and three apples";
  for (const to of [`${out}/training/story.html`, `${out}/training/A Story.MD`]) {
    const { code, stdout, stderr } = await runTask(
      ...["compose", "A story about a CAT and 3 apples.", "--to", to] as const,
      ...["--from", teller, "--recipe", "dreamllm", "--pictures", "2", "--seed", "3"],
    );
    deepEqual([code, stderr], [0, ""]);
    ok(stdout.endsWith(`\n${to}\n`), stdout);
    const page = await Deno.readTextFile(to);
    const [told] = await model.composeAll([about], { pictures: 2, seed: 3 });
    const pictures = told.filter(({ kind }) => kind === "picture").length;
    ok(pictures > 0, "Expected a story with pictures");
    equal(page.match(/<img |!\[/g)?.length ?? 0, pictures);
  }
  assertRefused(
    await runTask("compose", about, "--to", "story.pdf", "--from", teller),
    /^Expected --to to name a file ending in \.html or \.md, but found "\S*story\.pdf"/,
  );
  assertRefused(
    await runTask("compose", "a poem about rain", "--from", teller),
    /^Expected "a story about a cat and three apples", .*, but found "a poem about rain"/,
  );
});

Deno.test("a story that is killed while it is told leaves what there was so far", async () => {
  const about = "a story about a cat and three apples";
  const picturesOf = (page: string) => page.match(/<img src="[^"]+"/g) ?? [];
  const to = `${out}/training/killed.html`;
  const telling = startCommand("compose", about, "--to", to, "--from", teller);
  await until(() => telling.isOver() || Deno.stat(to).then(() => true, () => false));
  telling.signal("SIGKILL");
  await telling.ended;
  const page = await Deno.readTextFile(to);
  match(page, /<\/html>\s*$/);

  const whole = `${out}/training/whole.html`;
  equal((await runTask("compose", about, "--to", whole, "--from", teller)).code, 0);
  const [early, all] = [page, await Deno.readTextFile(whole)].map(picturesOf);
  ok(early.length >= 1 && early.length <= all.length, `${early.length} of ${all.length}`);
  deepEqual(early, all.slice(0, early.length));
});
