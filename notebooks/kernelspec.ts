/** The kernelspec "Illume (Deno)": what Jupyter reads to start a kernel that knows Illume. */
import { copyFile, link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "../lib/packages/zod.ts";

/** What Jupyter and people call it. */
const NAME = "illume";
const DISPLAY_NAME = "Illume (Deno)";

/** What the launcher needs. Cells may do everything, as in Deno's own kernel. */
const PERMISSIONS = ["--allow-net", "--allow-read", "--allow-write", "--allow-run"];

const root = fileURLToPath(new URL("../", import.meta.url));

/** Ours alone have `metadata.illume`: the checkout that they start. */
const Ours = z.object({
  argv: z.array(z.string()),
  metadata: z.object({ illume: z.string() }),
});

/** A kernelspec called `illume` that something else made. */
export class ForeignKernelspecError extends Error {
  override name = "ForeignKernelspecError";
}

/** A machine, as far as it decides where Jupyter keeps its files. */
export interface Machine {
  readonly os: string;
  /** The user's folder. */
  readonly home: string;
  readonly env: (name: string) => string | undefined;
}

/**
 * The folder of the user's Jupyter data.
 * @see https://docs.jupyter.org/en/latest/use/jupyter-directories.html
 */
export function jupyterDataFolder({ os, home, env }: Machine): string {
  const chosen = env("JUPYTER_DATA_DIR");
  if (chosen) return chosen;
  if (os === "darwin") return join(home, "Library", "Jupyter");
  if (os === "windows") {
    const roaming = env("APPDATA");
    return roaming ? join(roaming, "jupyter") : join(home, ".jupyter", "data");
  }
  return join(env("XDG_DATA_HOME") || join(home, ".local", "share"), "jupyter");
}

/**
 * Makes the kernelspec, or refreshes one that was made here before.
 *
 * It keeps the Deno that runs this under a second name, since `npx` may throw its copy away.
 *
 * @returns the kernelspec's folder
 * @throws ForeignKernelspecError when there is another one of the same name
 */
export async function installKernelspec(data: string): Promise<string> {
  const folder = folderIn(data);
  await installedKernelspec(data);
  await mkdir(folder, { recursive: true });
  const deno = join(folder, basename(Deno.execPath()));
  await rm(deno, { force: true });
  await link(Deno.execPath(), deno).catch(() => copyFile(Deno.execPath(), deno));
  const launcher = join(root, "notebooks", "launcher.ts");
  const config = ["--config", join(root, "deno.json")];
  const kernelspec = {
    argv: [deno, "run", "--quiet", ...config, ...PERMISSIONS, launcher, "{connection_file}"],
    display_name: DISPLAY_NAME,
    language: "typescript",
    metadata: { illume: root },
  };
  await writeFile(join(folder, "kernel.json"), JSON.stringify(kernelspec, undefined, 2) + "\n");
  return folder;
}

/**
 * Takes the kernelspec away.
 *
 * @returns its folder, or nothing where there was none
 * @throws ForeignKernelspecError when something else made it
 */
export async function removeKernelspec(data: string): Promise<string | undefined> {
  if (await installedKernelspec(data) === undefined) return undefined;
  await rm(folderIn(data), { recursive: true });
  return folderIn(data);
}

/**
 * What was made here, if there is anything.
 *
 * @throws ForeignKernelspecError when something else made it
 */
export async function installedKernelspec(
  data: string,
): Promise<{ readonly argv: readonly string[] } | undefined> {
  const path = join(folderIn(data), "kernel.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  const ours = Ours.safeParse(parsed(text));
  if (ours.success) return ours.data;
  throw new ForeignKernelspecError(
    `Expected a kernelspec of Illume, or none yet, but found another one in ${path}: ` +
      "it was left as it is",
  );
}

const folderIn = (data: string) => join(data, "kernels", NAME);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
