/** Folders that tests write into. */

/** Lends a new folder, and removes it afterwards. */
export async function inFolder(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  await use(directory).finally(() => Deno.remove(directory, { recursive: true }));
}

/** Every file of a folder, by its path in it, with its bytes. */
export async function filesOf(directory: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) {
      for (const [path, bytes] of await filesOf(`${directory}/${name}`)) {
        files.set(`${name}/${path}`, bytes);
      }
    } else files.set(name, await Deno.readFile(`${directory}/${name}`));
  }
  return files;
}

/** Changes text in a file's bytes. Throws when it is not there. */
export function edited(bytes: Uint8Array, find: RegExp, by: string): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  if (!find.test(text)) throw new Error(`Expected ${find} in the file, but found none`);
  return new TextEncoder().encode(text.replace(find, by));
}
