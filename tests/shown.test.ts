/** How values show themselves, on the console and in a notebook's cell. */
import { emojiDocuments } from "../lib/worlds/emoji/documents.ts";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { encodePng, type Picture, pictureOf, readPicture } from "../lib/data/picture.ts";
import sharp from "../lib/packages/sharp.ts";
import {
  emojiScenes,
  EmojiSet,
  EndpointJudge,
  ILLUME_STAGES,
  illumeStages,
  openDevice,
  parserJudge,
  plot,
  Random,
  Report,
  SceneParser,
  StateStore,
  Training,
  type TrainingEvent,
  trainTextTokenizer,
} from "../mod.ts";
import { input, ops, toOnnx } from "../lib/graph/mod.ts";
import { Program } from "../lib/runtime/mod.ts";
import { Kernel } from "../notebooks/kernel.ts";
import type { Output } from "../notebooks/outputs.ts";
import { inFolder } from "./folder.ts";
import { tinyIllume } from "./tiny_illume.ts";

const checker: Picture = pictureOf({
  width: 2,
  height: 2,
  data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9),
});

Deno.test("a picture shows itself, and is else what it was", async () => {
  const plain = { width: 2, height: 2, data: checker.data };
  assert.equal(Deno.inspect([checker]), "[ Picture 2 × 2 ]");
  assert.deepEqual(checker, plain);
  assert.deepEqual(structuredClone(checker), plain);
  assert.deepEqual(Object.keys(checker), ["width", "height", "data"]);
  assert.equal(JSON.stringify(checker), JSON.stringify(plain));
  assert.equal(Deno.inspect(await readPicture(await encodePng(checker))), "Picture 2 × 2");
});

Deno.test("on a terminal a picture has half blocks in its colours, at most 32 wide", () => {
  const look = (value: unknown) => Deno.inspect(value, { colors: true });
  const [top, bottom] = [["255;0;0", "0;255;0"], ["0;0;255", "9;9;9"]];
  const cell = (i: number) => `\x1b[38;2;${top[i]};48;2;${bottom[i]}m▀`;
  assert.equal(look(checker), `${cell(0)}${cell(1)}\x1b[0m`);
  assert.equal(look([checker]), "[ Picture 2 × 2 ]");
  const wide = pictureOf({ width: 300, height: 50, data: new Uint8Array(300 * 50 * 3).fill(7) });
  const lines = look(wide).split("\n");
  assert.deepEqual(lines.map((line) => line.match(/▀/g)?.length), [30, 30, 30]);
  const odd = pictureOf({ width: 1, height: 3, data: Uint8Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3) });
  assert.equal(look(odd).split("\n")[1], "\x1b[38;2;3;3;3m▀\x1b[0m");
});

Deno.test("what one works with shows itself in one to five lines", () =>
  inFolder(async (directory) => {
    using device = await openDevice("cpu");
    using store = new StateStore(device);
    const scenes = await emojiScenes({ preset: "nano", seed: 0 });
    const model = tinyIllume(store, trainTextTokenizer(scenes));
    const [plan] = ILLUME_STAGES.nano;
    const stages = illumeStages(model, emojiDocuments(scenes), [
      { ...plan, budget: { ...plan.budget, steps: 3, batchSize: 4 } },
    ]);
    const settings = {};
    using training = await Training.open({ directory, store, settings });
    let event: TrainingEvent | undefined;
    for await (event of training.run(stages[0])) if (event.step === 2) break;
    const { picture } = scenes.caption(new Random(0));
    const x = input("x", "float32", [2, 3]);
    const y = ops.tanh(x);
    using program = await Program.compile(device, toOnnx({ y }), store);

    const lines = (value: unknown) => Deno.inspect(value).split("\n");
    const emoji = await EmojiSet.open({ size: 8, styles: ["noto"], count: 3 });
    for (
      const value of [
        await model.drawAll(["a heart", "two cats"]),
        await model.tokenizer.encode([picture]),
        [event, event?.batch.trainStep, training, ...stages],
        [device, store, scenes, model.tokenizer, model],
        [model.unified.vocabulary, SceneParser.create(scenes.world, scenes.sprites), emoji],
        [plot.pictureGrid([{ picture, title: "one" }])],
      ]
    ) assert.ok(lines(value).length <= 2 + value.length, Deno.inspect(value));

    const documents = emojiDocuments(scenes);
    const [drawing] = await model.drawAll(["a heart"]);
    for (
      const value of [
        stages[0],
        documents.question,
        await documents.question.at(0),
        (await model.tokenizer.encode([picture]))[0],
        (await parserJudge(SceneParser.create(scenes.world, scenes.sprites)).judge([
          { picture, caption: "a red cat above two keys" },
        ]))[0].assessment,
        new EndpointJudge({ baseUrl: "http://localhost:1", model: "x" }),
        store.get(store.names()[0]),
        drawing,
        Report.parse({ preset: "nano", seed: 0, device: "cpu", geneval: { overall: 0.9 } }),
      ]
    ) {
      const words = Deno.inspect(value);
      assert.ok(lines(value).length <= 5, words);
      assert.ok(!/[{}]/.test(words), words);
      assert.ok(lines([value]).length <= 3, Deno.inspect([value])); // the array has two
    }

    const bundleOf = async (value: unknown) =>
      await (value as Record<symbol, () => Promise<Record<string, string>>>)[plot.jupyterDisplay]();
    for (
      const [value, words] of [
        [model, "transformer"],
        [stages[0], "MiB"],
        [store, "<details>"],
        [store.get("lm_head.weight"), "standard deviation"],
        [documents.draw, "<img "],
        [await documents.edit.at(1), "<img "],
        [(await model.tokenizer.encode([picture]))[0], "hsl("],
      ] as const
    ) assert.ok((await bundleOf(value))["text/html"].includes(words), words);

    // A data set of documents is one table: its samples are numbered where they begin.
    const detail = (await bundleOf(documents.detail))["text/html"];
    assert.equal(detail.match(/<table>/g)?.length, 1);
    assert.deepEqual(detail.match(/right">\d+<\/td>/g)?.length, 6);
    const story = (await bundleOf(await documents.story.at(0)))["text/html"];
    assert.equal(story.match(/<br>/g)?.length, story.match(/<img /g)?.length);

    assert.equal(Deno.inspect(y), "Tensor float32[2, 3] by tanh");
    assert.equal(Deno.inspect(program), "Program on cpu: from x float32[2, 3] to y float32[2, 3]");
    assert.match(
      Deno.inspect(event),
      /^language, step 2 of 3: loss [\d.]+ \(.*\), gradient norm [\d.]+, rate [\d.]+, \d+ samples\/s$/,
    );
    assert.equal(Deno.inspect(training), `Training in ${directory}: language after step 2`);
    assert.equal(Deno.inspect(stages), `[ Stage "language": 3 steps of 4 samples ]`);
    assert.match(Deno.inspect(store), /^StateStore on cpu: [\d,]+ numbers in \d+ tensors$/);
  }));

Deno.test("a cell that ends in pictures shows them, alone and in arrays", async () => {
  await using kernel = await Kernel.start({ cwd: fileURLToPath(new URL("..", import.meta.url)) });
  const bundle = async (code: string): Promise<Record<string, unknown>> => {
    const [output]: Output[] = await kernel.execute(code, { seconds: 20 });
    assert.ok(output?.output_type === "execute_result", JSON.stringify(output));
    return output.data;
  };
  const shown = await bundle(
    `import { pictureOf, plot } from "./mod.ts";
     const data = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9);
     const picture = pictureOf({ width: 2, height: 2, data });
     picture`,
  );
  assert.equal(shown["text/plain"], "Picture 2 × 2");
  const enlarged = await readPicture(Uint8Array.fromBase64(String(shown["image/png"])));
  assert.equal(enlarged.width, 128);
  const again = await sharp(Uint8Array.fromBase64(String(shown["image/png"])))
    .resize(2, 2, { kernel: "nearest" }).removeAlpha().raw().toBuffer();
  assert.deepEqual(new Uint8Array(again), checker.data);

  const images = async (code: string) =>
    String((await bundle(code))["image/svg+xml"]).match(/<image /g)?.length;
  assert.equal(await images(`[picture, picture, picture]`), 3);
  assert.equal(await images(`[{ picture, ids: [] }, { picture, ids: [] }]`), 2);
  assert.match(
    String((await bundle(`[{ picture, caption: "two stars" }]`))["image/svg+xml"]),
    /two stars/,
  );
  const thought = await bundle(`[{ picture, answer: "three, or so" }]`);
  assert.match(String(thought["image/svg+xml"]), /three, or so/);
  for (const other of [`[]`, `[1, 2]`, `[picture, 3]`]) {
    assert.deepEqual(Object.keys(await bundle(other)), ["text/plain"]);
  }
  const figure = await bundle(`plot.pictureGrid([{ picture }], { title: "one" })`);
  assert.deepEqual(Object.keys(figure), ["image/svg+xml", "image/png", "text/plain"]);
});
