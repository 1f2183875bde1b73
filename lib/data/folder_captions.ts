/** Which captions a folder gives to which of its pictures. */
import { readLines, readRecords } from "../files/records.ts";
import { z } from "../packages/zod.ts";
import { LONGEST_CAPTION } from "../text/language.ts";
import { captionWords } from "../text/plain_language.ts";
import type { FolderFile } from "./folder_files.ts";
import type { Skipped } from "./skipped.ts";

/** Files that say in records what pictures show; the second name is that of Hugging Face's folders. */
export const RECORDS = ["captions.jsonl", "metadata.jsonl"] as const;

const PICTURE = /\.(?:png|jpe?g|jfif|webp|gif|tiff?|avif|svg|bmp|heic|heif|jxl)$/i;
const TEXT = /\.txt$/i;

/** Further fields are let pass. */
const RECORD = {
  what: "a record of a picture and its caption",
  schema: z.object({ file_name: z.string().min(1), text: z.string() }),
};

export interface FolderCaptions {
  /** The pictures in order, each with its captions. */
  readonly pictures: readonly {
    readonly file: FolderFile;
    readonly captions: readonly string[];
  }[];
  readonly skipped: readonly Skipped[];
}

/**
 * Captions of pictures: every line of the `.txt` of the same stem, and then every record of a
 * `captions.jsonl` or `metadata.jsonl` that names the picture, by its path from that file's folder.
 *
 * @throws RangeError for a line of such a file that is no record, naming file and line
 */
export async function folderCaptions(files: readonly FolderFile[]): Promise<FolderCaptions> {
  const skipped: Skipped[] = [];
  const captionsOf = new Map<string, string[]>();
  const firstOfStem = new Map<string, FolderFile>();
  for (const file of files.filter(({ name }) => PICTURE.test(name))) {
    const first = firstOfStem.get(stemOf(file.name));
    if (first === undefined) {
      firstOfStem.set(stemOf(file.name), file);
      captionsOf.set(file.name, []);
    } else skipped.push({ file: file.name, reason: "same name", found: first.name });
  }
  /** Pictures of which a caption was skipped: they have one, if none that can be used. */
  const spokenOf = new Set<string>();
  const skip = (picture: string | undefined, each: Skipped) => {
    skipped.push(each);
    if (picture !== undefined) spokenOf.add(picture);
  };
  const add = (caption: string, picture: string | undefined, file: string) => {
    const captions = picture === undefined ? undefined : captionsOf.get(picture);
    const short = caption.length > 60 ? `${caption.slice(0, 60)}…` : caption;
    if (captions === undefined) skip(picture, { file, reason: "no picture", found: short });
    else if (caption.length > LONGEST_CAPTION) {
      skip(picture, { file, reason: "long caption", found: `${caption.length} characters` });
    } else if (captionWords(caption).length === 0) {
      skip(picture, { file, reason: "empty caption", found: JSON.stringify(caption) });
    } else captions.push(caption);
  };

  for (const { name, path } of files.filter(({ name }) => TEXT.test(name))) {
    const picture = firstOfStem.get(stemOf(name))?.name;
    try {
      for (const { text } of await readLines(path, "captions")) add(text, picture, name);
    } catch (error) {
      const { message, cause } = error as Error;
      // Who has nothing but blank lines has a text, though an empty one.
      const isEmpty = error instanceof RangeError && cause === undefined;
      const reason = isEmpty ? "empty caption" : "unreadable caption";
      skip(picture, { file: name, reason, found: message });
    }
  }
  for (const { name, path } of files) {
    const folder = name.slice(0, name.lastIndexOf("/") + 1);
    if (!RECORDS.some((records) => name === `${folder}${records}`)) continue;
    const records = await readRecords(path, RECORD);
    records.forEach(({ file_name, text }, i) => {
      const picture = `${folder}${file_name.replace(/^\.\//, "").normalize("NFC")}`;
      add(text.trim(), picture, `${name}, record ${i + 1}: ${file_name}`);
    });
  }

  const pictures = [...firstOfStem.values()].flatMap((file) => {
    const captions = captionsOf.get(file.name)!;
    if (captions.length > 0) return [{ file, captions }];
    if (!spokenOf.has(file.name)) {
      skipped.push({ file: file.name, reason: "no caption", found: "" });
    }
    return [];
  });
  return { pictures, skipped };
}

function stemOf(name: string): string {
  return name.replace(/\.[^./]+$/, "");
}
