/** What a cell and a console show of a picture's codes: where each stands. */
import { htmlTable, type Looking } from "../../notebook/mod.ts";

/** Rows of codes on the console, at most. */
const ROWS = 4;

/** A line for each row of a small grid; how many there are, of a large one and inside of other values. */
export function codesInWords(
  ids: Int32Array,
  grid: number,
  { currentDepth }: Pick<Looking, "currentDepth"> = { currentDepth: 0 },
): string {
  const words = `EncodedPicture of ${ids.length} tokens`;
  if (currentDepth > 0 || grid > ROWS) return words;
  const rows = cellsOf(ids, grid).map((row) => row.map((code) => code.padStart(5)).join(""));
  return [words, ...rows].join("\n");
}

/** The grid, each code in a colour of its own. */
export function codesInGrid(ids: Int32Array, grid: number): string {
  const rows = cellsOf(ids, grid).map((row) =>
    row.map((code) => {
      const hue = (Number(code.split(" ")[0]) * 137.5) % 360; // the golden angle: neighbours differ
      const style = `background:hsl(${hue} 60% 80%);color:black;padding:4px 8px`;
      return { html: `<span style="${style}">${code}</span>` };
    })
  );
  return htmlTable(rows);
}

/** Codes in rows and columns; several of a patch in one cell. */
function cellsOf(ids: Int32Array, grid: number): string[][] {
  const depth = ids.length / grid ** 2;
  return Array.from({ length: grid }, (_, row) =>
    Array.from({ length: grid }, (_, column) => {
      const at = depth * (row * grid + column);
      return ids.subarray(at, at + depth).join(" ");
    }));
}
