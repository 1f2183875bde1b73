/** Which commit of Illume is at work. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

let known: Promise<string | undefined> | undefined;

/**
 * The commit of the checkout that this file belongs to: 40 hex digits, with "+changes" where files
 * were changed since, which takes the permission to run git to find out. Undefined outside a
 * checkout, and where its files may not be read.
 */
export function commitAtWork(): Promise<string | undefined> {
  return known ??= findCommit();
}

async function findCommit(): Promise<string | undefined> {
  if (!import.meta.url.startsWith("file:")) return undefined;
  const root = fileURLToPath(new URL("../..", import.meta.url));
  // Nobody is asked for more than was given.
  const mayRead = await Deno.permissions.query({ name: "read", path: root });
  if (mayRead.state !== "granted") return undefined;
  const mayRun = await Deno.permissions.query({ name: "run", command: "git" });
  try {
    await Deno.lstat(`${root}/.git`); // or git would look in the folders above
    return await (mayRun.state === "granted" ? byGit(root) : byFiles(root));
  } catch {
    return undefined; // no checkout, or no git
  }
}

async function byGit(root: string): Promise<string | undefined> {
  const args = ["-C", root, "describe", "--always", "--dirty=+changes", "--abbrev=40"];
  const command = new Deno.Command("git", { args: [...args, "--exclude=*"], stderr: "null" });
  const { success, stdout } = await command.output();
  return success ? new TextDecoder().decode(stdout).trim() : undefined;
}

/** HEAD is a commit, or names the branch, which is a file or a line of `packed-refs`. */
async function byFiles(root: string): Promise<string | undefined> {
  const own = await Deno.readTextFile(`${root}/.git`).then(
    (text) => resolve(root, text.trim().replace(/^gitdir: /, "")), // of a further work tree
    () => `${root}/.git`,
  );
  const shared = await Deno.readTextFile(`${own}/commondir`).then(
    (text) => resolve(own, text.trim()),
    () => own,
  );
  const head = (await Deno.readTextFile(`${own}/HEAD`)).trim();
  if (!head.startsWith("ref: ")) return head;
  const branch = head.slice("ref: ".length);
  const loose = await Deno.readTextFile(`${shared}/${branch}`).catch(() => undefined);
  if (loose !== undefined) return loose.trim();
  const packed = await Deno.readTextFile(`${shared}/packed-refs`);
  return packed.split("\n").find((line) => line.endsWith(` ${branch}`))?.split(" ")[0];
}
