import { type Figure, jupyterDisplay } from "./figure.ts";
import { lossCurve, type LossCurveOptions, type LossPoint } from "./loss_curve.ts";
import { type Display, notebookDisplay } from "./notebook_display.ts";

const MILLISECONDS_BETWEEN_DRAWINGS = 500;

/** A loss curve that grows in the output of a notebook cell while the cell runs. */
export interface LiveCurve {
  /** Adds a point and, at most twice a second, draws the curve anew. */
  push(point: LossPoint): Promise<void>;
  /** Draws the last points. */
  finish(): Promise<void>;
  /** The curve so far, for saving it. */
  figure(): Figure;
}

/**
 * A loss curve for a notebook cell to push points to. It redraws itself in place; outside of a
 * notebook nothing is shown, and `figure()` still holds the curve.
 *
 * @example
 * ```ts
 * import { liveCurve } from "./live_curve.ts";
 * const curve = liveCurve({ title: "Alignment" });
 * for (let step = 1; step <= 3; step++) await curve.push({ stage: "alignment", step, loss: 1 / step });
 * await curve.finish();
 * if (!curve.figure().svg().includes("Alignment")) throw new Error("the title is missing");
 * ```
 */
export function liveCurve(
  options: LossCurveOptions = {},
  display: Display = notebookDisplay(),
): LiveCurve {
  const points: LossPoint[] = [];
  let drawnAt = -Infinity;
  let drawnPoints = 0;
  const figure = () => lossCurve(points, options);
  const draw = async () => {
    drawnAt = performance.now();
    drawnPoints = points.length;
    await display(figure()[jupyterDisplay]());
  };
  return {
    figure,
    async push(point) {
      points.push(point);
      if (performance.now() - drawnAt >= MILLISECONDS_BETWEEN_DRAWINGS) await draw();
    },
    async finish() {
      if (drawnPoints < points.length) await draw();
    },
  };
}
