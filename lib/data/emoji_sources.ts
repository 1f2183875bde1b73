/** The emoji sets that pictures are drawn from, out of their packages. See NOTICE. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import sharp from "../packages/sharp.ts";
import { z } from "../packages/zod.ts";
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
export async function iconSource(packageName: string): Promise<Source> {
  const set = IconSet.parse(await packageJson(`${packageName}/icons.json`));
  return (name) => {
    if (!Object.hasOwn(set.icons, name)) return Promise.resolve(undefined);
    const icon = set.icons[name];
    const width = icon.width ?? set.width, height = icon.height ?? set.height;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
      viewBox="0 0 ${width} ${height}" width="128" height="128">${icon.body}</svg>`;
    return Promise.resolve(new TextEncoder().encode(svg));
  };
}

/** Fluent Emoji in 3D, by code points such as `2764-fe0f`. */
export const fluent3dSource: Source = async (codePoints) => {
  const file = packageFile(`@lobehub/fluent-emoji-3d/assets/${codePoints}.webp`);
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw error;
  }
};

/** A JSON file of a package. */
export async function packageJson(specifier: string): Promise<unknown> {
  return JSON.parse(await readFile(packageFile(specifier), "utf8"));
}

function packageFile(specifier: string): string {
  return fileURLToPath(import.meta.resolve(specifier));
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
