/** Scores over the samples that models saw: means over seeds, in bands. */
import { apart } from "./apart.ts";
import { chart } from "./chart.ts";
import { headed, sheet } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { seriesColor, theme } from "./theme.ts";

/** A score after a number of samples, of one of several runs that differ only in their seed. */
export interface AlignmentPoint {
  /** What is compared: "semantic", "pixel", … */
  readonly name: string;
  /** What was scored: "drawing", "answers", … */
  readonly task: string;
  /** Samples of training until then. */
  readonly samples: number;
  /** Of the training; curves are means over seeds. */
  readonly seed: number;
  /** A share from 0 to 1. */
  readonly score: number;
}

/** How such curves are drawn. */
export interface AlignmentCurvesOptions {
  /** What stands above them. */
  readonly title?: string;
  /** What the samples are, under the axis. */
  readonly label?: string;
  /** Numbers of samples on a logarithmic axis, for those that differ manifold; default false. */
  readonly log?: boolean;
}

/** The mean of all seeds at one place of a curve, and how far they lie apart. */
interface Dot {
  readonly name: string;
  readonly task: string;
  readonly samples: number;
  readonly low: number;
  readonly mean: number;
  readonly high: number;
}

/**
 * Scores over samples of training, a panel a task and a line a name: the mean over seeds, in a band
 * from the lowest to the highest.
 *
 * @throws RangeError when there are no points.
 *
 * @example
 * ```ts
 * import { alignmentCurves } from "./alignment_curves.ts";
 * const figure = alignmentCurves([
 *   { name: "semantic", task: "drawing", samples: 1000, seed: 0, score: 0.4 },
 *   { name: "semantic", task: "drawing", samples: 1000, seed: 1, score: 0.5 },
 *   { name: "semantic", task: "drawing", samples: 2000, seed: 0, score: 0.8 },
 *   { name: "semantic", task: "drawing", samples: 2000, seed: 1, score: 0.7 },
 * ]);
 * if (!figure.svg().includes("semantic")) throw new Error("Expected the line's name");
 * ```
 */
export function alignmentCurves(
  points: readonly AlignmentPoint[],
  { title, label = "samples of training →", log = false }: AlignmentCurvesOptions = {},
): Figure {
  if (points.length === 0) throw new RangeError("Expected scores to draw, but found none");
  const names = [...new Set(points.map(({ name }) => name))];
  const tasks = [...new Set(points.map(({ task }) => task))];
  const color = ({ name }: { name: string }) => seriesColor(names.indexOf(name));
  const dots = averaged(points);
  const last = dots.filter(({ name, task, samples }) =>
    dots.every((other) => other.name !== name || other.task !== task || other.samples <= samples)
  );
  const description = title ?? `${tasks.join(" and ")} over samples of training`;
  const place = { x: "samples", z: "name", fx: "task" } as const;
  const draw = () =>
    chart((Plot) => ({
      width: 140 + 330 * tasks.length,
      height: 300,
      marginLeft: 44,
      marginRight: 104,
      marginTop: 34,
      marginBottom: 40,
      fx: { domain: tasks, label: null, padding: 0.28 },
      x: {
        label,
        labelArrow: "none",
        labelAnchor: "right",
        ...(log
          // A plain logarithmic axis would leave out the names of some ticks.
          ? {
            type: "symlog",
            ticks: [...new Set(dots.map(({ samples }) => samples))],
            tickFormat: inShort,
          }
          : { zero: true, ticks: 4, tickFormat: "~s" }),
      },
      y: { domain: [0, 1], grid: true, ticks: 5, tickSize: 0, label: null },
      marks: [
        Plot.areaY(dots, { ...place, y1: "low", y2: "high", fill: color, fillOpacity: 0.18 }),
        Plot.line(dots, { ...place, y: "mean", stroke: color, strokeWidth: 2 }),
        Plot.dot(dots, { ...place, y: "mean", fill: color, stroke: theme.paper, r: 3 }),
        Plot.text(heights(last), {
          x: "samples",
          y: "height",
          fx: "task",
          text: ({ name, mean }: Dot) => `${name} ${mean.toFixed(2)}`,
          fill: color,
          textAnchor: "start",
          fontWeight: 600,
          dx: 7,
        }),
      ],
    }));
  return new Figure(description, () => sheet(headed(title, draw()), description));
}

/** "200"; "20k". */
function inShort(samples: number): string {
  return samples < 1000 ? `${samples}` : `${samples / 1000}k`;
}

function averaged(points: readonly AlignmentPoint[]): Dot[] {
  const together = Map.groupBy(points, ({ name, task, samples }) => `${name}/${task}/${samples}`);
  return [...together.values()].map((same): Dot => {
    const [{ name, task, samples }] = same;
    const scores = same.map(({ score }) => score);
    return {
      name,
      task,
      samples,
      low: Math.min(...scores),
      mean: scores.reduce((a, b) => a + b) / scores.length,
      high: Math.max(...scores),
    };
  }).sort((a, b) => a.samples - b.samples);
}

/** Labels' heights, panel by panel. */
function heights(last: readonly Dot[]) {
  return [...Map.groupBy(last, ({ task }) => task).values()]
    .flatMap((panel) => apart(panel, ({ mean }) => mean));
}
