/** From a scene to its picture. */
import { type Picture, pictureOf } from "../../data/picture.ts";
import type { Scene } from "./scene.ts";
import type { Sprites } from "./sprites.ts";
import type { Sprite } from "./sprite.ts";
import type { Rgb, World } from "./world.ts";

/**
 * Draws a scene: its plain background, then its objects in order, each in the square of
 * `size × size` pixels around its centre. What stands outside the picture is cut off. With enlarged
 * sprites the picture is as many times larger.
 *
 * @throws {RangeError} for a background, style, concept or size that the world does not have.
 *
 * @example
 * ```ts
 * import { drawScene } from "./draw.ts";
 * import { loadSprites } from "./sprites.ts";
 * import { worldOf } from "./world.ts";
 *
 * const world = worldOf("nano");
 * const objects = [{ concept: "cat", x: 24, y: 40, size: 14 }];
 * const scene = { background: "sky", style: "fluent-flat", objects };
 * const picture = drawScene(scene, await loadSprites(world), world);
 * if (picture.width !== 64 || picture.height !== 64) throw new Error("Expected 64 × 64 pixels");
 * ```
 */
export function drawScene(scene: Scene, sprites: Sprites, world: World): Picture {
  const { scale } = sprites;
  const picture = plain(scale * world.pictureSize, backgroundOf(scene, world));
  for (const object of scene.objects) {
    const sprite = sprites.get(scene.style, object.concept, object.color, object.size);
    paste(picture, sprite, scale * object.x, scale * object.y);
  }
  return picture;
}

function backgroundOf(scene: Scene, world: World): Rgb {
  const background = world.backgrounds.find(({ name }) => name === scene.background);
  if (background === undefined) {
    const names = world.backgrounds.map(({ name }) => name).join(", ");
    throw new RangeError(
      `Expected a background that is one of ${names}, but found "${scene.background}"`,
    );
  }
  return background.rgb;
}

function plain(size: number, rgb: Rgb): Picture {
  const data = new Uint8Array(size * size * 3);
  data.set(rgb);
  for (let filled = 3; filled < data.length; filled *= 2) data.copyWithin(filled, 0, filled);
  return pictureOf({ width: size, height: size, data });
}

/** Alpha compositing, "over": alpha · sprite + (1 − alpha) · picture. */
function paste(picture: Picture, sprite: Sprite, x: number, y: number): void {
  const left = Math.round(x - sprite.size / 2), top = Math.round(y - sprite.size / 2);
  for (let row = Math.max(0, -top); row < Math.min(sprite.size, picture.height - top); row++) {
    for (
      let column = Math.max(0, -left);
      column < Math.min(sprite.size, picture.width - left);
      column++
    ) {
      const from = (row * sprite.size + column) * 4;
      const to = ((top + row) * picture.width + left + column) * 3;
      const alpha = sprite.rgba[from + 3] / 255;
      for (let channel = 0; channel < 3; channel++) {
        const under = picture.data[to + channel];
        picture.data[to + channel] = Math.round(
          under + (sprite.rgba[from + channel] - under) * alpha,
        );
      }
    }
  }
}
