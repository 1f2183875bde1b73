/**
 * Writes a file so that a reader, or a crash at any moment, finds either the old file or the whole
 * new one: into a new file in the same folder, to the disk, then renamed.
 */
import { basename, dirname, join } from "node:path";

/**
 * Replaces the file at `path` by `content` in one step. Where anything fails, an existing file
 * stays as it was. Throws when the folder does not exist or may not be written.
 *
 * @example
 * ```ts
 * import { writeFileAtomic } from "./atomic_file.ts";
 *
 * const path = await Deno.makeTempFile();
 * await writeFileAtomic(path, "two red hearts");
 * if (await Deno.readTextFile(path) !== "two red hearts") throw new Error("Expected the text");
 * await Deno.remove(path);
 * ```
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`);
  try {
    await writeToDisk(temporary, bytes);
    await Deno.rename(temporary, path);
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {});
    throw new Error(`Expected to write ${path}, but found: ${reason(cause)}`, { cause });
  }
}

async function writeToDisk(path: string, bytes: Uint8Array): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
  await file.syncData();
}

/** What the system said, without the temporary name. */
function reason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replace(/: (open|rename|write) '.*$/, "");
}
