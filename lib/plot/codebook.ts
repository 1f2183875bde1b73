/** How often codes are used, and what became the most frequent ones. */
import type { Picture } from "../data/picture.ts";
import { chart } from "./chart.ts";
import { type Drawing, headed, image, place, sheet, text } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { theme } from "./theme.ts";
import { codeColor } from "./tokens.ts";

/** How a codebook is drawn. */
export interface CodebookOptions {
  /** What stands above it. */
  readonly title?: string;
  /** How many of the most used codes are shown with what became them; default 8. */
  readonly shown?: number;
}

/** A code, and patches of pictures that became it. */
export interface CodeExamples {
  /** Its number in the codebook. */
  readonly code: number;
  /** The first few are shown. */
  readonly patches: readonly Picture[];
}

const WIDTH = 640;
const PATCH = 46;
const GAP = 6;
const MARGIN = 16;
const LABEL = 116;

/**
 * How often each code of a codebook is used, the most used first, on a logarithmic axis; and what
 * became the most used ones.
 *
 * @param counts how often each code occurs: its length is the codebook's
 * @throws RangeError where no code occurs
 *
 * @example
 * ```ts
 * import { codebook } from "./codebook.ts";
 * const patch = { width: 4, height: 4, data: new Uint8Array(4 * 4 * 3).fill(90) };
 * const figure = codebook([0, 7, 2, 0], [{ code: 1, patches: [patch, patch] }]);
 * if (!figure.svg().includes("2 of 4 codes in use")) throw new Error("Expected the use");
 * ```
 */
export function codebook(
  counts: ArrayLike<number>,
  examples: readonly CodeExamples[] = [],
  { title, shown = 8 }: CodebookOptions = {},
): Figure {
  const sorted = Array.from(counts).filter((count) => count > 0).sort((a, b) => b - a);
  if (sorted.length === 0) throw new RangeError("Expected codes that occur, but found none");
  const use = `${sorted.length} of ${counts.length} codes in use`;
  const description = title === undefined ? use : `${title}: ${use}`;
  const draw = (): Drawing => {
    const histogram = chart((Plot) => ({
      width: WIDTH,
      height: 190,
      marginLeft: 52,
      marginRight: 20,
      marginTop: 22,
      marginBottom: 36,
      x: { domain: [0, counts.length], label: "codes, the most used first →", labelArrow: "none" },
      y: { type: "log", grid: true, ticks: 4, tickFormat: "~s", label: "↑ times used" },
      marks: [
        Plot.areaY(sorted.map((count, rank) => ({ count, rank })), {
          x: "rank",
          y1: 0.5,
          y2: "count",
          fill: theme.pale,
          curve: "step-after",
        }),
        Plot.text([use], { frameAnchor: "top-right", fontWeight: 600, dy: -14 }),
      ],
    }));
    const rows = examples.slice(0, shown);
    const body = rows.map(({ code, patches }, row) => {
      const label =
        `<rect x="0" y="${PATCH / 2 - 8}" width="14" height="14" rx="2" fill="${
          codeColor(code)
        }"/>` +
        text(20, PATCH / 2 + 3.5, `${code}`, { size: 11.5, weight: 600 }) +
        text(LABEL - 14, PATCH / 2 + 3.5, `${counts[code]}×`, {
          size: 11,
          color: theme.quiet,
          anchor: "end",
        });
      const many = Math.floor((WIDTH - 2 * MARGIN - LABEL + GAP) / (PATCH + GAP));
      const drawn = patches.slice(0, many)
        .map((patch, i) => image(LABEL + i * (PATCH + GAP), 0, PATCH, PATCH, patch)).join("");
      return place(MARGIN, histogram.height + GAP + row * (PATCH + GAP), {
        width: WIDTH,
        height: PATCH,
        body: label + drawn,
      });
    }).join("");
    const height = histogram.height + rows.length * (PATCH + GAP) +
      (rows.length ? GAP + MARGIN : 0);
    return { width: WIDTH, height, body: histogram.body + body };
  };
  return new Figure(description, () => sheet(headed(title, draw()), description));
}
