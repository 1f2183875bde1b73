/** Diversity: who scatters things has as many layouts as chance, who repeats one picture has one. */
import assert from "node:assert/strict";
import { Random } from "../lib/runtime/mod.ts";
import { truePicture } from "../lib/worlds/emoji/asked_captions.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { evaluateDiversity } from "../lib/worlds/emoji/measures/mod.ts";
import { SceneParser } from "../lib/worlds/emoji/parser/scene_parser.ts";
import { evaluationCaptions } from "../lib/worlds/emoji/splits.ts";

const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const parser = SceneParser.create(scenes.world, scenes.sprites);
const captions = evaluationCaptions(scenes.world, { perTask: 1, seed: 0 });
const drawings = 12;
const draw = truePicture(scenes);

/** Draws true pictures; which one of a caption, hangs on `place`. */
const model = (place: (index: number) => number) => ({
  drawAll: (asked: readonly string[]) =>
    Promise.resolve(
      asked.map((caption, i) => ({ picture: draw(caption, new Random(1, place(i))) })),
    ),
});

Deno.test("layouts are counted beside chance, and backgrounds are none", async () => {
  const sizes = { drawings, seed: 0 };
  const varied = await evaluateDiversity(model((i) => i), scenes, parser, captions, sizes);
  assert.equal(varied.right, 1);
  assert.ok(varied.layouts > 8 && varied.layouts <= drawings, `${varied.layouts}`);
  assert.ok(Math.abs(varied.layouts - varied.chance) < 1.5, `${varied.chance}`);
  const same = await evaluateDiversity(model(() => 0), scenes, parser, captions, sizes);
  assert.deepEqual([same.layouts, same.right, same.chance], [1, 1, varied.chance]);
});

Deno.test("wrong drawings are not varied, however different", async () => {
  const random = new Random(2);
  const anything = {
    drawAll: (asked: readonly string[]) =>
      Promise.resolve(asked.map(() => ({ picture: scenes.caption(random).picture }))),
  };
  const found = await evaluateDiversity(anything, scenes, parser, captions, { drawings, seed: 0 });
  assert.ok(found.right < 0.2 && found.layouts <= found.right * drawings + 1e-9);
  await assert.rejects(
    evaluateDiversity(anything, scenes, parser, captions, { drawings: 0, seed: 0 }),
    { message: "Expected drawings to be a whole number from 1 on, but found 0" },
  );
});
