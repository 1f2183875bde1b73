/** Scores over the minutes of a training. */
import { apart } from "./apart.ts";
import { chart } from "./chart.ts";
import { headed, sheet } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { seriesColor, theme } from "./theme.ts";

/** A score and when it was reached. */
export interface ScorePoint {
  /** What was scored: "GenEval overall", "POPE accuracy", … */
  readonly name: string;
  /** Seconds of training until then. */
  readonly seconds: number;
  /** A share from 0 to 1. */
  readonly score: number;
}

/** How scores over time are drawn. */
export interface ScoreOverTimeOptions {
  /** What stands above them. */
  readonly title?: string;
  /** Where each name should get to, as a dashed line in its colour. */
  readonly targets?: Readonly<Record<string, number>>;
}

const SECONDS_A_MINUTE = 60;

/**
 * Scores over the minutes of training, a line a name.
 *
 * @throws RangeError when there are no points.
 *
 * @example
 * ```ts
 * import { scoreOverTime } from "./score_over_time.ts";
 * const figure = scoreOverTime([
 *   { name: "POPE", seconds: 60, score: 0.55 },
 *   { name: "POPE", seconds: 120, score: 0.83 },
 * ], { targets: { POPE: 0.9 } });
 * if (!figure.svg().includes("minutes")) throw new Error("the unit is missing");
 * ```
 */
export function scoreOverTime(
  points: readonly ScorePoint[],
  options: ScoreOverTimeOptions = {},
): Figure {
  if (points.length === 0) throw new RangeError("Expected scores to draw, but found none");
  const { title, targets = {} } = options;
  const names = [...new Set(points.map(({ name }) => name))];
  const color = ({ name }: { name: string }) => seriesColor(names.indexOf(name));
  const dots = points.map((point) => ({ ...point, minutes: point.seconds / SECONDS_A_MINUTE }));
  const goals = names.flatMap((name) => name in targets ? [{ name, target: targets[name] }] : []);
  const description = title ?? `${names.join(", ")} over minutes of training`;
  const draw = () =>
    chart((Plot) => ({
      width: 640,
      height: 300,
      marginLeft: 44,
      marginRight: 130,
      marginTop: 16,
      marginBottom: 40,
      x: { label: "minutes of training →", labelArrow: "none", labelAnchor: "right", zero: true },
      y: { domain: [0, 1], grid: true, ticks: 5, tickSize: 0, label: null },
      marks: [
        Plot.ruleY(goals, {
          y: "target",
          stroke: color,
          strokeDasharray: "4,4",
          strokeOpacity: 0.7,
        }),
        Plot.line(dots, { x: "minutes", y: "score", z: "name", stroke: color, strokeWidth: 2 }),
        Plot.dot(dots, { x: "minutes", y: "score", fill: color, stroke: theme.paper, r: 3.5 }),
        Plot.text(apart(lastDots(dots), ({ score }) => score), {
          x: "minutes",
          y: "height",
          text: ({ name, score }: ScorePoint) => `${name} ${score.toFixed(2)}`,
          fill: color,
          textAnchor: "start",
          fontWeight: 600,
          dx: 9,
        }),
      ],
    }));
  return new Figure(description, () => sheet(headed(title, draw()), description));
}

interface Dot extends ScorePoint {
  readonly minutes: number;
}

/** The last dot of each name. */
function lastDots(dots: readonly Dot[]): Dot[] {
  const byName = Map.groupBy(dots, ({ name }) => name).values();
  return [...byName].map((named) => named[named.length - 1]);
}
