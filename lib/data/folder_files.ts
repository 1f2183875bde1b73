/** What lies in a folder, in an order that no file system decides. */

/** A file by its path below the folder: with `/`, and in Unicode NFC, however the system spells it. */
export interface FolderFile {
  readonly name: string;
  /** Where it can be opened. */
  readonly path: string;
}

/**
 * The files of a folder and of all folders in it, sorted by name. Links are followed; names that
 * begin with a dot are passed over, as what systems and editors leave.
 *
 * @throws what Deno throws for a folder that is missing, is none, or may not be read
 *
 * @example
 * ```ts
 * import { folderFiles } from "./folder_files.ts";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.mkdir(`${folder}/b`);
 * for (const name of ["b/a.png", "c.png", ".hidden"]) await Deno.writeTextFile(`${folder}/${name}`, "");
 * const names = (await folderFiles(folder)).map(({ name }) => name);
 * if (names.join() !== "b/a.png,c.png") throw new Error(names.join());
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function folderFiles(folder: string): Promise<FolderFile[]> {
  const files: FolderFile[] = [];
  await walk(folder, "", new Set(), files);
  return files.sort((a, b) => order(a.name, b.name) || order(a.path, b.path));
}

/** By code units: the same on every machine, in every language. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function walk(
  folder: string,
  below: string,
  above: ReadonlySet<string>,
  files: FolderFile[],
): Promise<void> {
  const real = await Deno.realPath(folder);
  if (above.has(real)) return; // a link that leads back
  const within = new Set([...above, real]);
  for await (const entry of Deno.readDir(folder)) {
    if (entry.name.startsWith(".")) continue;
    const path = `${folder}/${entry.name}`;
    const name = `${below}${entry.name.normalize("NFC")}`;
    if (await isFolder(entry, path)) await walk(path, `${name}/`, within, files);
    else files.push({ name, path });
  }
}

/** A link that leads nowhere is a file that cannot be read. */
async function isFolder(entry: Deno.DirEntry, path: string): Promise<boolean> {
  if (!entry.isSymlink) return entry.isDirectory;
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}
