/** A measure over two things that were varied, as a table of coloured numbers. */
import { cellTable } from "./cell_table.ts";
import { headed, sheet } from "./drawing.ts";
import { Figure } from "./figure.ts";

/** What was measured at one place. */
export interface HeatMapCell {
  /** Where it is across. */
  readonly x: number | string;
  /** Where it is upwards. */
  readonly y: number | string;
  /** What its colour says. */
  readonly value: number;
  /** How far it may be off, to either side: half the width of its interval, say. */
  readonly spread?: number;
}

/** What a heat map is of. */
export interface HeatMapOptions {
  /** What is varied across: "drawing samples". */
  readonly x: string;
  /** What is varied upwards. */
  readonly y: string;
  /** What stands above it. */
  readonly title?: string;
}

/** How far the least value is from white, as a share of the range: white is what has no value. */
const TINT = 0.2;

/**
 * A number in each cell of a grid, the darker the greater, with its spread below. Numbers on an axis
 * stand in their order, to the right and upwards; names in that in which they come up, to the right
 * and downwards. A place where nothing was measured stays empty.
 *
 * @throws RangeError when there are no cells, at a value or a spread that is not finite, and at two
 *   cells in one place.
 *
 * @example
 * ```ts
 * import { heatMap } from "./heat_map.ts";
 * const figure = heatMap([
 *   { x: 200, y: 1000, value: 0.31, spread: 0.04 },
 *   { x: 5000, y: 1000, value: 0.64, spread: 0.02 },
 *   { x: 5000, y: 20_000, value: 0.78, spread: 0.02 },
 * ], { x: "drawing samples", y: "reading samples", title: "GenEval" });
 * for (const word of ["drawing samples", "20,000", "0.78", "± 0.02"]) {
 *   if (!figure.svg().includes(word)) throw new Error(`Expected ${word}`);
 * }
 * ```
 */
export function heatMap(
  cells: readonly HeatMapCell[],
  { x, y, title }: HeatMapOptions,
): Figure {
  if (cells.length === 0) throw new RangeError("Expected cells to draw, but found none");
  const seen = new Set<string>();
  for (const cell of cells) {
    const where = `at ${x} ${cell.x}, ${y} ${cell.y}`;
    for (const [name, number] of [["value", cell.value], ["spread", cell.spread ?? 0]] as const) {
      if (!Number.isFinite(number)) {
        throw new RangeError(`Expected a finite ${name}, but found ${number} ${where}`);
      }
    }
    if (seen.has(where)) throw new RangeError(`Expected one value a place, but found two ${where}`);
    seen.add(where);
  }
  const values = cells.map(({ value }) => value);
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const digits = digitsFor(Math.max(-lowest, highest));
  const written = cells.map((cell) => ({
    x: label(cell.x),
    y: label(cell.y),
    value: cell.value,
    said: cell.value.toFixed(digits).replace("-", "−"),
    note: cell.spread === undefined ? undefined : `± ${cell.spread.toFixed(digits)}`,
  }));
  const columns = inOrder(cells.map((cell) => cell.x));
  const rows = inOrder(cells.map((cell) => cell.y));
  if (areNumbers(rows)) rows.reverse();
  const [across, down] = [columns.map(label), rows.map(label)];
  const description = `${title ?? "Values"} by ${x} and ${y}: ` +
    `${lowest.toFixed(digits)} to ${highest.toFixed(digits)}`;
  const draw = () =>
    cellTable({
      cells: written,
      outlined: across.flatMap((x) => down.map((y) => ({ x, y }))),
      x: { labels: across, name: x },
      y: { labels: down, name: y },
      axis: "bottom",
      colors: [lowest - TINT * (highest - lowest), highest],
      size: [68, 44],
    });
  return new Figure(description, () => sheet(headed(title, draw()), description));
}

type Place = number | string;

/** Each place once: numbers from the least on, names as they come up. */
function inOrder(places: readonly Place[]): Place[] {
  const found = [...new Set(places)];
  return areNumbers(found) ? found.sort((a, b) => a - b) : found;
}

function areNumbers(places: Place[]): places is number[] {
  return places.every((place) => typeof place === "number");
}

function label(place: Place): string {
  return typeof place === "number"
    ? place.toLocaleString("en", { maximumFractionDigits: 12 })
    : place;
}

/** Digits after the point, so that the greatest of the numbers has three or four in all. */
function digitsFor(greatest: number): number {
  return greatest < 10 ? 2 : greatest < 100 ? 1 : 0;
}
