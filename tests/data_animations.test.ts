/** Animations: one thing changes a frame, and the frames that are shown tell the one that is asked for. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ASKED_FRAMES, type AskedFrame } from "../lib/recipes/mod.ts";
import { Random } from "../lib/runtime/random.ts";
import { ANIMATIONS, askedFrame, randomAnimation } from "../lib/worlds/emoji/animations.ts";
import { apart, boxOf } from "../lib/worlds/emoji/placement.ts";
import { COLORS, type Scene, type SceneObject } from "../lib/worlds/emoji/scene.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";

/** The lattice's step in the worlds of this project. */
const STEP = 16;

const keyOf = ({ concept, color, size, x, y }: SceneObject) =>
  [concept, color, size, x, y].join(" ");

/** A scene up to the order of its things. */
const plain = ({ background, style, objects }: Scene) => [
  background,
  style,
  ...objects.map(keyOf).sort(),
];

/** What is in one scene and not in another. */
const without = (one: Scene, other: Scene) =>
  one.objects.filter((object) => !other.objects.some((same) => keyOf(same) === keyOf(object)));

/** What happens from one scene to a later one, in one frame or in several. */
function difference(before: Scene, after: Scene) {
  const byColumn = (a: SceneObject, b: SceneObject) => a.x - b.x;
  return {
    gone: without(before, after).sort(byColumn),
    come: without(after, before).sort(byColumn),
  };
}

/** The frame that is asked for, by the frames that are shown alone. */
function told(asked: AskedFrame, shown: readonly Scene[]): Scene {
  const [first, second] = asked === "next" ? shown.slice(-2) : shown;
  const { gone, come } = difference(first, second);
  const replace = (scene: Scene, old: readonly SceneObject[], fresh: readonly SceneObject[]) => ({
    ...scene,
    objects: [
      ...scene.objects.filter((object) => !old.some((one) => keyOf(one) === keyOf(object))),
      ...fresh,
    ],
  });
  /** A number between what one thing was in the first frame and is in the second; or beyond. */
  const at = { next: 2, previous: -1, missing: 0.5 }[asked];
  if (gone.length === 1 && come.length === 1) {
    const [a, b] = [gone[0], come[0]];
    if (a.color === b.color) {
      const place = { x: a.x + at * (b.x - a.x), y: a.y + at * (b.y - a.y) };
      return replace(first, [a], [{ ...a, ...place }]);
    }
    const [from, to] = [a, b].map(({ color }) => COLORS.indexOf(color!));
    const turns = (to - from + COLORS.length) % COLORS.length;
    const color = COLORS[(from + at * turns + COLORS.length) % COLORS.length];
    return replace(first, [a], [{ ...a, color }]);
  }
  if (gone.length === 0) {
    const [leftmost] = come;
    if (asked === "missing") return replace(first, [], [leftmost]);
    if (asked === "next") return replace(second, [], [{ ...leftmost, x: leftmost.x + STEP }]);
    return replace(first, [{ ...leftmost, x: leftmost.x - STEP }], []);
  }
  const rightmost = gone[gone.length - 1];
  if (asked === "missing") return replace(first, [rightmost], []);
  if (asked === "next") return replace(second, [{ ...rightmost, x: rightmost.x - STEP }], []);
  return replace(first, [], [{ ...rightmost, x: rightmost.x + STEP }]);
}

for (const preset of ["nano", "small"]) {
  const world = worldOf(preset);

  Deno.test(`${preset}: in each frame things stand apart, and from one to the next one changes`, () => {
    const kinds = new Map<string, number>();
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { kind, frames } = randomAnimation(world, new Random(seed));
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        assert(frames.length === 3 || frames.length === 4);
        for (const { objects, background, style } of frames) {
          assert.deepEqual([background, style], [frames[0].background, frames[0].style]);
          assert(objects.length >= 1 && objects.length <= 4, `${objects.length} things`);
          objects.forEach((a, i) => {
            assert(world.lattice.includes(a.x) && world.lattice.includes(a.y), keyOf(a));
            const { x, y, width } = boxOf(a);
            assert(x >= 0 && y >= 0 && x + width <= 64 && y + width <= 64, keyOf(a));
            assert(objects.slice(0, i).every((b) => apart(a, b, world)));
          });
        }
        const changes = { move: "1 1", tint: "1 1", come: "0 1", go: "1 0" }[kind];
        frames.slice(1).forEach((frame, i) => {
          const { gone, come } = difference(frames[i], frame);
          assert.equal(`${gone.length} ${come.length}`, changes, kind);
          if (kind !== "move") return;
          const [way, far] = [gone[0].x - come[0].x, gone[0].y - come[0].y].map(Math.abs);
          assert.deepEqual([way, far].sort((a, b) => a - b), [0, STEP]);
        });
      }),
      { numRuns: 400 },
    );
    for (const kind of ANIMATIONS) assert((kinds.get(kind) ?? 0) > 50, `${kind} is rare`);
  });

  Deno.test(`${preset}: the frames that are shown tell the one that is asked for`, () => {
    const asked = fc.constantFrom(...ASKED_FRAMES);
    fc.assert(
      fc.property(fc.nat(), asked, (seed, asked) => {
        const random = new Random(seed);
        const { frames, kind } = randomAnimation(world, random);
        const { shown, wanted } = askedFrame(asked, frames, random);
        assert.equal(shown.length, asked === "missing" ? 2 : frames.length - 1);
        assert.deepEqual(plain(told(asked, shown)), plain(wanted), `${kind} ${asked}`);
      }),
      { numRuns: 1000 },
    );
  });
}

Deno.test("a world without room for rows of things has no animations", () => {
  const nano = worldOf("nano");
  for (const lattice of [[8, 40], [8, 18, 28, 38], [56, 40, 24, 8]]) {
    assert.throws(
      () => randomAnimation({ ...nano, lattice }, new Random(0)),
      { name: "RangeError", message: new RegExp(`found \\[${lattice.join(", ")}\\] in the nano`) },
    );
  }
  const three = randomAnimation({ ...nano, lattice: [8, 24, 40] }, new Random(0));
  assert.equal(three.frames.length, 3);
});
