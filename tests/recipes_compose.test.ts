/** Stories in words and pictures: as they come and as a whole, stopped, saved and read again. */
import assert from "node:assert/strict";
import { emojiScenes, trainTextTokenizer } from "../lib/worlds/emoji/mod.ts";
import type { Composed, RecipeModel } from "../lib/recipes/mod.ts";
import { openDevice, StateStore } from "../lib/runtime/mod.ts";
import { Composition, liveComposition } from "../lib/plot/mod.ts";
import { readPicture } from "../lib/data/mod.ts";
import type { Bundle } from "../lib/notebook/mod.ts";
import { inFolder } from "./folder.ts";
import { tinyDreamLLM } from "./tiny_dreamllm.ts";
import { tinyIllume } from "./tiny_illume.ts";
import { tinyMetaMorph } from "./tiny_metamorph.ts";

const device = await openDevice("cpu", { threads: 1 });
const text = trainTextTokenizer(await emojiScenes());
const ABOUT = "A story about a CAT and 3 apples!";

/** A model that likes to draw and to end. */
async function lively<M extends RecipeModel>(
  make: (store: StateStore, words: typeof text, seed: number) => M,
): Promise<M> {
  const model = make(new StateStore(device), text, 0);
  await model.draw("a cat");
  const { unified: { config: { hiddenSize }, vocabulary }, store } = model;
  const head = await store.read("lm_head.weight") as Float32Array;
  for (const [id, scale] of [[vocabulary.eos, 3], [vocabulary.picture, 12]]) {
    for (let i = id * hiddenSize; i < (id + 1) * hiddenSize; i++) head[i] *= scale;
  }
  store.write("lm_head.weight", head);
  return model;
}

const MODELS = [
  ["ILLUME", await lively(tinyIllume)],
  ["MetaMorph", await lively(tinyMetaMorph)],
  ["DreamLLM", await lively(tinyDreamLLM)],
] as const;

const OPTIONS = { pictures: 2, temperature: 2 } as const;

for (const [name, model] of MODELS) {
  Deno.test(`${name} tells words and pictures as they come, as it tells the whole`, async () => {
    const kinds = new Set<string>();
    for (let seed = 0; seed < 4; seed++) {
      const [whole] = await model.composeAll([ABOUT], { ...OPTIONS, seed });
      const told = new Composition("told");
      for await (const part of model.compose(ABOUT, { ...OPTIONS, seed })) told.push(part);
      const plain = (parts: readonly Composed<object>[] | Composition["parts"]) =>
        parts.map((part) =>
          part.kind === "text" ? part.text : (part as { picture: object }).picture
        );
      assert.deepEqual(plain(told.parts), plain(whole));
      assert.ok(told.pictures.length <= 2);
      for (const { width } of told.pictures) assert.equal(width, 64);
      kinds.add(told.parts.map(({ kind }) => kind).join());
    }
    assert.ok([...kinds].some((kinds) => kinds.includes("text,picture")), [...kinds].join("; "));
  });
}

const [, [, metamorph], [, dreamllm]] = MODELS;

Deno.test("who stops listening stops the model, which then goes on with other work", async () => {
  for await (const part of dreamllm.compose(ABOUT, OPTIONS)) {
    assert.ok(part.kind === "text" || part.kind === "picture");
    break;
  }
  assert.equal((await dreamllm.draw("a cat")).width, 64);
});

Deno.test("stories side by side are those that are told alone", async () => {
  const abouts = [ABOUT, "how to draw two red hearts"];
  const together = await dreamllm.composeAll(abouts, { ...OPTIONS, temperature: 0 });
  const words = (parts: readonly Composed<object>[]) =>
    parts.map((part) => part.kind === "text" ? part.text : "");
  for (const [i, about] of abouts.entries()) {
    const [alone] = await dreamllm.composeAll([about], { ...OPTIONS, temperature: 0 });
    assert.deepEqual(words(alone), words(together[i]));
  }
});

Deno.test("subjects and options not as expected are refused", async () => {
  const all = (about: string, options = {}) => () => metamorph.composeAll([about], options);
  await assert.rejects(all("a poem about a cat"), { name: "CaptionError" });
  await assert.rejects(all("a story about a unicorn"), { name: "CaptionError" });
  await assert.rejects(all(ABOUT, { pictures: 0 }), { name: "RangeError", message: /pictures/ });
  await assert.rejects(all(ABOUT, { temperature: NaN }), { message: /temperature/ });
  await assert.rejects(async () => {
    for await (const _ of metamorph.compose("a poem")) assert.fail("Expected nothing");
  }, { name: "CaptionError" });
});

const shade = (value: number) => ({ width: 2, height: 2, data: new Uint8Array(12).fill(value) });

Deno.test("a composition is saved as one page, or as Markdown with its pictures", () =>
  inFolder(async (folder) => {
    const told = new Composition("cats & <dogs>");
    for (
      const part of [
        { kind: "text", text: "a cat" },
        { kind: "text", text: " <waits>" },
        { kind: "picture", picture: shade(10) },
        { kind: "picture", picture: shade(20) },
      ] as const
    ) told.push(part);
    assert.deepEqual(told.parts.map(({ kind }) => kind), ["text", "picture", "picture"]);
    await told.save(`${folder}/a story.md`);
    const markdown = await Deno.readTextFile(`${folder}/a story.md`);
    assert.equal(
      markdown,
      "# cats &amp; &lt;dogs&gt;\n\na cat &lt;waits&gt;\n\n" +
        "![a cat &lt;waits&gt;](a%20story_pictures/1.png)\n\n![](a%20story_pictures/2.png)\n",
    );
    const second = await readPicture(`${folder}/a story_pictures/2.png`);
    assert.equal(second.data[0], 20);
    await told.save(`${folder}/story.HTML`);
    const page = await Deno.readTextFile(`${folder}/story.HTML`);
    assert.match(page, /<title>cats &amp; &lt;dogs&gt;<\/title>/);
    assert.equal(page.match(/<img src="data:image\/png;base64,/g)?.length, 2);
    assert.ok(!page.includes("<waits>"));
    await assert.rejects(told.save(`${folder}/story.pdf`), {
      message: `Expected a path that ends in .html or .md, but found ${folder}/story.pdf`,
    });
  }));

Deno.test("a notebook's cell shows a story as it comes", async () => {
  const seen: Bundle[] = [];
  async function* told() {
    yield { kind: "text", text: "a cat" } as const;
    yield { kind: "picture", picture: shade(10) } as const;
    throw new Error("Expected the model to go on");
  }
  const live = liveComposition("cats", told(), (bundle) => {
    seen.push(bundle);
    return Promise.resolve();
  });
  await assert.rejects(live, /go on/);
  assert.deepEqual(seen.map((bundle) => bundle["text/plain"]), [
    "cats: a cat",
    "cats: a cat [picture 1]",
  ]);
  assert.match(seen[1]["text/html"], /<p>a cat<\/p>\n<img /);
});
