/** The emoji sets that pictures are drawn from, out of their packages. See NOTICE. */
import { readFile } from "node:fs/promises";
import { emojiFile, type EmojiPackage } from "../../packages/emoji.ts";
import sharp from "../../packages/sharp.ts";
import { z } from "../../packages/zod.ts";
import type { Sprite } from "./sprite.ts";

/** A drawing as the bytes of a file that sharp reads; undefined where a set lacks it. */
export type Source = (key: string) => Promise<Uint8Array | undefined>;

const IconSet = z.object({
  width: z.number().default(16),
  height: z.number().default(16),
  icons: z.record(
    z.string(),
    z.object({ body: z.string(), width: z.number().optional(), height: z.number().optional() }),
  ),
});

/** The drawings of an icon set in Iconify's format, by icon name. */
export async function iconSource(set: EmojiPackage): Promise<Source> {
  const drawn = IconSet.parse(await emojiJson(set, "icons.json"));
  return (name) => {
    if (!Object.hasOwn(drawn.icons, name)) return Promise.resolve(undefined);
    const icon = drawn.icons[name];
    const width = icon.width ?? drawn.width, height = icon.height ?? drawn.height;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
      viewBox="0 0 ${width} ${height}" width="128" height="128">${icon.body}</svg>`;
    return Promise.resolve(new TextEncoder().encode(svg));
  };
}

/** Fluent Emoji in 3D, by code points such as `2764-fe0f`. */
export const fluent3dSource: Source = async (codePoints) => {
  const file = emojiFile("fluent-3d", `assets/${codePoints}.webp`);
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
};

/** A JSON file of a set. */
export async function emojiJson(set: EmojiPackage, path: string): Promise<unknown> {
  return JSON.parse(await readFile(emojiFile(set, path), "utf8"));
}

/** The picture without its empty margin, as large as the square allows, in the square's middle. */
export async function shrink(original: Uint8Array, size: number): Promise<Sprite> {
  const transparent = { r: 0, g: 0, b: 0, alpha: 0 };
  const trimmed = await sharp(original).trim({ background: transparent, threshold: 1 }).png()
    .toBuffer();
  const rgba = await sharp(trimmed).resize(size, size, { fit: "contain", background: transparent })
    .ensureAlpha().raw().toBuffer();
  return { size, rgba: new Uint8Array(rgba) };
}
