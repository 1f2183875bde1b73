/** Tables in Markdown, and the numbers in them. */
import { bootstrapMean } from "../mod.ts";

/** Letters in a line, at most. */
const WIDTH = 100;

/** A table whose columns line up. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |`;
  return [head, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("\n");
}

/** A paragraph in lines, as the formatter would have it. */
export function paragraph(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    const longer = lines[last] === "" ? word : `${lines[last]} ${word}`;
    if (longer.length <= WIDTH) lines[last] = longer;
    else lines.push(word);
  }
  return lines.join("\n");
}

/** A mean over clusters with its interval: ".875 [.850, .901]". */
export function interval(clusters: readonly (readonly number[])[]): string {
  const { mean, low, high } = bootstrapMean(clusters);
  return `${points(mean)} [${points(low)}, ${points(high)}]`;
}

export function average(values: readonly number[]): string {
  return points(values.reduce((sum, x) => sum + x, 0) / values.length);
}

/** ".875"; "1.000"; a dash for what there is none of, as no AUROC where all are right. */
export function points(value: number): string {
  return Number.isNaN(value) ? "–" : value.toFixed(3).replace(/^(-?)0/, "$1").replace("-", "−");
}

export function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${points(Math.abs(value))}`;
}
