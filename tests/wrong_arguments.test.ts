/**
 * Plausible slips of someone whose types nobody checks, as in a notebook: each says what was expected
 * and what was found, and nothing is written.
 */
import { deepEqual, match, rejects, throws } from "node:assert/strict";
import { readdir } from "node:fs/promises";
import * as graph from "../lib/graph/mod.ts";
import * as runtime from "../lib/runtime/mod.ts";
import * as optim from "../lib/optim/mod.ts";
import * as emoji from "../lib/worlds/emoji/mod.ts";
import * as illume from "../mod.ts";
import { inFolder } from "./folder.ts";
import { tinyMetaMorph } from "./tiny_metamorph.ts";

// deno-lint-ignore no-explicit-any
const untyped: any = { ...emoji, ...graph, ...optim, ...runtime, ...illume };
const { gradient, input, ops, ShapeError, toOnnx } = graph;
const { openDevice, StateStore, WORLDS } = illume;

const x = input("x", "float32", [2, 3]);
const indices = input("i", "int32", [2]);
const show = (tensor: graph.Tensor) => String(tensor);

Deno.test("a reduction without axes is over all of them", () => {
  for (const reduce of [ops.sum, ops.mean, ops.max]) {
    deepEqual(
      [
        reduce(x),
        reduce(x, {}),
        reduce(x, { keepAxes: true }),
        reduce(x, { axes: [0] }),
        reduce(x, { axes: [-1], keepAxes: true }),
      ].map(show),
      ["float32[]", "float32[]", "float32[1, 1]", "float32[3]", "float32[2, 1]"],
    );
  }
  deepEqual(show(gradient(ops.mean(x), [x])[0]), "float32[2, 3]");
});

Deno.test("an operation says what it takes", () => {
  const { ops } = untyped;
  const slips: readonly (readonly [() => unknown, RegExp])[] = [
    [
      () => ops.mean(x, 1),
      /^mean\(float32\[2, 3\] "x"\): Expected { axes, keepAxes }, .* found 1$/,
    ],
    [() => ops.mean(x, { axis: 1 }), /Expected { axes, keepAxes }, but found axis$/],
    [() => ops.mean(x, { axes: 1 }), /Expected axes to be a list of whole numbers, but found 1$/],
    [() => ops.mean(x, { axes: [NaN] }), /found \[NaN\]$/],
    [() => ops.mean(x, { axes: [2] }), /Expected an axis in \[-2, 2\), but found 2$/],
    [() => ops.mean(), /^mean\(\): Expected 1 tensor, but found undefined$/],
    [() => ops.exp(3), /^exp\(\): Expected 1 tensor, but found 3$/],
    [() => ops.exp(new Float32Array(2)), /Expected 1 tensor, but found a Float32Array$/],
    [() => ops.softmax(x, { axis: 1 }), /Expected 1 tensor, but found .* and { axis }$/],
    [() => ops.add(x), /Expected 2 tensors/],
    [() => ops.add(x, "2"), /but found .* and "2"$/],
    [() => ops.where(1, x, x), /Expected 3 tensors, but found 1 and/],
    [() => ops.matmul(x), /Expected 2 tensors/],
    [() => ops.matmul(x, x, { transpose: true }), /Expected { transposeA, .* but found transpose$/],
    [() => ops.reshape(x, [3, 2]), /Expected { shape }, but found \[3, 2\]$/],
    [() => ops.reshape(x, { shape: [-1] }), /Expected shape to be a list of sizes from 0/],
    [() => ops.reshape(x, { shape: [2.5, 2.4] }), /Expected shape to be a list of sizes from 0/],
    [() => ops.transpose(x), /Expected order to be a list of whole numbers, but found undefined$/],
    [() => ops.slice(x, { axis: 0 }), /Expected start to be a whole number, but found undefined$/],
    [() => ops.pad(x, { axis: 0, before: NaN, after: 1 }), /Expected before to be a size/],
    [() => ops.concat([], { axis: 0 }), /Expected tensors, but found none$/],
    [() => ops.concat([x, x]), /Expected axis to be a whole number, but found undefined$/],
    [() => ops.range(5), /^range\(\): Expected { size }, but found 5$/],
    [() => ops.gather(x, x), /Expected int32 indices/],
    [() => ops.scatterAdd(x, indices), /Expected rows to be a size from 0, but found undefined$/],
    [() => ops.cast(x, "float16"), /Expected { dtype }, but found "float16"$/],
    [() => ops.cast(x, { dtype: "float" }), /Expected dtype to be one of .*, but found "float"$/],
    [() => ops.rmsNorm(x, input("w", "float32", [3])), /Expected epsilon to be a finite number/],
  ];
  for (const [slip, message] of slips) {
    throws(slip, (error) => {
      match((error as Error).message, message);
      return error instanceof ShapeError;
    });
  }
});

Deno.test("graphs say what they are made of", () => {
  const typed = (slip: () => unknown, message: RegExp) =>
    throws(slip, { name: "TypeError", message });
  typed(
    () => untyped.input("x", "float32"),
    /Expected a shape such as \[2, 3\], but found undefined/,
  );
  typed(() => untyped.input("x", "float", [2]), /Expected a type that is one of .* found "float"/);
  typed(() => untyped.input("x", "float32", [2, -1]), /Expected a shape .*, but found \[2, -1\]/);
  typed(() => untyped.input([2], "float32", [2]), /Expected a name, but found \[2\]/);
  typed(() => untyped.toOnnx(x), /Expected outputs such as { y }, but found float32\[2, 3\]/);
  typed(() => untyped.toOnnx({ y: 3 }), /Expected outputs such as { y }/);
  typed(() => untyped.gradient(ops.mean(x), x), /Expected a loss and a list of tensors/);
  typed(() => untyped.compose(x, ops.relu), /Expected a list of tensors and two functions/);
  typed(() => untyped.checkpoint(ops.relu, x), /Expected a tensor and a function of it/);
});

Deno.test("what takes a device, a store or a path says so where it gets something else", () =>
  inFolder(async (folder) => {
    using device = await openDevice();
    using store = new StateStore(device);
    const config = illume.TOKENIZER_PRESETS.nano;
    const model = toOnnx({ y: ops.mean(x) });
    const { PictureTokenizer, FeatureTokenizer, ConceptEncoder, Training, Program } = untyped;
    const slips: readonly (readonly [() => unknown, RegExp])[] = [
      [() => untyped.Illume.load(folder, device), /Expected { device }, but found a CpuDevice$/],
      [() => untyped.Illume.load(folder, null), /Expected { device }, but found null$/],
      [() => untyped.Illume.load(folder, { gpu: 1 }), /Expected { device }, but found { gpu }$/],
      [
        () => untyped.MetaMorph.load(folder, { device: openDevice() }),
        /Expected a device, .* found a Promise$/,
      ],
      [() => untyped.Illume.load(device, folder), /Expected { device }, but found ".*"$/],
      [() => untyped.MetaMorph.load(device), /Expected a path, but found a CpuDevice$/],
      [() => untyped.loadModel(undefined), /Expected a path, but found undefined$/],
      [() => new untyped.StateStore("cpu"), /Expected a device, .* but found "cpu"$/],
      [() => new PictureTokenizer(device, store, config), /Expected a device, /],
      [
        () => new PictureTokenizer({ device, config }),
        /Expected a StateStore, but found undefined$/,
      ],
      [
        () => new PictureTokenizer({ device, store }),
        /Expected a configuration, but found undefined/,
      ],
      [
        () => new FeatureTokenizer({ device, store, config }),
        /Expected a configuration, but found {/,
      ],
      [
        () => new ConceptEncoder(device, store),
        /Expected a device, .* found undefined$/,
      ],
      [() => PictureTokenizer.load(undefined, device), /Expected a path, but found undefined$/],
      [() => Training.open(folder, store), /Expected a path, but found undefined$/],
      [() => Training.open({ directory: folder }), /Expected a StateStore, but found undefined$/],
      [() => Program.compile(model, store), /Expected a device, .* but found a Uint8Array$/],
      [() => Program.compile(device, model), /Expected a StateStore, but found undefined$/],
      [() => Program.compile(device, { y: x }, store), /Expected a model, .* but found { y }$/],
      [() => untyped.TrainStep.compile({ device, store }), /Expected losses, .* found undefined$/],
      [() => untyped.readPicture({ folder }), /Expected a path, but found { folder }$/],
      [() => untyped.readDrawings(), /Expected a path, but found undefined$/],
      [() => untyped.readMetrics(), /Expected a path, but found undefined$/],
      [
        () => untyped.encodePng({ picture: {}, ids: [] }),
        /Expected a picture, .* { picture, ids }$/,
      ],
      [() => untyped.contactSheet({ width: 1 }, 2), /Expected a list of pictures, .* { width }$/],
      [() => untyped.SceneParser.create(WORLDS.nano), /Expected sprites, .* but found undefined$/],
      [() => untyped.emojiScenes("small"), /Expected { preset, world, seed }, but found "small"$/],
      [() => untyped.emojiScenes({ presets: "small" }), /but found { presets }$/],
    ];
    for (const [slip, message] of slips) {
      await rejects(() => Promise.try(slip), { name: "TypeError", message });
    }
    const file = `${folder}/report.json`;
    await rejects(untyped.writeFileAtomic(file, { a: 1 }), /but found: { a } in place of text/);
    deepEqual(await readdir(folder), []);
  }));

Deno.test("a model says what it takes in place of something else", async () => {
  using device = await openDevice();
  using store = new StateStore(device);
  const scenes = await illume.emojiScenes({ preset: "nano", seed: 0 });
  // deno-lint-ignore no-explicit-any
  const model: any = tinyMetaMorph(store, illume.trainTextTokenizer(scenes));
  const { picture } = scenes.caption(new illume.Random(0));
  const item = { picture, caption: "a cat" };
  const { predictTokens, cosinesByPosition } = untyped;
  const slips: readonly (readonly [() => unknown, RegExp])[] = [
    [() => model.draw(), /Expected words, but found undefined$/],
    [() => model.draw(7), /Expected words, but found 7$/],
    [() => model.drawAll("a cat"), /Expected a list of captions, but found "a cat"$/],
    [() => model.ask(picture), /Expected words, but found undefined$/],
    [() => model.ask("is there a cat", picture), /Expected words, but found { width, .* }$/],
    [() => model.askAll(picture), /Expected a list of { picture, question }, but found { width/],
    [() => model.edit(picture), /Expected words, but found undefined$/],
    [() => model.editAll(picture, "remove the cat"), /list of { picture, instruction }, but found/],
    [() => model.think(picture, "remove the cat"), /Expected words, but found undefined$/],
    [() => model.thinkAll(item), /list of { picture, instruction, question }, but found {/],
    [() => model.imagineAll(), /list of { picture, instruction, question }, but found undefined$/],
    [() => model.describeAll(picture), /Expected a list of pictures, but found { width, .* }$/],
    [() => model.next(picture), /Expected a list of pictures, but found { width, .* }$/],
    [() => model.judge(item), /Expected a list of { picture, caption }, but found {/],
    [() => predictTokens([item], model), /Expected a MetaMorph, but found \[.*\]$/],
    [() => predictTokens(model, item), /Expected a list of { caption, picture }, but found {/],
    [() => predictTokens(model, ["a cat"]), /Expected words, but found undefined$/],
    [
      () => cosinesByPosition(new Float32Array(4), new Float32Array(4), 2),
      /Expected a list of pictures' visual tokens, but found a Float32Array$/,
    ],
  ];
  for (const [slip, message] of slips) {
    await rejects(() => Promise.try(slip), { name: "TypeError", message });
  }
  const one = [Float32Array.of(1, 0)];
  throws(() => cosinesByPosition(one, one), /Expected tokens to be .*, but found undefined$/);
});

Deno.test("figures of visual tokens say what they are drawn of", () => {
  const { unfolding, cosines } = untyped.plot;
  const picture = { width: 1, height: 1, data: new Uint8Array(3) };
  const row = { caption: "a cat", pictures: [picture, picture] };
  const point = { name: "seed 0", position: 1, cosine: 0.5 };
  const slips: readonly (readonly [() => unknown, RegExp])[] = [
    [() => unfolding(), /Expected a list of { caption, pictures }, but found undefined$/],
    [() => unfolding(row), /Expected a list of .*, but found { caption, pictures }$/],
    [() => unfolding([{ caption: "a cat", picture }]), /list of pictures, but found undefined$/],
    [() => unfolding([{ ...row, caption: 3 }]), /Expected a caption, but found 3$/],
    [() => unfolding([{ ...row, pictures: [{ picture, ids: [] }] }]), /found { picture, ids }$/],
    [() => unfolding([{ ...row, cosines: ["0.5"] }]), /Expected cosines .* found "0.5" of "a cat"/],
    [() => cosines(), /Expected a list of { name, position, cosine }, but found undefined$/],
    [() => cosines([0.5, 0.7]), /list of { name, position, cosine }, but found 0.5 in it$/],
    [() => cosines([{ ...point, position: "1" }]), /positions from 1, but found "1" of "seed 0"$/],
    [() => cosines([{ ...point, cosine: "0.5" }]), /Expected cosines from .*, but found "0.5" of/],
  ];
  for (const [slip, message] of slips) throws(slip, { message });
});

Deno.test("a world of one's own is checked field by field", async () => {
  const { nano } = WORLDS;
  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    ["concepts", [...nano.concepts, "zebra"], /least 5 different ones of heart, .* found "zebra"$/],
    ["concepts", ["cat", "dog"], /at least 5 .*, but found \["cat", "dog"\]$/],
    ["concepts", "cat", /but found "cat"$/],
    ["styles", ["crayon"], /of fluent-flat, noto, fluent-3d, but found \["crayon"\]$/],
    ["styles", [], /but found \[\]$/],
    ["backgrounds", ["sky"], /such as { name: "sky", .*, but found \["sky"\]$/],
    ["backgrounds", [{ name: "sky", rgb: [0, 0, 256] }], /but found \[{ name, rgb }\]$/],
    ["name", "", /to be a name, such as "nano", but found ""$/],
    ["pictureSize", 128, /to be 64, but found 128$/],
    ["grid", 5, /divides 64, but found 5$/],
    ["lattice", [8, NaN], /whole numbers of pixels .*, but found \[8, NaN\]$/],
    ["objectSizes", [13], /even numbers of pixels .*, but found \[13\]$/],
    ["jitter", -1, /but found -1$/],
    ["gap", undefined, /but found undefined$/],
  ];
  for (const [field, value, message] of refused) {
    const world = { ...nano, [field]: value };
    await rejects(untyped.emojiScenes({ world }), { name: "RangeError", message });
    throws(() => untyped.evaluationCaptions(world, { perTask: 1, seed: 0 }), { message });
  }
  const world = { ...nano, concepts: ["pizza", "cup", "book", "bell", "hat"] };
  const scenes = await illume.emojiScenes({ world });
  const captions = illume.evaluationCaptions(world, { perTask: 2, seed: 0 });
  deepEqual(captions.length, 12);
  illume.trainTextTokenizer(scenes);
  const objects = [{ concept: "hat", color: "violet", x: 8, y: 8, size: 14 }];
  const scene = JSON.parse(JSON.stringify({ background: "sky", style: "fluent-flat", objects }));
  throws(() => scenes.draw(scene), /Expected a colour that is one of red, .*, but found violet$/);
});

Deno.test("what is shown, and what scenes are made of, is told where it is missing", async () => {
  const { emojiScenes, live, plot } = untyped;
  const scenes = await emojiScenes({ preset: "nano" });
  throws(
    () => scenes.caption(),
    /^TypeError: Expected a Random, such as new Random\(0\), but found/,
  );
  throws(() => scenes.edit(5), /but found 5$/);
  const steps = /Expected the steps of a training, as stage.run\(\) gives, but found/;
  for (const events of [undefined, {}, 5, [1]]) {
    await rejects(async () => {
      for await (const _ of live(events));
    }, steps);
  }
  await rejects(async () => {
    async function* numbers() {
      yield 1;
    }
    for await (const _ of live(numbers()));
  }, steps);
  const picture = { width: 1, height: 1, data: new Uint8Array(3) };
  throws(() => plot.pictureGrid(picture), /Expected a list of { picture, … }, but found/);
  throws(() => plot.pictureGrid([1]), /Expected a picture, .* but found undefined$/);
  throws(() => plot.tokenMap([{ picture: 5 }]), /Expected a picture, .* but found 5$/);
  throws(() => plot.reconstructions([picture]), /Expected a picture, .* but found undefined$/);
  throws(() => plot.assessment(1, 2), /Expected a picture, .* but found 1$/);
  await rejects(plot.graph({ y: 5 }), /Expected tensors by name, but found 5$/);
  await rejects(plot.graph(undefined), /Expected outputs to draw a graph of, but found none$/);
});

Deno.test("a model that was disposed of says so, and a folder that is not there where it was sought", async () => {
  using device = await openDevice("cpu");
  using store = new StateStore(device);
  const text = emoji.trainTextTokenizer(await illume.emojiScenes({ preset: "nano" }));
  const model = tinyMetaMorph(store, text);
  model[Symbol.dispose]();
  await rejects(model.draw("a cat"), /Expected an open model, but found one that was disposed of/);
  await rejects(
    illume.loadModel("nowhere"),
    (error: Error) => error.message.includes(`nowhere/config.json, sought from ${Deno.cwd()}`),
  );
});
