/** What changes gain: each seed, the mean and its interval. */
import { chart } from "./chart.ts";
import { headed, sheet } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { theme } from "./theme.ts";

/** What a change gains in a measure. */
export interface Difference {
  /** Of the measure. */
  readonly name: string;
  /** With each seed. */
  readonly values: readonly number[];
  /** Their mean, and the interval in which it lies. */
  readonly interval: { readonly mean: number; readonly low: number; readonly high: number };
}

/** How differences are drawn. */
export interface DifferencesOptions {
  /** What stands above them. */
  readonly title?: string;
  /** What is measured, under the axis. */
  readonly label?: string;
}

const ROW = 46;

/**
 * Paired differences, a row each: a dot for each seed, the mean with its interval, and where nothing
 * is gained.
 *
 * @throws RangeError when there are no differences, or one without values.
 *
 * @example
 * ```ts
 * import { differences } from "./differences.ts";
 * const figure = differences([
 *   { name: "GenEval", values: [0.02, 0.05], interval: { mean: 0.035, low: 0.01, high: 0.06 } },
 * ]);
 * if (!figure.svg().includes("+.035 [+.010, +.060]")) throw new Error("the interval is missing");
 * ```
 */
export function differences(
  rows: readonly Difference[],
  { title, label = "gain →" }: DifferencesOptions = {},
): Figure {
  if (rows.length === 0 || rows.some(({ values }) => values.length === 0)) {
    throw new RangeError("Expected differences to draw, each with values, but found none");
  }
  const told = rows.map(({ name, interval: { mean, low, high } }) => ({
    name,
    said: `${signed(mean)} [${signed(low)}, ${signed(high)}]`,
    mean,
    low,
    high,
  }));
  const dots = rows.flatMap(({ name, values }) => values.map((value) => ({ name, value })));
  const description = [title, ...told.map(({ name, said }) => `${name} ${said}`)]
    .filter((words) => words !== undefined).join(": ");
  const draw = () =>
    chart((Plot) => ({
      width: 680,
      height: 60 + ROW * rows.length,
      marginLeft: 210,
      marginRight: 150,
      marginTop: 12,
      marginBottom: 40,
      x: { label, labelArrow: "none", grid: true, nice: true, ticks: 5, tickFormat: signed2 },
      y: { domain: rows.map(({ name }) => name), label: null, tickSize: 0 },
      marks: [
        Plot.ruleX([0], { stroke: theme.quiet }),
        Plot.ruleY(told, {
          y: "name",
          x1: "low",
          x2: "high",
          stroke: theme.accent,
          strokeWidth: 3,
        }),
        Plot.dot(dots, { y: "name", x: "value", r: 3, stroke: theme.quiet, dy: 11 }),
        Plot.dot(told, { y: "name", x: "mean", r: 5, fill: theme.accent, stroke: theme.paper }),
        Plot.text(told, {
          y: "name",
          frameAnchor: "right",
          textAnchor: "start",
          dx: 10,
          text: "said",
          fontWeight: 600,
        }),
      ],
    }));
  return new Figure(description, () => sheet(headed(title, draw()), description));
}

/** "+.035": a share with its sign. */
function signed(x: number, digits = 3): string {
  const rounded = x.toFixed(digits);
  const sign = Number(rounded) < 0 ? "−" : "+";
  return sign + Math.abs(Number(rounded)).toFixed(digits).replace(/^0/, "");
}

function signed2(x: number): string {
  return x === 0 ? "0" : signed(x, 2);
}
