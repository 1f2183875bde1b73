/** Notebook files (nbformat 4), and running one from the top. */
import { readFile } from "node:fs/promises";
import { z } from "../lib/packages/zod.ts";
import { Kernel } from "./kernel.ts";
import type { KernelOptions } from "./kernel_process.ts";
import { Output } from "./outputs.ts";

const Lines = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(""))]);

const CodeCell = z.looseObject({
  cell_type: z.literal("code"),
  source: Lines,
  execution_count: z.number().nullable().default(null),
  outputs: z.array(z.unknown()).default([]),
});
const OtherCell = z.looseObject({ cell_type: z.enum(["markdown", "raw"]), source: Lines });

/** The parts of a notebook file that are used here; all others are kept as they are. */
export const Notebook = z.looseObject({
  nbformat: z.literal(4),
  cells: z.array(z.discriminatedUnion("cell_type", [CodeCell, OtherCell])),
});
export type Notebook = z.infer<typeof Notebook>;

export interface RunOptions extends KernelOptions {
  /** How long a cell may take, in seconds. */
  readonly secondsPerCell: number;
}

/**
 * Reads the notebook file at `path`.
 *
 * @throws Error when it cannot be read, is no JSON or no notebook of format 4.
 */
export async function readNotebook(path: string): Promise<Notebook> {
  const text = await readFile(path, "utf8");
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error(`Expected a notebook in ${path}, but found no JSON`);
  }
  const notebook = Notebook.safeParse(content);
  if (!notebook.success) {
    throw new Error(
      `Expected a notebook of format 4 in ${path}, but found: ${z.prettifyError(notebook.error)}`,
    );
  }
  return notebook.data;
}

/**
 * Runs every code cell in order in a kernel of its own and gives the notebook with what they showed.
 * After a cell that throws, the rest do not run and have no outputs.
 *
 * @throws Error when a cell takes too long or the kernel ends.
 */
export async function runNotebook(notebook: Notebook, options: RunOptions): Promise<Notebook> {
  await using kernel = await Kernel.start(options);
  let count = 0;
  let failed = false;
  const cells: Notebook["cells"] = [];
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "code") {
      cells.push(cell);
    } else if (failed || cell.source.trim() === "") {
      cells.push({ ...cell, execution_count: null, outputs: [] });
    } else {
      const outputs = await kernel.execute(cell.source, { seconds: options.secondsPerCell });
      cells.push({ ...cell, execution_count: ++count, outputs });
      failed = outputs.some(({ output_type }) => output_type === "error");
    }
  }
  return { ...notebook, cells };
}

/** What the code cells of a notebook that was run here show, cell by cell. */
export function cellOutputs({ cells }: Notebook): Output[][] {
  return cells.flatMap((cell) =>
    cell.cell_type === "code" ? [z.array(Output).parse(cell.outputs)] : []
  );
}

/** The first error that a cell showed, as one text without colours; `undefined` when all went well. */
export function firstError(notebook: Notebook): string | undefined {
  for (const output of cellOutputs(notebook).flat()) {
    if (output.output_type !== "error") continue;
    const { ename, evalue, traceback } = output;
    const lines = traceback.length > 0 ? traceback : [`${ename}: ${evalue}`];
    return stripColors(lines.join("\n"));
  }
}

// deno-lint-ignore no-control-regex
const stripColors = (text: string) => text.replace(/\u001b\[[0-9;]*m/g, "");
