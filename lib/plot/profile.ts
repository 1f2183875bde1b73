/** Which lines of a model the time of a step goes to. */
import type { Batch } from "../optim/mod.ts";
import type { Cost, GraphProfile } from "../runtime/mod.ts";
import { chart } from "./chart.ts";
import { headed, place, sheet, text, wrap } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { seriesColor, theme } from "./theme.ts";

/**
 * Runs a training step several times with the clock on, and shows where its time goes. Nothing is
 * learned meanwhile.
 *
 * @param step what a stage yields; the stage must not have gone on since
 *
 * ```ts ignore
 * for await (const step of stage.run()) {
 *   if (step.step === 10) (await plot.profile(step)).save("profile.svg");
 * }
 * ```
 */
export async function profile(step: { readonly batch: Batch }): Promise<Profile> {
  const { trainStep, inputs } = step.batch;
  return new Profile(await trainStep.profile(inputs));
}

/** Where the time of a training step goes: a value that shows itself as a chart, and as a table. */
export class Profile extends Figure implements GraphProfile {
  readonly costs: readonly Cost[];
  readonly seconds: number;
  readonly secondsOutside: number;
  readonly peakBytes?: number;
  readonly matmulFlopsPerSecond: number;

  /** A figure of what `profileGraph` measured. */
  constructor(profile: GraphProfile) {
    super(describe(profile), () => draw(profile));
    this.costs = profile.costs;
    this.seconds = profile.seconds;
    this.secondsOutside = profile.secondsOutside;
    this.peakBytes = profile.peakBytes;
    this.matmulFlopsPerSecond = profile.matmulFlopsPerSecond;
  }

  /** Costs summed by operation, most expensive first. */
  byOperation(): Cost[] {
    return summed(this.costs, ({ operation }) => operation);
  }

  /** Costs summed by line of the model, most expensive first. */
  byLine(): Cost[] {
    return summed(this.costs, ({ line }) => line);
  }

  /** Which share of the device's rate for matrix products a cost reached; undefined without any. */
  share({ flops, seconds }: Cost): number | undefined {
    return flops === 0 ? undefined : flops / seconds / this.matmulFlopsPerSecond;
  }

  /** The table as text, for a terminal. */
  override toString(): string {
    const rows = this.costs.slice(0, ROWS).map((cost) => [
      milliseconds(cost.seconds),
      String(cost.calls),
      cost.flops === 0 ? "" : (cost.flops / 1e9).toPrecision(3),
      percent(this.share(cost)),
      cost.operation,
      cost.line,
    ]);
    const table = [["ms", "calls", "GFLOP", "of peak", "operation", "line"], ...rows];
    const widths = table[0].map((_, i) => Math.max(...table.map((row) => row[i].length)));
    const lines = table.map((row) =>
      row.map((cell, i) => i < 4 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])).join("  ")
        .trimEnd()
    );
    return [...lines, describe(this)].join("\n");
  }
}

const ROWS = 24;
const ROW_HEIGHT = 20;
const WIDTH = 880;

const milliseconds = (seconds: number) => (1000 * seconds).toPrecision(3);
const percent = (share: number | undefined) =>
  share === undefined ? "" : `${(100 * share).toFixed(0)} %`;

function summed(costs: readonly Cost[], key: (cost: Cost) => string): Cost[] {
  const total = (group: readonly Cost[], of: (cost: Cost) => number) =>
    group.reduce((sum, cost) => sum + of(cost), 0);
  const distinct = (group: readonly Cost[], of: (cost: Cost) => readonly string[]) =>
    [...new Set(group.flatMap(of))].sort();
  return [...Map.groupBy(costs, key).values()].map((group): Cost => ({
    operation: distinct(group, ({ operation }) => [operation]).join(", "),
    line: distinct(group, ({ line }) => [line]).join(", "),
    operators: distinct(group, ({ operators }) => operators),
    seconds: total(group, ({ seconds }) => seconds),
    calls: total(group, ({ calls }) => calls),
    flops: total(group, ({ flops }) => flops),
  })).sort((a, b) => b.seconds - a.seconds);
}

function describe(profile: GraphProfile): string {
  const { costs, seconds, secondsOutside, peakBytes, matmulFlopsPerSecond } = profile;
  const flops = costs.reduce((sum, cost) => sum + cost.flops, 0);
  return `A step takes ${milliseconds(seconds)} ms, ${milliseconds(secondsOutside)} ms of them ` +
    `outside operators; ${(flops / 1e9).toPrecision(3)} GFLOP of matrix products, at ` +
    `${percent(flops / seconds / matmulFlopsPerSecond)} of the rate of a large product` +
    (peakBytes === undefined ? "." : `; ${(peakBytes / 2 ** 20).toFixed(0)} MiB of inner values.`);
}

function draw(profile: GraphProfile): string {
  const rows = profile.costs.slice(0, ROWS).map((cost, place) => ({ ...cost, place }));
  const families = summed(rows, ({ operation }) => operation).map(({ operation }) => operation);
  const color = ({ operation }: Cost) => seriesColor(Math.min(families.indexOf(operation), 7));
  const facts = ({ seconds, calls, flops }: Cost) => {
    const share = flops / seconds / profile.matmulFlopsPerSecond;
    const known = [`${milliseconds(seconds)} ms`, `${calls} ×`, flops > 0 ? percent(share) : ""];
    return known.filter((fact) => fact !== "").join("  ·  ");
  };
  const column = {
    y: "place",
    frameAnchor: "right",
    textAnchor: "start",
    fill: theme.quiet,
  } as const;
  const drawing = chart((Plot) => ({
    width: WIDTH,
    height: rows.length * ROW_HEIGHT + 40,
    marginLeft: 96,
    marginRight: 440,
    marginTop: 16,
    marginBottom: 24,
    x: { domain: [0, 1000 * (rows[0]?.seconds ?? 1)], label: null, grid: true, ticks: 5 },
    y: { domain: rows.map(({ place }) => place), axis: null, padding: 0.2 },
    marks: [
      Plot.barX(rows, { x: (cost: Cost) => 1000 * cost.seconds, y: "place", fill: color, rx: 2 }),
      Plot.text(rows, {
        y: "place",
        text: "operation",
        frameAnchor: "left",
        textAnchor: "end",
        dx: -8,
        fontSize: 12,
      }),
      Plot.text(rows, { ...column, text: facts, dx: 10 }),
      Plot.text(rows, { ...column, text: "line", dx: 150 }),
    ],
  }));
  const said = wrap(describe(profile), WIDTH, 12, 2);
  const lines = said.map((line, i) => text(16, 14 + 17 * i, line, { color: theme.quiet })).join("");
  const top = 17 * said.length + 4;
  const body = lines + place(0, top, drawing);
  const whole = { width: drawing.width, height: drawing.height + top, body };
  return sheet(headed("Where the milliseconds of a step go", whole), describe(profile));
}
