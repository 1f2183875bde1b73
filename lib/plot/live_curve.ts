/** A loss curve that grows while a stage runs. */
import { type Bundle, type Display, jupyterDisplay, notebookDisplay } from "../notebook/mod.ts";
import type { Figure } from "./figure.ts";
import { lossCurve, type LossCurveOptions, type LossPoint } from "./loss_curve.ts";

const MILLISECONDS_BETWEEN_DRAWINGS = 500;

/** What a training step reported. The events of a stage are of this kind. */
export interface LiveStep {
  readonly stage: string;
  readonly samples?: number;
  readonly step?: number;
  readonly loss: number;
  /** The terms of the loss, by name. */
  readonly parts?: Readonly<Record<string, number>>;
}

/** A loss curve that grows in the output of a notebook cell while the cell runs. */
export interface LiveCurve {
  /** Adds a step and, at most twice a second, draws the curve anew. */
  push(step: LiveStep): Promise<void>;
  /** Draws the last steps. */
  finish(): Promise<void>;
  /** The curve so far, for saving it. */
  figure(): Figure;
}

/**
 * A loss curve for a notebook cell to push steps to. It redraws itself in place; outside of a
 * notebook nothing is shown, and `figure()` still holds the curve. A part of the loss gets its panel
 * with the first step that reports it.
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
  display: Display = notebookDisplay() ?? nowhere,
): LiveCurve {
  const points: LossPoint[] = [];
  let drawnAt = -Infinity;
  let finishedWith = 0;
  const { parts = ["loss"], ...others } = options;
  const isSeen = (part: string) => points.some((point) => Number.isFinite(point[part]));
  const figure = () => {
    const seen = parts.filter(isSeen);
    return lossCurve(points, { ...others, parts: seen.length === 0 ? parts : seen });
  };
  const draw = async (bundle: Bundle | Promise<Bundle>) => {
    drawnAt = performance.now();
    await display(await bundle);
  };
  return {
    figure,
    async push({ parts: terms, ...step }) {
      points.push({ ...step, ...terms });
      const isDue = performance.now() - drawnAt >= MILLISECONDS_BETWEEN_DRAWINGS;
      if (!isDue || !parts.some(isSeen)) return;
      const now = figure();
      await draw({ "image/svg+xml": now.svg(), "text/plain": now.description });
    },
    async finish() {
      if (finishedWith === points.length) return;
      finishedWith = points.length;
      await draw(figure()[jupyterDisplay]());
    },
  };
}

const nowhere: Display = () => Promise.resolve();
