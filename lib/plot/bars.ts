/** Bars with ticks, one a row. */
import { chart } from "./chart.ts";
import { type Drawing, text } from "./drawing.ts";
import { theme } from "./theme.ts";

/** One bar: a share from 0 to 1 and, by name, marks that it is to be compared with. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Drawn in a stronger colour than the others. */
  readonly strong?: boolean;
  readonly ticks?: Readonly<Record<string, number | undefined>>;
}

const WIDTH = 640;
const ROW = 32;
const LABEL_WIDTH = 128;
const TICK_STYLES = [
  { color: theme.ink, dash: undefined },
  { color: theme.quiet, dash: "3,2" },
] as const;

/** Lying bars with their values, at most two kinds of tick across them, and a key to the ticks. */
export function bars(rows: readonly Bar[]): Drawing {
  const ticks = rows.flatMap(({ label, ticks = {} }) =>
    Object.entries(ticks).flatMap(([kind, value]) =>
      value === undefined ? [] : [{ label, kind, value }]
    )
  );
  const kinds = [...new Set(ticks.map(({ kind }) => kind))];
  const drawing = chart((Plot) => ({
    width: WIDTH,
    height: rows.length * ROW + 60,
    marginLeft: LABEL_WIDTH,
    marginRight: 60,
    marginTop: 10,
    marginBottom: 50,
    x: { domain: [0, 1], grid: true, ticks: 5, tickSize: 0, label: null },
    y: { domain: rows.map(({ label }) => label), padding: 0.34, tickSize: 0, label: null },
    marks: [
      Plot.axisY({ fontSize: 12, tickSize: 0, label: null }),
      Plot.barX(rows, {
        x: "value",
        y: "label",
        fill: ({ strong }: Bar) => strong ? theme.accent : theme.pale,
        rx: 2,
      }),
      kinds.map((kind, index) =>
        Plot.tickX(ticks.filter((tick) => tick.kind === kind), {
          x: "value",
          y: "label",
          stroke: TICK_STYLES[index].color,
          strokeDasharray: TICK_STYLES[index].dash,
          strokeWidth: 2,
          insetTop: -3,
          insetBottom: -3,
        })
      ),
      Plot.text(rows, {
        y: "label",
        text: ({ value }: Bar) => value.toFixed(2),
        frameAnchor: "right",
        textAnchor: "start",
        dx: 14,
        fontWeight: 600,
        fontSize: 12,
      }),
    ],
  }));
  return { ...drawing, body: drawing.body + key(kinds, drawing.height - 12) };
}

function key(kinds: readonly string[], y: number): string {
  let x = LABEL_WIDTH;
  return kinds.map((kind, index) => {
    const { color, dash = "none" } = TICK_STYLES[index];
    const entry = `<path d="M${x + 1},${y - 11}v14" stroke="${color}" stroke-width="2" ` +
      `stroke-dasharray="${dash}"/>` + text(x + 9, y, kind, { size: 11, color: theme.quiet });
    x += 9 + kind.length * 6.6 + 20;
    return entry;
  }).join("");
}
