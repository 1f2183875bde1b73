/** A table of coloured cells with what they hold: drawn by the confusion and by the heat map. */
import { chart } from "./chart.ts";
import type { Drawing } from "./drawing.ts";
import { theme } from "./theme.ts";

/** A cell, by the labels of its column and its row. */
export interface TableCell {
  readonly x: string;
  readonly y: string;
  readonly value: number;
  /** What is written into it. */
  readonly said: string;
  /** What is written below that, smaller. */
  readonly note?: string;
}

export interface CellTable {
  readonly cells: readonly TableCell[];
  /** The cells that have an outline, coloured or not. */
  readonly outlined: readonly { readonly x: string; readonly y: string }[];
  /** What stands across: the labels in order, what they are, and on which side they are written. */
  readonly x: { readonly labels: readonly string[]; readonly name: string };
  readonly axis: "top" | "bottom";
  /** What stands downwards. */
  readonly y: { readonly labels: readonly string[]; readonly name: string };
  /** The values that are white and darkest. */
  readonly colors: readonly [number, number];
  /** Width and height of a cell, in pixels. */
  readonly size: readonly [number, number];
}

/** The width of a letter of a label, in pixels. */
const LETTER = 7;

/** Cells in columns and rows, the greater their value the darker. */
export function cellTable({ cells, outlined, x, y, axis, colors, size }: CellTable): Drawing {
  const longest = LETTER * Math.max(...y.labels.map(({ length }) => length));
  const noted = cells.filter(({ note }) => note !== undefined);
  const plain = cells.filter(({ note }) => note === undefined);
  const place = { x: "x", y: "y" } as const;
  return chart((Plot) => ({
    width: longest + 60 + size[0] * x.labels.length,
    height: 70 + size[1] * y.labels.length,
    marginLeft: longest + 44,
    marginTop: axis === "top" ? 44 : 16,
    marginBottom: axis === "top" ? 10 : 44,
    x: { domain: x.labels, axis, label: x.name, tickSize: 0, labelAnchor: "center" },
    y: { domain: y.labels, label: y.name, tickSize: 0 },
    color: { domain: colors, range: [theme.paper, theme.accent] },
    marks: [
      Plot.cell(outlined, { ...place, stroke: theme.line, inset: 1 }),
      Plot.cell(cells, { ...place, fill: "value", inset: 1 }),
      Plot.text(plain, { ...place, text: "said" }),
      Plot.text(noted, { ...place, text: "said", dy: -6 }),
      Plot.text(noted, { ...place, text: "note", fontSize: 9.5, dy: 8 }),
    ],
  }));
}
