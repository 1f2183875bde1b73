/**
 * A folder that one program at a time writes into. What counts is the system's lock on a file, which
 * ends with the program that holds it, however that ends; the file's text says who that is.
 */
import { z } from "../packages/zod.ts";

/** A folder that another training, or an earlier one of this program, is still writing into. */
export class FolderInUseError extends Error {
  /** What tells it from other errors. */
  override name = "FolderInUseError";
}

const Owner = z.object({
  pid: z.int(),
  host: z.string(),
  since: z.string(),
  command: z.string(),
});
type Owner = z.infer<typeof Owner>;

/**
 * The right to write into a folder, until it is disposed of or the program ends.
 *
 * @example
 * ```ts
 * import { FolderLock } from "./folder_lock.ts";
 *
 * const folder = await Deno.makeTempDir();
 * {
 *   using _lock = await FolderLock.take(folder);
 *   const second = await FolderLock.take(folder).catch((error) => error.name);
 *   if (second !== "FolderInUseError") throw new Error("Expected the folder to be taken");
 * }
 * await Deno.remove(folder);
 * ```
 */
export class FolderLock implements Disposable {
  #file: Deno.FsFile | undefined;
  readonly #path: string;
  readonly #release = () => this[Symbol.dispose]();

  private constructor(file: Deno.FsFile, path: string) {
    this.#file = file;
    this.#path = path;
    globalThis.addEventListener("unload", this.#release);
  }

  /**
   * Takes a folder, which is made if it is missing. A lock that a killed program left is taken over
   * with a word on standard error.
   *
   * @throws FolderInUseError that names who has it
   */
  static async take(folder: string): Promise<FolderLock> {
    await Deno.mkdir(folder, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      const found = `Not a directory: '${folder}'`;
      throw Object.assign(new Deno.errors.NotADirectory(found), { code: "ENOTDIR" });
    });
    const path = `${folder}/lock.json`;
    for (;;) {
      const file = await Deno.open(path, { read: true, write: true, create: true });
      try {
        if (!await tryLock(file, folder)) {
          throw new FolderInUseError(
            `Expected no other program to write into ${folder}, but found ${await ownerOf(path)}`,
          );
        }
        // Who had it until now may have removed the file: then this is a lock on nothing.
        if (isAt(file, path)) {
          await sign(file, path, folder);
          return new FolderLock(file, path);
        }
      } catch (error) {
        file.close();
        throw error;
      }
      file.close();
    }
  }

  /** Gives the folder free. */
  [Symbol.dispose](): void {
    if (this.#file === undefined) return;
    globalThis.removeEventListener("unload", this.#release);
    try {
      if (isAt(this.#file, this.#path)) Deno.removeSync(this.#path);
    } catch {
      // The folder is gone, or may not be written any more: the lock ends all the same.
    }
    this.#file.close();
    this.#file = undefined;
  }
}

/** Whether the lock was free. Some network file systems have no locks: then all are, with a word. */
async function tryLock(file: Deno.FsFile, folder: string): Promise<boolean> {
  try {
    return await file.tryLock(true);
  } catch (error) {
    console.error(
      `${folder}: its file system cannot be locked (${(error as Error).message}); ` +
        "see to it that no other program writes there",
    );
    return true;
  }
}

/** Whether the file is still the one at the path. */
function isAt(file: Deno.FsFile, path: string): boolean {
  const own = file.statSync();
  try {
    const { ino, dev } = Deno.statSync(path);
    return ino === own.ino && dev === own.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Writes down who has the folder now; says who had it, where they could not take their name out. */
async function sign(file: Deno.FsFile, path: string, folder: string): Promise<void> {
  const before = parsed(await Deno.readTextFile(path));
  if (before !== undefined) {
    console.error(`${folder} was left by ${inWords(before)}, which was killed; going on`);
  }
  const owner: Owner = {
    pid: Deno.pid,
    host: hostname(),
    since: new Date().toISOString(),
    command: [Deno.mainModule.replace(/^.*\//, ""), ...Deno.args].join(" "),
  };
  await file.truncate();
  file.writeSync(new TextEncoder().encode(`${JSON.stringify(owner)}\n`));
}

/** Who has a folder, as far as they have written it down. */
async function ownerOf(path: string): Promise<string> {
  const owner = parsed(await Deno.readTextFile(path).catch(() => ""));
  if (owner === undefined) return "another program that does";
  if (owner.pid !== Deno.pid || owner.host !== hostname()) return inWords(owner);
  return `that this program itself does, since ${owner.since}: dispose of what has it open first`;
}

const inWords = ({ pid, host, since, command }: Owner) =>
  `process ${pid} on ${host} ("${command}", since ${since})`;

function parsed(text: string): Owner | undefined {
  try {
    return Owner.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** A program may not be allowed to ask. */
function hostname(): string {
  try {
    return Deno.hostname();
  } catch {
    return "this machine";
  }
}
