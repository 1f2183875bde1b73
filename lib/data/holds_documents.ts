/** Which of two kinds a folder is: documents of text and pictures, or pictures with captions. */
import { readLines } from "../files/mod.ts";
import { z } from "../packages/zod.ts";
import { expectPath } from "../runtime/mod.ts";
import { RECORDS } from "./folder_captions.ts";
import { SHARD } from "./interleaved_shards.ts";
import { filesIn } from "./picture_folder.ts";

/** What tells a document from a record of a picture and its caption. */
const WithTexts = z.object({ text_list: z.array(z.unknown()) });

/**
 * Whether {@link interleavedFolder} is what reads a folder, with its sub-folders: a line of one of its
 * `.jsonl` files has a `text_list`. Files of captions, `captions.jsonl` and `metadata.jsonl`, are not
 * looked into, and what cannot be read is no document.
 *
 * @throws PictureError where there is no such folder, or none that may be read
 *
 * @example
 * ```ts
 * import { holdsDocuments } from "./holds_documents.ts";
 *
 * const path = await Deno.makeTempDir();
 * if (await holdsDocuments(path)) throw new Error("Expected nothing in it");
 * const line = { text_list: ["A cat."], image_info: [] };
 * await Deno.writeTextFile(`${path}/docs.jsonl`, JSON.stringify(line));
 * if (!await holdsDocuments(path)) throw new Error("Expected a document");
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export async function holdsDocuments(path: string): Promise<boolean> {
  expectPath(path);
  for (const { name, path: shard } of await filesIn(path)) {
    const ofCaptions = RECORDS.some((records) => name.split("/").at(-1) === records);
    if (!SHARD.test(name) || ofCaptions) continue;
    const lines = await readLines(shard).catch(() => []);
    if (lines.some(({ text }) => isDocument(text))) return true;
  }
  return false;
}

function isDocument(line: string): boolean {
  try {
    return WithTexts.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
}
