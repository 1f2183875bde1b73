/**
 * Drawings of the concepts, small and with alpha, out of the emoji sets: Fluent Emoji (flat and 3D,
 * MIT) and Noto Emoji (Apache-2.0); see NOTICE.
 */
import { CONCEPTS } from "./concepts.ts";
import { fluent3dSource, iconSource, shrink } from "./emoji_sources.ts";
import { type Color, COLORS } from "./scene.ts";
import { type Sprite, tint } from "./sprite.ts";
import type { Style, World } from "./world.ts";

/** Every drawing that a world's scenes need; tinted ones are made when first asked for. */
export class Sprites {
  readonly #drawings: ReadonlyMap<string, Sprite>;
  readonly #tinted = new Map<string, Sprite>();

  /** Use `loadSprites`. */
  constructor(
    drawings: ReadonlyMap<string, Sprite>,
    /** How many times larger they are drawn than their world has them. */
    readonly scale: number,
  ) {
    this.#drawings = drawings;
  }

  /**
   * The drawing of a concept, tinted, or in its own colours where `color` is `undefined`.
   *
   * @throws {RangeError} for a style, concept or size that the world does not have, or a colour that
   * there is not.
   */
  get(style: string, concept: string, color: Color | undefined, size: number): Sprite {
    const drawn = this.#drawings.get(spriteKey(style, concept, size));
    if (drawn === undefined) {
      throw new RangeError(
        `Expected a style, concept and size of this world, but found ${style}, ${concept}, ${size}`,
      );
    }
    if (color === undefined) return drawn;
    if (!COLORS.includes(color)) {
      throw new RangeError(
        `Expected a colour that is one of ${COLORS.join(", ")}, but found ${color}`,
      );
    }
    const key = `${spriteKey(style, concept, size)}/${color}`;
    let tinted = this.#tinted.get(key);
    if (tinted === undefined) this.#tinted.set(key, tinted = tint(drawn, color));
    return tinted;
  }
}

const loaded = new Map<World, Map<number, Promise<Sprites>>>();

/**
 * Draws every concept of a world in every style and size, once a process.
 *
 * @param scale how many times larger than the world has them
 *
 * @example
 * ```ts
 * import { loadSprites } from "./sprites.ts";
 * import { worldOf } from "./world.ts";
 *
 * const sprites = await loadSprites(worldOf("nano"));
 * const heart = sprites.get("fluent-flat", "heart", "blue", 14);
 * if (heart.rgba.length !== 14 * 14 * 4) throw new Error("Expected 14 × 14 pixels");
 * ```
 */
export function loadSprites(world: World, scale = 1): Promise<Sprites> {
  let scales = loaded.get(world);
  if (scales === undefined) loaded.set(world, scales = new Map());
  let sprites = scales.get(scale);
  if (sprites === undefined) scales.set(scale, sprites = rasterize(world, scale));
  return sprites;
}

async function rasterize(world: World, scale: number): Promise<Sprites> {
  const drawings = new Map<string, Sprite>();
  for (const style of world.styles) {
    const source = await SOURCES[style]();
    await Promise.all(world.concepts.map(async (concept) => {
      const original = await source(concept);
      for (const size of world.objectSizes) {
        drawings.set(spriteKey(style, concept, size), await shrink(original, scale * size));
      }
    }));
  }
  return new Sprites(drawings, scale);
}

const spriteKey = (style: string, concept: string, size: number) => `${style}/${concept}/${size}`;

/** Gives a concept's drawing. */
const SOURCES: Readonly<Record<Style, () => Promise<(concept: string) => Promise<Uint8Array>>>> = {
  "fluent-flat": () => byIcon("fluent-flat"),
  "noto": () => byIcon("noto"),
  "fluent-3d": () =>
    Promise.resolve(async (concept) => (await fluent3dSource(CONCEPTS[concept].codePoints))!),
};

async function byIcon(set: Style) {
  const source = await iconSource(set);
  return async (concept: string) => (await source(CONCEPTS[concept].icon))!;
}
