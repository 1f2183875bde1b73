/** Distances of sets of pictures against NumPy, and what is made of edits. */
import assert from "node:assert/strict";
import { SceneParser } from "../lib/worlds/emoji/parser/scene_parser.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import type { Picture } from "../lib/data/picture.ts";
import { evaluateEditing } from "../lib/worlds/emoji/measures/editing.ts";
import { evaluateDistances, frechetDistance, kernelDistance } from "../lib/evaluation/frechet.ts";
import { scoreEditing, type SeenEdit } from "../lib/evaluation/editing.ts";
import { Random } from "../lib/runtime/mod.ts";

const { one, other, frechet, kernel } = JSON.parse(
  await Deno.readTextFile(new URL("fixtures/frechet.json", import.meta.url)),
);

Deno.test("Fréchet and kernel distance are NumPy's", () => {
  assert.ok(Math.abs(frechetDistance(one, other) / frechet - 1) < 1e-6);
  assert.ok(Math.abs(kernelDistance(one, other) / kernel - 1) < 1e-9);
  assert.ok(Math.abs(frechetDistance(one, one)) < 1e-6);
  assert.ok(frechetDistance(one, one.slice(0, 4)) >= 0, "fewer rows than numbers");
});

Deno.test("the kernel distance of two samples of one distribution is 0 on average", () => {
  const random = new Random(0, "kernel distance");
  const rows = () => Array.from({ length: 12 }, () => random.normals(5));
  const found = Array.from({ length: 200 }, () => kernelDistance(rows(), rows()));
  const mean = found.reduce((a, b) => a + b) / 200;
  const deviation = Math.sqrt(found.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 200);
  assert.ok(Math.abs(mean) < 4 * deviation / Math.sqrt(200), `${mean} of ${deviation}`);
});

Deno.test("pictures are compared by the mean of their patches' features", async () => {
  const random = new Random(3, "distances");
  const pictures = (least: number) =>
    Array.from({ length: 40 }, () => ({
      width: 2,
      height: 1,
      data: Uint8Array.from({ length: 6 }, () => least + random.integer(100)),
    }));
  /** A patch a pixel. */
  const tokenizer = {
    featureSize: 3,
    encode: (pictures: readonly Picture[]) =>
      Promise.resolve(pictures.map(({ data }) => ({ features: Float32Array.from(data) }))),
  };
  const [one, like, other] = [pictures(0), pictures(0), pictures(150)];
  const near = await evaluateDistances(tokenizer, one, like);
  const far = await evaluateDistances(tokenizer, one, other);
  assert.ok(near.frechet < far.frechet / 20 && near.kernel < far.kernel / 20);
  const means = (pictures: readonly Picture[]) =>
    pictures.map(({ data }) => [0, 1, 2].map((i) => (data[i] + data[i + 3]) / 2));
  assert.ok(Math.abs(far.frechet / frechetDistance(means(one), means(other)) - 1) < 1e-6);
});

Deno.test("sets that cannot be compared are refused", () => {
  for (const set of [[], [[1, 2]], [[1], [2]]]) {
    assert.throws(() => frechetDistance([[1, 2], [3, 4]], set), /^RangeError: Expected two sets/);
  }
});

Deno.test("an edit is done and keeps the rest, does nothing, or does something else", async () => {
  const scenes = await emojiScenes({ preset: "nano", seed: 0 });
  const parser = SceneParser.create(scenes.world, scenes.sprites);
  const scoresOf = (draw: (edit: ReturnType<typeof scenes.edit>) => Picture) => {
    const random = new Random(7, "editing");
    const model = {
      editAll: (items: readonly { readonly picture: Picture; readonly instruction: string }[]) =>
        Promise.resolve(items.map(({ picture, instruction }) => {
          const edit = scenes.edit(random);
          assert.deepEqual(picture, edit.before);
          assert.equal(instruction, edit.instruction);
          return { picture: draw(edit) };
        })),
    };
    return evaluateEditing(model, scenes, parser, { edits: 40, seed: 7 });
  };
  const perfect = await scoresOf(({ after }) => after);
  assert.ok(perfect.both >= 0.95, JSON.stringify(perfect));
  const idle = await scoresOf(({ before }) => before);
  assert.ok(idle.done <= 0.05 && idle.kept >= 0.95, JSON.stringify(idle));
  const others = new Random(1);
  const astray = await scoresOf(() => scenes.reading(others).picture);
  assert.ok(astray.both === 0 && astray.kept <= 0.05, JSON.stringify(astray));
});

Deno.test("a new background is asked for or not, and what is new may stand anywhere or not", () => {
  const at = (concept: string, x: number) => ({
    concept,
    confidence: 1,
    box: { x, y: 0, width: 14, height: 14 },
  });
  const on = (background: string, ...objects: ReturnType<typeof at>[]) => ({ background, objects });
  const [cat, star] = [at("cat", 0), at("star", 32)];
  const said = (edit: SeenEdit) => {
    const { done, kept } = scoreEditing([edit], { near: 6 });
    return `${done === 1 ? "done" : "not done"}, ${kept === 1 ? "kept" : "not kept"}`;
  };
  const turned = { before: on("sky", cat), wanted: on("mint", cat) };
  assert.equal(said({ ...turned, edited: on("mint", cat) }), "done, kept");
  assert.equal(said({ ...turned, edited: on("lilac", cat) }), "not done, kept");
  assert.equal(said({ ...turned, edited: on("mint", star) }), "done, not kept");
  const added = { before: on("sky", cat), wanted: on("sky", cat, star) };
  assert.equal(said({ ...added, edited: on("sky", cat, star) }), "done, kept");
  assert.equal(said({ ...added, edited: on("mint", cat, star) }), "done, not kept");
  const elsewhere = { ...added, edited: on("sky", cat, at("star", 48)) };
  assert.equal(said(elsewhere), "not done, not kept");
  assert.equal(said({ ...elsewhere, anywhere: true }), "done, kept");
  const two = { ...added, edited: on("sky", cat, star, at("star", 48)), anywhere: true };
  assert.equal(said(two), "done, not kept");
  // One that was there before is not the new one.
  const again = { before: on("sky", cat), wanted: on("sky", cat, at("cat", 48)), anywhere: true };
  assert.equal(said({ ...again, edited: on("sky", cat) }), "not done, kept");
});
