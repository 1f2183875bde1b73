/**
 * Drawings of the concepts, small and with alpha, out of the emoji sets: Fluent Emoji (flat and 3D,
 * MIT) and Noto Emoji (Apache-2.0); see NOTICE.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { z } from "zod";
import { CONCEPTS } from "./concepts.ts";
import type { Color } from "./scene.ts";
import { type Sprite, tint } from "./sprite.ts";
import type { Style, World } from "./world.ts";

/** Every drawing that a world's scenes need; tinted ones are made when first asked for. */
export class Sprites {
  readonly #drawings: ReadonlyMap<string, Sprite>;
  readonly #tinted = new Map<string, Sprite>();

  /** Use `loadSprites`. */
  constructor(drawings: ReadonlyMap<string, Sprite>) {
    this.#drawings = drawings;
  }

  /**
   * The drawing of a concept, tinted, or in its own colours where `color` is `undefined`.
   *
   * @throws {RangeError} for a style, concept or size that the world does not have.
   */
  get(style: string, concept: string, color: Color | undefined, size: number): Sprite {
    const drawn = this.#drawings.get(spriteKey(style, concept, size));
    if (drawn === undefined) {
      throw new RangeError(
        `Expected a style, concept and size of this world, but found ${style}, ${concept}, ${size}`,
      );
    }
    if (color === undefined) return drawn;
    const key = `${spriteKey(style, concept, size)}/${color}`;
    let tinted = this.#tinted.get(key);
    if (tinted === undefined) this.#tinted.set(key, tinted = tint(drawn, color));
    return tinted;
  }
}

const loaded = new Map<World, Promise<Sprites>>();

/**
 * Draws every concept of a world in every style and size, once a process.
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
export function loadSprites(world: World): Promise<Sprites> {
  let sprites = loaded.get(world);
  if (sprites === undefined) loaded.set(world, sprites = rasterize(world));
  return sprites;
}

async function rasterize(world: World): Promise<Sprites> {
  const drawings = new Map<string, Sprite>();
  for (const style of world.styles) {
    const source = await SOURCES[style]();
    await Promise.all(world.concepts.map(async (concept) => {
      const original = await source(concept);
      for (const size of world.objectSizes) {
        drawings.set(spriteKey(style, concept, size), await shrink(original, size));
      }
    }));
  }
  return new Sprites(drawings);
}

const spriteKey = (style: string, concept: string, size: number) => `${style}/${concept}/${size}`;

/** The picture without its empty margin, as large as the square allows, in the square's middle. */
async function shrink(original: Uint8Array, size: number): Promise<Sprite> {
  const transparent = { r: 0, g: 0, b: 0, alpha: 0 };
  const trimmed = await sharp(original).trim({ background: transparent, threshold: 1 }).png()
    .toBuffer();
  const rgba = await sharp(trimmed).resize(size, size, { fit: "contain", background: transparent })
    .ensureAlpha().raw().toBuffer();
  return { size, rgba: new Uint8Array(rgba) };
}

/** Gives a concept's drawing as the bytes of a file that sharp reads. */
type Source = (concept: string) => Promise<Uint8Array>;

const SOURCES: Readonly<Record<Style, () => Promise<Source>>> = {
  "fluent-flat": () => iconSource("@iconify-json/fluent-emoji-flat/icons.json"),
  "noto": () => iconSource("@iconify-json/noto/icons.json"),
  "fluent-3d": () =>
    Promise.resolve(async (concept) => {
      const file = `@lobehub/fluent-emoji-3d/assets/${CONCEPTS[concept].codePoints}.webp`;
      return new Uint8Array(await readFile(packageFile(file)));
    }),
};

const IconSet = z.object({
  width: z.number().default(16),
  height: z.number().default(16),
  icons: z.record(
    z.string(),
    z.object({ body: z.string(), width: z.number().optional(), height: z.number().optional() }),
  ),
});

async function iconSource(file: string): Promise<Source> {
  const set = IconSet.parse(JSON.parse(await readFile(packageFile(file), "utf8")));
  return (concept) => {
    const icon = set.icons[CONCEPTS[concept].icon];
    const width = icon.width ?? set.width, height = icon.height ?? set.height;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
      viewBox="0 0 ${width} ${height}" width="128" height="128">${icon.body}</svg>`;
    return Promise.resolve(new TextEncoder().encode(svg));
  };
}

function packageFile(specifier: string): string {
  return fileURLToPath(import.meta.resolve(specifier));
}
