/** Of each truth, as what it was seen. */
import { cellTable } from "./cell_table.ts";
import { headed, sheet } from "./drawing.ts";
import { Figure } from "./figure.ts";

/** What something is, and what it was taken for. */
export interface Taken {
  /** Its true label. */
  readonly truth: string;
  /** The label that it got. */
  readonly seen: string;
}

/** How a confusion matrix is drawn. */
export interface ConfusionOptions {
  /** What stands above it. */
  readonly title?: string;
  /** The order of the labels; default that in which they come up. */
  readonly labels?: readonly string[];
}

/**
 * What was taken for what: a row for each thing that there is, a column for what was seen, the share
 * of the row in each square. What is right stands on the diagonal.
 *
 * @throws RangeError when there is nothing to count, or a label that `labels` lacks.
 *
 * @example
 * ```ts
 * import { confusion } from "./confusion.ts";
 * const figure = confusion([
 *   { truth: "red", seen: "red" },
 *   { truth: "red", seen: "orange" },
 *   { truth: "orange", seen: "orange" },
 * ]);
 * if (!figure.svg().includes(".50")) throw new Error("Expected half of the red to be orange");
 * ```
 */
export function confusion(
  taken: readonly Taken[],
  { title, labels: order }: ConfusionOptions = {},
): Figure {
  if (taken.length === 0) throw new RangeError("Expected things to count, but found none");
  const found = [...new Set(taken.flatMap(({ truth, seen }) => [truth, seen]))];
  const labels = order ?? found;
  const unknown = found.find((label) => !labels.includes(label));
  if (unknown !== undefined) {
    throw new RangeError(`Expected labels among ${labels.join(", ")}, but found "${unknown}"`);
  }
  const rows = Map.groupBy(taken, ({ truth }) => truth);
  const squares = [...rows].flatMap(([truth, those]) =>
    [...Map.groupBy(those, ({ seen }) => seen)].map(([seen, { length }]) => {
      const share = length / those.length;
      return {
        x: seen,
        y: truth,
        value: share,
        said: share === 1 ? "1" : share.toFixed(2).slice(1),
      };
    })
  );
  const right = taken.filter(({ truth, seen }) => truth === seen).length / taken.length;
  const description = title ?? `What was seen as what: ${(100 * right).toFixed(0)} % rightly`;
  const draw = () =>
    cellTable({
      cells: squares,
      outlined: labels.map((label) => ({ x: label, y: label })),
      x: { labels, name: "seen" },
      y: { labels, name: "there is" },
      axis: "top",
      colors: [0, 1],
      size: [48, 32],
    });
  return new Figure(description, () => sheet(headed(title, draw()), description));
}
