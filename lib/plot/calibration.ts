/** How often a judge is right, by how sure it is. */
import type { Calibration, CalibrationBin } from "../evaluation/calibration.ts";
import { chart } from "./chart.ts";
import { headed, sheet } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { theme } from "./theme.ts";

/** How a calibration is drawn. */
export interface CalibrationOptions {
  /** What stands above it. */
  readonly title?: string;
}

/**
 * How sure a judge was, and how often rightly: a dot for each bin of confidence, the larger the more
 * judgements are in it. A judge that knows what it does not know stands on the diagonal.
 *
 * @throws RangeError when there are no judgements.
 *
 * @example
 * ```ts
 * import { calibrationOf } from "../evaluation/calibration.ts";
 * import { calibration } from "./calibration.ts";
 * const figure = calibration(calibrationOf([
 *   { judgement: { assessment: { overall: 10, verdict: "good" }, confidence: 0.9 }, isRight: true },
 *   { judgement: { assessment: { overall: 0, verdict: "bad" }, confidence: 0.2 }, isRight: false },
 * ]));
 * if (!figure.svg().includes("AUROC 1.00")) throw new Error("Expected the area");
 * ```
 */
export function calibration(
  { auroc, kappa, bins, unjudged }: Calibration,
  { title }: CalibrationOptions = {},
): Figure {
  if (bins.length === 0) throw new RangeError("Expected judgements to draw, but found none");
  const all = bins.reduce((sum, { count }) => sum + count, 0);
  const facts = `AUROC ${auroc.toFixed(2)}, κ ${kappa.toFixed(2)}, ${all} judgements` +
    (unjudged > 0 ? `, ${unjudged} of them no assessments` : "");
  const description = title === undefined ? facts : `${title}: ${facts}`;
  const draw = () =>
    chart((Plot) => ({
      width: 420,
      height: 400,
      marginLeft: 52,
      marginBottom: 44,
      marginTop: 34,
      x: { domain: [0, 1], label: "confidence →", labelArrow: "none", ticks: 5, tickSize: 0 },
      y: {
        domain: [0, 1],
        label: "↑ share that is right",
        labelArrow: "none",
        ticks: 5,
        grid: true,
      },
      r: { domain: [0, all], range: [2, 26] },
      marks: [
        Plot.line([[0, 0], [1, 1]], { stroke: theme.quiet, strokeDasharray: "3,3" }),
        Plot.line(bins, { x: "confidence", y: "right", stroke: theme.accent, strokeWidth: 1.5 }),
        Plot.dot(bins, {
          x: "confidence",
          y: "right",
          r: "count",
          fill: theme.accent,
          fillOpacity: 0.7,
          stroke: theme.paper,
        }),
        Plot.text(bins, {
          x: "confidence",
          y: "right",
          text: ({ count }: CalibrationBin) => `${count}`,
          fontSize: 9,
        }),
        Plot.text([facts.replaceAll(", ", "\n")], {
          frameAnchor: "bottom-right",
          textAnchor: "end",
          text: (lines: string) => lines,
          lineAnchor: "bottom",
          dx: -8,
          dy: -8,
          lineHeight: 1.4,
          fontSize: 11,
          fontWeight: 600,
        }),
      ],
    }));
  return new Figure(description, () => sheet(headed(title, draw()), description));
}
