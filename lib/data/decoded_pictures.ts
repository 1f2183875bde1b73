/** The pictures of a folder: decoded side by side, and kept in memory while there is room. */
import type { FolderFile } from "./folder_files.ts";
import { type Picture, PictureError, pictureOf, readPicture } from "./picture.ts";

/** Bytes of pictures that are kept in memory, at most: 43,000 pictures of 64 × 64 pixels. */
const KEPT_BYTES = 2 ** 29;

/** Pictures that are decoded side by side. */
const TOGETHER = 16;

export interface DecodeOptions {
  /** Width and height that pictures are brought to, in pixels. */
  readonly size: number;
  /** Told as pictures are read: how many, and of how many. */
  readonly progress?: (done: number, total: number) => void;
  /** Stops the reading. */
  readonly signal?: AbortSignal;
}

export interface DecodedPictures {
  /** A picture by its path below the folder: from memory, or decoded again. */
  readonly pictures: (file: string) => Picture | Promise<Picture>;
  /** Whether all stay in memory. */
  readonly isKept: boolean;
}

/**
 * Decodes every file once, in order.
 *
 * @param took told each file with its picture, or with what was found in the place of one
 */
export async function decodePictures(
  files: readonly FolderFile[],
  { size, progress, signal }: DecodeOptions,
  took: (file: FolderFile, found: Picture | string) => void,
): Promise<DecodedPictures> {
  let kept: Map<string, Picture> | undefined = new Map();
  for (let start = 0; start < files.length; start += TOGETHER) {
    signal?.throwIfAborted();
    const some = files.slice(start, start + TOGETHER);
    const read = await Promise.all(some.map((file) => pictureOrReason(file, size)));
    for (const [i, found] of read.entries()) {
      took(some[i], found);
      if (typeof found !== "string") kept?.set(some[i].name, found);
    }
    if (kept !== undefined && kept.size * size ** 2 * 3 > KEPT_BYTES) kept = undefined;
    progress?.(Math.min(start + TOGETHER, files.length), files.length);
  }
  const fileOf = new Map(files.map((file) => [file.name, file]));
  return {
    pictures: (file) => kept?.get(file) ?? readPicture(fileOf.get(file)!.path, { size }),
    isKept: kept !== undefined,
  };
}

/** A picture of its own; where it cannot be read, what was found in its place. */
async function pictureOrReason(file: FolderFile, size: number): Promise<Picture | string> {
  try {
    return pictureOf(await readPicture(file.path, { size }));
  } catch (error) {
    if (error instanceof PictureError) return error.message;
    throw error;
  }
}
