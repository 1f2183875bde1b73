/**
 * How well visual tokens are predicted, one after the other (MetaMorph, arXiv 2412.14164, section
 * 2.2: the loss is the cosine of predicted and true tokens).
 */
import { brief } from "../graph/mod.ts";
import { expectList } from "../runtime/mod.ts";
import { apart } from "./apart.ts";
import { chart } from "./chart.ts";
import { headed, sheet } from "./drawing.ts";
import { evenly } from "./evenly.ts";
import { Figure } from "./figure.ts";
import { seriesColor, theme } from "./theme.ts";

/** The cosine of predicted and true tokens at one position. */
export interface CosinePoint {
  /** What is compared: "true prefixes", "its own predictions", … */
  readonly name: string;
  /** Of the token among those of its picture, from 1. */
  readonly position: number;
  /** From -1 to 1. */
  readonly cosine: number;
  /** The interval in which it lies: both ends, or none. */
  readonly low?: number;
  /** The upper end of that interval. */
  readonly high?: number;
}

/** How cosines are drawn. */
export interface CosinesOptions {
  /** What stands above them. */
  readonly title?: string;
}

/** What is drawn, in words. */
const POINTS = "{ name, position, cosine }";
/** What rounding may add to a cosine of 1. */
const ROUNDING = 1e-3;
/** Ticks under the axis, at most. */
const MOST_TICKS = 9;
/** The width of a letter of a label, in pixels. */
const LETTER = 6.6;

/**
 * Cosine of predicted and true visual tokens by position, a line a name, with intervals as bands.
 *
 * @throws RangeError when there are no points, at a cosine that is none, at a position that is not a
 *   whole number from 1 or comes up twice under a name, and at half an interval; TypeError for what
 *   is no list of points.
 *
 * @example
 * ```ts
 * import { cosines } from "./cosines.ts";
 * const figure = cosines([
 *   { name: "true prefixes", position: 1, cosine: 0.8, low: 0.78, high: 0.82 },
 *   { name: "true prefixes", position: 2, cosine: 0.9, low: 0.88, high: 0.92 },
 *   { name: "its own predictions", position: 1, cosine: 0.8 },
 *   { name: "its own predictions", position: 2, cosine: 0.7 },
 * ]);
 * if (!figure.svg().includes("its own predictions 0.70")) throw new Error("Expected the last");
 * ```
 */
export function cosines(
  points: readonly CosinePoint[],
  { title }: CosinesOptions = {},
): Figure {
  expectList(points, POINTS);
  if (points.length === 0) throw new RangeError("Expected cosines to draw, but found none");
  points.forEach(checkPoint);
  const lines = [...Map.groupBy(points, ({ name }) => name)].map(([name, those]) => {
    checkPositions(name, those);
    return { name, points: those.toSorted((a, b) => a.position - b.position) };
  });
  const names = lines.map(({ name }) => name);
  const color = ({ name }: { name: string }) => seriesColor(names.indexOf(name));
  const dots = lines.flatMap(({ points }) => points);
  const banded = dots.flatMap(({ low, high, ...dot }) =>
    low === undefined || high === undefined ? [] : [{ ...dot, low, high: Math.min(1, high) }]
  );
  const last = lines.map(({ points }) => points[points.length - 1]);
  const count = Math.max(...dots.map(({ position }) => position));
  const lowest = Math.min(0, ...dots.map(({ cosine, low = cosine }) => Math.min(cosine, low)));
  const place = { x: "position", z: "name" } as const;
  const said = ({ name, cosine }: CosinePoint) => `${name} ${cosineWords(cosine)}`;
  const labelled = 20 + LETTER * Math.max(...last.map((dot) => said(dot).length));
  const description = title ?? `Cosine of predicted and true tokens: ${last.map(said).join(", ")}`;
  const draw = () =>
    chart((Plot) => ({
      width: 500 + labelled,
      height: 300,
      marginLeft: 44,
      marginRight: labelled,
      marginTop: 30,
      marginBottom: 40,
      x: {
        domain: [0.5, count + 0.5],
        label: "position of the visual token →",
        labelArrow: "none",
        labelAnchor: "center",
        ticks: evenly(1, count, MOST_TICKS),
        tickFormat: "d",
      },
      y: {
        domain: [lowest, 1],
        grid: true,
        ticks: 5,
        tickSize: 0,
        label: "↑ cosine of predicted and true",
        labelArrow: "none",
      },
      marks: [
        lowest < 0 ? Plot.ruleY([0], { stroke: theme.quiet }) : null,
        Plot.areaY(banded, { ...place, y1: "low", y2: "high", fill: color, fillOpacity: 0.16 }),
        Plot.ruleX(banded, { ...place, y1: "low", y2: "high", stroke: color, strokeOpacity: 0.3 }),
        Plot.line(dots, { ...place, y: "cosine", stroke: color, strokeWidth: 2 }),
        Plot.dot(dots, { ...place, y: "cosine", fill: color, stroke: theme.paper, r: 3 }),
        Plot.text(apart(last, ({ cosine }) => cosine, 1 - lowest), {
          x: "position",
          y: "height",
          text: said,
          fill: color,
          textAnchor: "start",
          fontWeight: 600,
          dx: 9,
        }),
      ],
    }));
  return new Figure(description, () => sheet(headed(title, draw()), description));
}

/** @throws RangeError where `cosine` is none; `where` says whose it is. */
export function checkCosine(cosine: number, where: string): void {
  if (typeof cosine === "number" && Math.abs(cosine) <= 1 + ROUNDING) return;
  throw new RangeError(`Expected cosines from -1 to 1, but found ${brief(cosine)} ${where}`);
}

/** A cosine as it is written: two digits, and a minus that is one; nothing is less than nothing. */
export function cosineWords(cosine: number): string {
  return cosine.toFixed(2).replace("-0.00", "0.00").replace("-", "−");
}

function checkPoint(point: CosinePoint): void {
  const { name, position, cosine, low, high } = point;
  if (typeof name !== "string") {
    throw new TypeError(`Expected a list of ${POINTS}, but found ${brief(point)} in it`);
  }
  if (!(Number.isInteger(position) && position > 0)) {
    throw new RangeError(`Expected positions from 1, but found ${brief(position)} of "${name}"`);
  }
  const where = `of "${name}" at position ${position}`;
  checkCosine(cosine, where);
  if (low === undefined && high === undefined) return;
  if (low === undefined || high === undefined || !(low <= high) || !isFinite(high - low)) {
    throw new RangeError(
      `Expected an interval from low to high, but found ${low} to ${high} ${where}`,
    );
  }
}

function checkPositions(name: string, points: readonly CosinePoint[]): void {
  const seen = new Set<number>();
  for (const { position } of points) {
    if (seen.has(position)) {
      throw new RangeError(
        `Expected one cosine for each position, but found two of "${name}" at position ${position}`,
      );
    }
    seen.add(position);
  }
}
