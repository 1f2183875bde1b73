/**
 * Runs notebooks from the top against the real Deno kernel and writes what their cells show back
 * into them, so that they can be read where nothing runs:
 *
 *     deno run -A notebooks/execute.ts notebooks/08_from_nothing.ipynb
 *
 * A notebook with a cell that throws is left as it was.
 */
import { readdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { firstError, type Notebook, readNotebook, runNotebook } from "./notebook.ts";

const SECONDS_PER_CELL = 3600;

/** Cell sources are kept as lists of lines, which is how Jupyter saves them: changes stay readable. */
function notebookText(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: cell.source.split(/(?<=\n)/),
  }));
  return JSON.stringify({ ...notebook, cells }, null, 1) + "\n";
}

async function execute(path: string): Promise<void> {
  const notebook = await readNotebook(path);
  const options = { cwd: dirname(path), secondsPerCell: SECONDS_PER_CELL };
  const finished = await runNotebook(notebook, options);
  const error = firstError(finished);
  if (error !== undefined) {
    throw new Error(`Expected ${path} to run through, but a cell threw:\n${error}`);
  }
  await writeFile(`${path}.new`, notebookText(finished));
  await rename(`${path}.new`, path);
  console.log(`${path}: ${finished.cells.length} cells`);
}

/** The notebooks in this folder. */
async function all(): Promise<string[]> {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const names = (await readdir(folder)).filter((name) => name.endsWith(".ipynb")).sort();
  return names.map((name) => join(folder, name));
}

for (const path of Deno.args.length > 0 ? Deno.args : await all()) {
  try {
    await execute(path);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
