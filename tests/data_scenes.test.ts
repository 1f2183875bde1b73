/** Scenes, their truth, and their pictures. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { captionOf, describe, parseCaption } from "../lib/worlds/emoji/captions.ts";
import { drawScene } from "../lib/worlds/emoji/draw.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import type { Scene, SceneObject } from "../lib/worlds/emoji/scene.ts";
import { heldOutSpecs, trainingSpec } from "../lib/worlds/emoji/splits.ts";
import { loadSprites } from "../lib/worlds/emoji/sprites.ts";
import { relationsOf } from "../lib/assessment/relations.ts";
import { boxOf } from "../lib/worlds/emoji/placement.ts";
import { randomScene, sceneFor } from "../lib/worlds/emoji/random_scenes.ts";
import { matches } from "../lib/worlds/emoji/truth.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";
import { Random } from "../lib/runtime/random.ts";

for (const preset of ["nano", "small"]) {
  const world = worldOf(preset);

  Deno.test(`${preset}: a scene for a caption shows it and nothing else`, () => {
    const trained = fc.nat().map((seed) => trainingSpec(new Random(seed), world));
    const specs = fc.oneof(trained, fc.constantFrom(...heldOutSpecs(world)));
    fc.assert(
      fc.property(specs, fc.nat(), (spec, seed) => {
        const scene = sceneFor(spec, world, new Random(seed));
        assert(matches(spec, scene), captionOf(spec));
        if (spec.task === "position") {
          const [a, b] = scene.objects;
          assert.deepEqual(relationsOf(boxOf(a), boxOf(b)), [spec.relation]);
          assert.equal(scene.objects.length, 2);
        } else {
          // Word for word: things stand in the order in which they are named.
          assert.equal(describe(scene, world), captionOf(spec));
        }
      }),
      { numRuns: 1000 },
    );
  });

  Deno.test(`${preset}: objects stand inside the picture and never touch`, () => {
    const counts = new Set<number>();
    const off = new Set<number>();
    for (let seed = 0; seed < 2000; seed++) {
      const { objects } = randomScene(world, new Random(seed));
      counts.add(objects.length);
      objects.forEach((a, i) => {
        const { x, y, width } = boxOf(a);
        assert(Number.isInteger(x) && Number.isInteger(y), `${x}, ${y}`);
        assert(x >= 0 && y >= 0 && x + width <= 64 && y + width <= 64, JSON.stringify(a));
        off.add(Math.min(...world.lattice.map((at) => Math.abs(at - a.x))));
        for (const b of objects.slice(0, i)) {
          const distance = Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y));
          assert(distance - (a.size + b.size) / 2 >= 1, `${distance} px apart`);
        }
      });
    }
    assert.deepEqual([...counts].sort(), [1, 2, 3, 4]);
    assert.equal(Math.max(...off), world.jitter);
  });

  Deno.test(`${preset}: an object changes only the pixels of its own square`, async () => {
    const sprites = await loadSprites(world);
    const random = new Random(3);
    for (let i = 0; i < 200; i++) {
      const scene = randomScene(world, random);
      const picture = drawScene(scene, sprites, world);
      const plain = drawScene({ ...scene, objects: [] }, sprites, world);
      const inside = (object: SceneObject, x: number, y: number) => {
        const box = boxOf(object);
        return x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
      };
      const drawn = scene.objects.map(() => 0);
      for (let at = 0; at < 64 * 64; at++) {
        const rgb = picture.data.subarray(at * 3, at * 3 + 3);
        const owner = scene.objects.findIndex((o) => inside(o, at % 64, Math.floor(at / 64)));
        if (rgb.some((value, c) => value !== plain.data[at * 3 + c])) {
          assert.notEqual(owner, -1);
          drawn[owner]++;
        }
      }
      drawn.forEach((pixels, o) => assert(pixels > 25, JSON.stringify(scene.objects[o])));
    }
  });
}

Deno.test("GenEval's position rule, on cases worked out by hand", () => {
  const square = (x: number, y: number) => ({ x, y, width: 10, height: 10 });
  const stands = (x: number, y: number) => relationsOf(square(x, y), square(0, 0));
  assert.deepEqual(stands(0, 0), []);
  assert.deepEqual(stands(2, 0), []); // inside the margin of 0.1 · 20
  assert.deepEqual(stands(3.9, 0), []); // (3.9 − 2) / 3.9 = 0.487
  assert.deepEqual(stands(4.1, 0), ["right of"]); // 0.512
  assert.deepEqual(stands(-30, 0), ["left of"]);
  assert.deepEqual(stands(0, -30), ["above"]);
  assert.deepEqual(stands(0, 30), ["below"]);
  assert.deepEqual(stands(30, 30), ["right of", "below"]); // 28 / 42.4 = 0.66 each
  assert.deepEqual(stands(30, 16), ["right of"]); // 14 / 34 = 0.41
  const wide = { x: -20, y: 0, width: 40, height: 10 };
  assert.deepEqual(relationsOf(square(5, 0), wide), []); // centres 10 apart, margin 5
});

Deno.test("what a scene shows, by GenEval's rules", () => {
  const world = worldOf("nano");
  const cat: SceneObject = { concept: "cat", x: 8, y: 8, size: 14 };
  const redCat: SceneObject = { ...cat, color: "red", x: 40 };
  const blueDog: SceneObject = { concept: "dog", color: "blue", x: 8, y: 40, size: 14 };
  const shows = (caption: string, ...objects: SceneObject[]) => {
    const scene: Scene = { background: "sky", style: "fluent-flat", objects };
    return matches(parseCaption(caption, world), scene);
  };
  assert(shows("a cat", cat, redCat, blueDog));
  assert(!shows("a cat", blueDog));
  assert(!shows("a cat and a dog", cat, redCat));
  assert(shows("two cats", cat, redCat, blueDog));
  assert(!shows("two cats", cat));
  assert(!shows("two cats", cat, redCat, { ...cat, y: 56 }), "Expected exactly two");
  assert(shows("a red cat", cat, redCat));
  assert(!shows("a red cat", cat), "Expected no tint to be no colour");
  assert(shows("a cat above a dog", cat, blueDog));
  assert(!shows("a dog above a cat", cat, blueDog));
  assert(!shows("a cat to the left of a dog", cat, blueDog));
  assert(!shows("a cat above a dog", cat, { ...redCat, y: 56 }, blueDog), "Expected every pair");
  assert(shows("a red cat and a blue dog", redCat, blueDog));
  assert(!shows("a blue cat and a red dog", redCat, blueDog));
});

Deno.test("the same stream gives the same example, whatever was drawn before", async () => {
  const scenes = await emojiScenes({ preset: "nano", seed: 0 });
  for (const kind of ["caption", "reading", "edit"] as const) {
    const first = scenes[kind](new Random(0, kind, 5));
    scenes[kind](new Random(0, kind, 4));
    assert.deepEqual(scenes[kind](new Random(0, kind, 5)), first);
    assert.notDeepEqual(scenes[kind](new Random(1, kind, 5)), first);
  }
  assert.deepEqual(scenes.textCorpus(50), scenes.textCorpus(100).slice(0, 50));
});

Deno.test("what a world does not have is refused by name", async () => {
  const world = worldOf("nano");
  const sprites = await loadSprites(world);
  const scene: Scene = { background: "moon", style: "fluent-flat", objects: [] };
  assert.throws(() => drawScene(scene, sprites, world), /sky, mint, lilac, but found "moon"/);
  const pizza = {
    ...scene,
    background: "sky",
    objects: [{ concept: "pizza", x: 8, y: 8, size: 14 }],
  };
  assert.throws(() => drawScene(pizza, sprites, world), /found fluent-flat, pizza, 14/);
  assert.throws(() => worldOf("huge"), /one of nano, small, base, but found "huge"/);
  await assert.rejects(emojiScenes({ preset: "constructor" }), /found "constructor"/);
});
