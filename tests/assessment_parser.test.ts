/** The scene parser reads scenes right out of pictures, sharp and degraded, and makes nothing up. */
import assert from "node:assert/strict";
import { type ParsedScene, UNKNOWN } from "../lib/worlds/emoji/parser/parsed_scene.ts";
import { SceneParser } from "../lib/worlds/emoji/parser/scene_parser.ts";
import { drawScene } from "../lib/worlds/emoji/draw.ts";
import type { Picture } from "../lib/data/picture.ts";
import { randomScene } from "../lib/worlds/emoji/random_scenes.ts";
import { COLORS, type Scene } from "../lib/worlds/emoji/scene.ts";
import { loadSprites } from "../lib/worlds/emoji/sprites.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";
import { Random } from "../lib/runtime/random.ts";
import { blended, blurred, joined, noisy, recolored } from "./assessment_pictures.ts";

const world = worldOf("nano");
const sprites = await loadSprites(world);
const parser = SceneParser.create(world, sprites);
const draw = (scene: Scene) => drawScene(scene, sprites, world);

/** The share of a scene's objects that were seen: the concept, the tint, the place within 3 px. */
function found(scene: Scene, { objects }: ParsedScene): number {
  const hits = scene.objects.filter(({ concept, color, x, y }) =>
    objects.some(({ box, ...seen }) =>
      seen.concept === concept && (color === undefined || seen.color === color) &&
      Math.abs(box.x + box.width / 2 - x) <= 3 && Math.abs(box.y + box.height / 2 - y) <= 3
    )
  );
  return hits.length / scene.objects.length;
}

function known(picture: Picture) {
  return parser.parse(picture).objects.filter(({ concept }) => concept !== UNKNOWN);
}

Deno.test("2,000 true scenes are read without a mistake in 99.5 % of them", () => {
  let right = 0;
  for (let i = 0; i < 2000; i++) {
    const scene = randomScene(world, new Random(0, "true scenes", i));
    const parsed = parser.parse(draw(scene));
    right += Number(
      found(scene, parsed) === 1 && parsed.objects.length === scene.objects.length &&
        parsed.background === scene.background,
    );
  }
  assert.ok(right >= 1990, `${right} of 2000`);
});

const DEGRADED: Record<string, (picture: Picture, random: Random) => Picture | Promise<Picture>> = {
  "blur of 0.7 px": (picture) => blurred(picture, 0.7),
  "noise of 8": (picture, random) => noisy(picture, 8, random),
  "colors off by up to 20": (picture, random) => recolored(picture, 20, random),
  "all three": async (picture, random) =>
    recolored(noisy(await blurred(picture, 0.7), 8, random), 20, random),
};

for (const [name, degrade] of Object.entries(DEGRADED)) {
  Deno.test(`98 % of objects are found in pictures with ${name}`, async () => {
    let share = 0;
    for (let i = 0; i < 100; i++) {
      const random = new Random(0, name, i);
      const scene = randomScene(world, random);
      share += found(scene, parser.parse(await degrade(draw(scene), random))) / 100;
    }
    assert.ok(share >= 0.98, `${share}`);
  });
}

Deno.test("objects that touch come apart", () => {
  const objects = [
    { concept: "heart", color: "red", x: 24, y: 24, size: 14 },
    { concept: "car", color: "blue", x: 38, y: 24, size: 14 },
    { concept: "apple", color: "red", x: 24, y: 38, size: 14 },
  ] as const;
  const scene = { background: "sky", style: "fluent-flat", objects };
  assert.equal(found(scene, parser.parse(draw(scene))), 1);
  assert.equal(known(draw(scene)).length, 3);
});

/** Two different things in one place on one background, in one colour or their own. */
function pair(random: Random): [Picture, Picture] {
  const concepts = random.sample(world.concepts, 2);
  const background = random.pick(world.backgrounds).name;
  const color = random.pick([undefined, ...COLORS]);
  const [a, b] = concepts.map((concept) => {
    const object = { concept, x: 24, y: 40, size: 14, ...(color === undefined ? {} : { color }) };
    return draw({ background, style: world.styles[0], objects: [object] });
  });
  return [a, b];
}

/** The share of 150 pictures in which something is recognised. */
function accepted(name: string, make: (a: Picture, b: Picture) => Picture): number {
  const pictures = Array.from({ length: 150 }, (_, i) => make(...pair(new Random(0, name, i))));
  return pictures.filter((picture) => known(picture).length > 0).length / pictures.length;
}

Deno.test("half a heart and half a cat is neither", () => {
  const share = accepted("halves", (a, b) => joined(a, b, 24));
  assert.ok(share <= 0.05, `${share}`);
});

Deno.test("two things shining through each other are neither", () => {
  const share = accepted("blends", blended);
  assert.ok(share <= 0.08, `${share}`);
});

Deno.test("a background alone, grained or not, shows nothing", () => {
  for (const { name } of world.backgrounds) {
    const empty = draw({ background: name, style: world.styles[0], objects: [] });
    assert.deepEqual(parser.parse(empty), { background: name, objects: [] });
    assert.deepEqual(parser.parse(noisy(empty, 12, new Random(0, name))).objects, []);
  }
});

Deno.test("a picture of another size is refused", () => {
  const picture = { width: 32, height: 64, data: new Uint8Array(32 * 64 * 3) };
  assert.throws(
    () => parser.parse(picture),
    /Expected a picture of 64 × 64 pixels, or of a multiple of that, but found 32 × 64/,
  );
});

Deno.test("the small world's three styles and two sizes are read too", async () => {
  const small = worldOf("small");
  const drawings = await loadSprites(small);
  const reader = SceneParser.create(small, drawings);
  let right = 0;
  for (let i = 0; i < 60; i++) {
    const scene = randomScene(small, new Random(0, "small", i));
    const seen = reader.parse(drawScene(scene, drawings, small)).objects;
    const names = (objects: readonly { concept: string }[]) =>
      objects.map(({ concept }) => concept).sort().join();
    right += Number(names(seen) === names(scene.objects));
  }
  assert.ok(right >= 57, `${right} of 60`);
});
