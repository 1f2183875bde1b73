/** Tints, and the names of colours. */
import assert from "node:assert/strict";
import { nearestColor, oklab, PALETTE } from "../lib/worlds/emoji/colors.ts";
import { COLORS } from "../lib/worlds/emoji/scene.ts";
import { loadSprites } from "../lib/worlds/emoji/sprites.ts";
import type { Sprite } from "../lib/worlds/emoji/sprite.ts";
import { type Rgb, worldOf } from "../lib/worlds/emoji/world.ts";

const small = worldOf("small");
const sprites = await loadSprites(small);

/** The red, green and blue values of a drawing's opaque pixels. */
function channels({ rgba }: Sprite): [number[], number[], number[]] {
  const seen: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < rgba.length; i += 4) {
    if (rgba[i + 3] >= 128) seen.forEach((values, c) => values.push(rgba[i + c]));
  }
  return seen;
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];

function each(visit: (sprite: Sprite, name: string, own: Sprite) => void): void {
  for (const style of small.styles) {
    for (const concept of small.concepts) {
      for (const size of small.objectSizes) {
        const own = sprites.get(style, concept, undefined, size);
        for (const color of COLORS) {
          visit(sprites.get(style, concept, color, size), color, own);
        }
      }
    }
  }
}

Deno.test("a tint is named by its mean and by its median, in every drawing", () => {
  each((sprite, color) => {
    const seen = channels(sprite);
    assert.equal(nearestColor(seen.map(mean) as unknown as Rgb), color);
    assert.equal(nearestColor(seen.map(median) as unknown as Rgb), color);
  });
});

Deno.test("most pixels of a tinted drawing wear the tint's name", () => {
  const shares: Record<string, number[]> = {};
  each((sprite, color) => {
    const [r, g, b] = channels(sprite);
    const named = r.filter((_, i) => nearestColor([r[i], g[i], b[i]]) === color);
    (shares[color] ??= []).push(named.length / r.length);
  });
  for (const color of COLORS) {
    assert(mean(shares[color]) > 0.7, `${color}: ${mean(shares[color]).toFixed(2)}`);
  }
});

Deno.test("a tint keeps the outline, and light and shade where the drawing has them", () => {
  const luma = ([r, g, b]: number[]) => 0.299 * r + 0.587 * g + 0.114 * b;
  each((sprite, color, own) => {
    const light: { before: number; after: number }[] = [];
    for (let i = 0; i < own.rgba.length; i += 4) {
      assert.equal(sprite.rgba[i + 3], own.rgba[i + 3]);
      if (own.rgba[i + 3] < 128) continue;
      const at = (s: Sprite) => luma([...s.rgba.subarray(i, i + 3)]);
      light.push({ before: at(own), after: at(sprite) });
    }
    light.sort((a, b) => a.before - b.before);
    const [darkest, lightest] = [light[0], light[light.length - 1]];
    if (lightest.before - darkest.before > 60) {
      assert(lightest.after - darkest.after > 8, `${color} lost its shading`);
    }
    light.slice(1).forEach(({ after }, i) => assert(after >= light[i].after - 2, "order of light"));
  });
});

Deno.test("backgrounds are unlike each other and unlike every colour", () => {
  const far = (a: Rgb, b: Rgb) => {
    const [p, q] = [oklab(a), oklab(b)];
    return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
  };
  for (const { name, rgb } of small.backgrounds) {
    for (const color of COLORS) {
      assert(far(rgb, PALETTE[color]) > 0.1, `${name}, ${color}: ${far(rgb, PALETTE[color])}`);
    }
    for (const other of small.backgrounds) {
      if (other.name !== name) assert(far(rgb, other.rgb) > 0.06, `${name}, ${other.name}`);
    }
  }
});
