/** Who frees what: a model its graphs, and one that was loaded all that it was loaded into. */
import assert from "node:assert/strict";
import { loadModel, type RecipeModel } from "../lib/recipes/mod.ts";
import { type Device, openDevice, StateStore } from "../lib/runtime/mod.ts";
import { inFolder } from "./folder.ts";
import { tinyIllume } from "./tiny_illume.ts";
import { tinyMetaMorph } from "./tiny_metamorph.ts";
import { TINY_TEXT } from "./tiny_model.ts";

const real = await openDevice("cpu", { threads: 1 });

/** A device that knows which graphs and buffers nobody freed. */
function counting(): { device: Device; graphs: Set<unknown>; buffers: Set<unknown> } {
  const graphs = new Set<unknown>();
  const buffers = new Set<unknown>();
  const freeing = <T extends Disposable>(thing: T, all: Set<unknown>): T => {
    all.add(thing);
    const dispose = thing[Symbol.dispose].bind(thing);
    thing[Symbol.dispose] = () => {
      all.delete(thing);
      dispose();
    };
    return thing;
  };
  const device: Device = {
    name: real.name,
    description: real.description,
    freeBytes: real.freeBytes,
    buffer: (type, data) => freeing(real.buffer(type, data), buffers),
    compile: async (model, options) => freeing(await real.compile(model, options), graphs),
    [Symbol.dispose]() {},
  };
  return { device, graphs, buffers };
}

/** Compiles all that a model has. */
async function useAll(model: RecipeModel): Promise<void> {
  const picture = await model.draw("a cat");
  await model.describe(picture);
  await model.likelihoods([{ picture, caption: "a cat" }]);
}

/** Some graphs are freed as soon as they are there. */
const soon = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("a model frees its graphs, and leaves the tokenizer and the store to whoever made them", async () => {
  const { device, graphs, buffers } = counting();
  const store = new StateStore(device);
  const model = tinyIllume(store, TINY_TEXT);
  await useAll(model);
  const all = graphs.size;
  model[Symbol.dispose]();
  await soon();
  assert.ok(graphs.size > 0 && graphs.size < all, `${graphs.size} of ${all} graphs`);
  assert.ok(store.has("lm_head.weight"));
  await model.tokenizer.decode([new Int32Array(model.tokenizer.tokens)]);
  model.tokenizer[Symbol.dispose]();
  await soon();
  assert.equal(graphs.size, 0);
  store[Symbol.dispose]();
  assert.equal(buffers.size, 0);
});

for (const tiny of [tinyIllume, tinyMetaMorph]) {
  const { recipe } = tiny(new StateStore(real), TINY_TEXT);
  Deno.test(`a model of recipe ${recipe} that was loaded frees its parameters and what it sees with too`, () =>
    inFolder(async (directory) => {
      await tiny(new StateStore(real), TINY_TEXT).save(directory);
      const { device, graphs, buffers } = counting();
      const model = await loadModel(directory, { device });
      const parameters = buffers.size;
      assert.ok(parameters > 20);
      await useAll(model);
      assert.ok(graphs.size > 3 && buffers.size > parameters);
      model[Symbol.dispose]();
      await soon();
      assert.equal(graphs.size, 0, "no graph is left");
      assert.equal(buffers.size, 0, "no buffer is left");
    }));
}

Deno.test("a model that was loaded without a device frees its own, and none that it was given", () =>
  inFolder(async (directory) => {
    await tinyIllume(new StateStore(real), TINY_TEXT).save(directory);
    const model = await loadModel(directory);
    const { device } = model;
    assert.equal(device.name, "cpu");
    model[Symbol.dispose]();
    assert.throws(() => device.buffer({ dtype: "float32", shape: [1] }), /found it disposed/);
    (await loadModel(directory, { device: real }))[Symbol.dispose]();
    real.buffer({ dtype: "float32", shape: [1] })[Symbol.dispose]();
  }));

Deno.test("a model of which nothing was asked can be disposed of, and twice", async () => {
  const { device, graphs } = counting();
  using store = new StateStore(device);
  const model = tinyIllume(store, TINY_TEXT);
  model[Symbol.dispose]();
  model[Symbol.dispose]();
  await soon();
  assert.equal(graphs.size, 0);
});
