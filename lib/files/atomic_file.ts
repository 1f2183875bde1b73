/**
 * Writes a file so that a reader, or a crash at any moment, finds either the old file or the whole
 * new one: into a new file in the same folder, to the disk, then renamed.
 */
import { basename, dirname, join, resolve } from "node:path";
import { brief } from "../graph/mod.ts";

/**
 * Replaces the file at `path` by `content` in one step. Where anything fails, an existing file
 * stays as it was. A symbolic link stays one: the file that it leads to is replaced. Throws when the folder does not exist or may not be written.
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
export function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  return writeFilesAtomic({ [path]: content });
}

/**
 * Replaces files that belong together, by their paths: the first one only when the new contents of
 * all are on the disk. Where anything fails until then, existing files stay as they were. Throws when
 * a folder does not exist or may not be written.
 *
 * @example
 * ```ts
 * import { writeFilesAtomic } from "./atomic_file.ts";
 *
 * const folder = await Deno.makeTempDir();
 * await writeFilesAtomic({ [`${folder}/one`]: "two red hearts", [`${folder}/two`]: "a cat" });
 * if (await Deno.readTextFile(`${folder}/two`) !== "a cat") throw new Error("Expected the text");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function writeFilesAtomic(
  contents: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> {
  const temporaries = new Map<string, Temporary>();
  let current = "";
  try {
    for (const [given, content] of Object.entries(contents)) {
      current = given;
      const path = await behindLinks(given);
      await removeLeftOvers(path);
      const temporary = await openTemporary(path);
      temporaries.set(path, temporary);
      await writeToDisk(temporary.file, toBytes(content));
      await expectNoFolder(path);
    }
    for (const [path, temporary] of temporaries) {
      current = path;
      await Deno.rename(temporary.path, path);
    }
    for (const folder of new Set([...temporaries.keys()].map(dirname))) await syncFolder(folder);
  } catch (cause) {
    for (const { path } of temporaries.values()) await Deno.remove(path).catch(() => {});
    throw new Error(`Expected to write ${current}, but found: ${reason(cause)}`, { cause });
  } finally {
    for (const { file } of temporaries.values()) file.close();
  }
}

/** A file that will be renamed. It is locked for as long as someone is about to. */
interface Temporary {
  readonly path: string;
  readonly file: Deno.FsFile;
}

async function openTemporary(path: string): Promise<Temporary> {
  for (;;) {
    const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`);
    const file = await Deno.open(temporary, { write: true, createNew: true });
    // Before it was locked, another writer may have taken it for a left-over.
    const isOwn = await file.tryLock(true).catch(() => true);
    if (isOwn && await Deno.lstat(temporary).then(() => true, () => false)) {
      return { path: temporary, file };
    }
    file.close();
  }
}

/** Removes what writers of the file at `path` left when they were killed, if they left anything. */
export async function removeLeftOvers(path: string): Promise<void> {
  const folder = dirname(path);
  const name = new RegExp(`^\\.${RegExp.escape(basename(path))}\\.[0-9a-f-]{36}\\.tmp$`);
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (!entry.isFile || !name.test(entry.name)) continue;
      using file = await Deno.open(join(folder, entry.name), { write: true });
      if (await file.tryLock(true)) await Deno.remove(join(folder, entry.name));
    }
  } catch {
    // They are only in the way of who looks into the folder.
  }
}

/** So that a name outlasts a power failure too. Not all systems let a folder be opened. */
async function syncFolder(path: string): Promise<void> {
  try {
    using folder = await Deno.open(path);
    await folder.sync();
  } catch {
    // Then the system sees to it.
  }
}

function toBytes(content: Uint8Array | string): Uint8Array {
  if (typeof content !== "string" && !(content instanceof Uint8Array)) {
    throw new TypeError(`${brief(content)} in place of text or bytes`);
  }
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

/** Where a symbolic link leads, whether or not there is a file yet; any other path as it is. */
async function behindLinks(path: string): Promise<string> {
  const found = await Deno.lstat(path).catch(() => undefined);
  if (!found?.isSymlink) return path;
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const folder = await Deno.realPath(dirname(path));
    return await behindLinks(resolve(folder, await Deno.readLink(path)));
  }
}

/** No file can be renamed to a folder: known before the first is. */
async function expectNoFolder(path: string): Promise<void> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (found?.isDirectory) {
    throw Object.assign(new Deno.errors.IsADirectory("Is a directory"), { code: "EISDIR" });
  }
}

async function writeToDisk(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
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
