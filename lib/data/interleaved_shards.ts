/** What the shards of a folder say, and the files of the pictures that they name. */
import { readLines } from "../files/mod.ts";
import type { FolderFile } from "./folder_files.ts";
import { type MatchedPicture, type Mmc4Document, mmc4Document } from "./mmc4.ts";
import { namedPictures } from "./named_pictures.ts";
import type { Skipped } from "./skipped.ts";

/** Files of documents. */
export const SHARD = /\.jsonl$/i;
const PACKED = /\.(?:zip|tar|tgz|(?:jsonl|tar)\.(?:gz|bz2|xz|zst))$/i;

/** A document whose pictures are found, but not yet read. */
export interface ShardDocument extends Omit<Mmc4Document, "pictures"> {
  /** Its shard and line. */
  readonly where: string;
  readonly pictures: readonly MatchedPicture<FolderFile>[];
}

/** The documents of all shards, in order, and what cannot be used of them. */
export async function readShards(
  files: readonly FolderFile[],
  leastSimilarity: number,
  signal: AbortSignal | undefined,
): Promise<{ documents: ShardDocument[]; skipped: Skipped[] }> {
  const documents: ShardDocument[] = [];
  const skipped: Skipped[] = files.filter(({ name }) => PACKED.test(name))
    .map(({ name }) => ({ file: name, reason: "packed shard", found: "" }));
  const find = namedPictures(files);
  for (const shard of files.filter(({ name }) => SHARD.test(name))) {
    signal?.throwIfAborted();
    const lines = await readLines(shard.path, "documents").catch((error: Error) => error);
    if (lines instanceof Error) {
      skipped.push({ file: shard.name, reason: "unreadable shard", found: lines.message });
      continue;
    }
    for (const { number, text } of lines) {
      const where = `${shard.name}, line ${number}`;
      const read = mmc4Document(text, where, leastSimilarity);
      skipped.push(...read.skipped);
      if (read.document === undefined) continue;
      const pictures = read.document.pictures.flatMap(({ picture, index }) => {
        const found = find(picture, shard.name);
        if (found.length === 1) return [{ picture: found[0], index }];
        skipped.push({
          file: `${where}: ${picture}`,
          reason: found.length === 0 ? "missing picture" : "same name",
          found: found.map(({ name }) => name).join(", "),
        });
        return [];
      });
      documents.push({ ...read.document, where, pictures });
    }
  }
  return { documents, skipped };
}
