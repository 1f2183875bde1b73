/** Losses over samples, stage after stage. */
import { chart } from "./chart.ts";
import { type Drawing, headed, place, sheet, text } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { seriesColor, theme } from "./theme.ts";

/** What one training step reported: its loss and, by name, any parts that the loss is the sum of. */
export interface LossPoint {
  /** Stages follow each other along the axis. */
  readonly stage: string;
  /** Samples seen, in this stage or in all. */
  readonly samples?: number;
  /** Steps taken, in this stage or in all; used where `samples` is absent. */
  readonly step?: number;
  /** Of the step. */
  readonly loss: number;
  /** Parts of the loss, by name. */
  readonly [part: string]: number | string | undefined;
}

/** What is drawn of a training. */
export interface LossCurveOptions {
  /** What stands above it. */
  readonly title?: string;
  /** What to draw, one panel each; default the loss alone. */
  readonly parts?: readonly string[];
}

interface Dot {
  readonly x: number;
  readonly y: number;
}

/** Where a stage stands on the axis that all panels share. */
interface Span {
  readonly stage: string;
  readonly color: string;
  readonly start: number;
  readonly end: number;
  /** The samples or steps that all stages before it took, where it counts from one again. */
  readonly offset: number;
  readonly reports: readonly LossPoint[];
}

/** What a stage reported of one part. */
interface StageCurve {
  readonly color: string;
  readonly raw: readonly Dot[];
  readonly smooth: readonly Dot[];
}

const WIDTH = 720;
const PANEL_HEIGHT = 270;
const MARGIN = { left: 56, right: 20 };
const DOTS_A_STAGE = 240;
/** How wide a letter of a stage's name is, in pixels. */
const BOLD_LETTER = 7.2;

/**
 * Alignment curves: the loss over the samples seen, stage after stage. Every report is drawn faintly,
 * their moving average over a twentieth of the stage strongly; a labelled line stands where a stage
 * begins. The loss axis is logarithmic where the losses span more than a factor of thirty.
 *
 * @throws RangeError when there is nothing to draw: no point holds a finite number for one of the
 *   parts.
 *
 * @example
 * ```ts
 * import { lossCurve } from "./loss_curve.ts";
 * const curve = lossCurve([
 *   { stage: "alignment", samples: 64, loss: 3.1 },
 *   { stage: "alignment", samples: 128, loss: 2.4 },
 * ]);
 * if (!curve.svg().includes("alignment")) throw new Error("the stage is not named");
 * ```
 */
export function lossCurve(points: readonly LossPoint[], options: LossCurveOptions = {}): Figure {
  const { title, parts = ["loss"] } = options;
  const spans = stageSpans(points);
  const panels = parts.map((part) => ({ part, curves: stageCurves(spans, part) }));
  const stages = spans.map(({ stage }) => stage);
  const description = title ?? `${parts.join(", ")} over ${stages.join(", ")}`;
  const unit = points.some((point) => point.samples !== undefined) ? "samples" : "steps";
  return new Figure(description, () => {
    const key = stageKey(spans);
    const drawings = panels.map(({ part, curves }, row) => {
      const isLast = row === panels.length - 1;
      return place(0, row * PANEL_HEIGHT, panel(part, spans, curves, isLast ? unit : null));
    });
    const bottom = drawings.length * PANEL_HEIGHT;
    const footing = key === "" ? "" : text(16, bottom + 8, key, { size: 11, color: theme.quiet });
    const height = bottom + (key === "" ? 0 : 20);
    const body = drawings.join("") + footing;
    return sheet(headed(title, { width: WIDTH, height, body }), description);
  });
}

function panel(
  part: string,
  spans: readonly Span[],
  curves: readonly StageCurve[],
  unit: string | null,
): Drawing {
  const values = curves.flatMap((curve) => curve.smooth.map((dot) => dot.y));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const logarithmic = low > 0 && high / low > 30;
  const drawing = chart((Plot) => ({
    width: WIDTH,
    height: PANEL_HEIGHT,
    marginLeft: MARGIN.left,
    marginRight: MARGIN.right,
    marginTop: 38,
    marginBottom: 38,
    x: {
      domain: [spans[0].start, spans[spans.length - 1].end],
      label: unit && `${unit} →`,
      labelAnchor: "right",
      labelArrow: "none",
    },
    y: {
      label: null,
      ...(logarithmic
        ? {
          type: "log",
          domain: [low / 1.1, high * 1.1],
          ticks: logTicks(low, high),
          tickFormat: "~r",
        }
        : { domain: [Math.min(0, low), high * 1.05 || 1], ticks: 5 }),
      clamp: true,
      grid: true,
      tickSize: 0,
    },
    marks: [
      Plot.ruleX(spans.slice(1), { x: "start", stroke: theme.quiet, strokeDasharray: "3,3" }),
      curves.map(({ raw, color }) =>
        Plot.line(raw, { x: "x", y: "y", stroke: color, strokeOpacity: 0.25 })
      ),
      curves.map(({ smooth, color }) =>
        Plot.line(smooth, { x: "x", y: "y", stroke: color, strokeWidth: 2 })
      ),
      Plot.text(stageLabels(spans), {
        x: "x",
        text: "label",
        fill: "color",
        frameAnchor: "top-left",
        textAnchor: "start",
        dy: -13,
        dx: 2,
        fontWeight: 600,
      }),
    ],
  }));
  return { ...drawing, body: drawing.body + text(16, 12, `↑ ${part}`, { size: 11 }) };
}

/** The powers of ten and, about half-way between them, three times each, from `low` to `high`. */
function logTicks(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const digit of [1, 3]) {
      const tick = Number(`${digit}e${power}`);
      if (tick >= low / 1.1 && tick <= high * 1.1) ticks.push(tick);
    }
  }
  return ticks;
}

/**
 * A stage's name where it begins, or its number where the stage is too short for its name; further
 * right where the label before it is in the way.
 */
function stageLabels(spans: readonly Span[]) {
  const whole = spans[spans.length - 1].end - spans[0].start || 1;
  const letter = BOLD_LETTER * whole / (WIDTH - MARGIN.left - MARGIN.right);
  let free = spans[0].start;
  return spans.map(({ stage, start, end, color }, index) => {
    const x = Math.max(start, free);
    const label = stage.length * letter < end - x ? stage : `${index + 1}`;
    free = x + (label.length + 1) * letter;
    return { x, color, stage, label };
  });
}

/** The names of the stages that only had room for a number. */
function stageKey(spans: readonly Span[]): string {
  return stageLabels(spans)
    .filter(({ label, stage }) => label !== stage)
    .map(({ label, stage }) => `${label} ${stage}`)
    .join("   ·   ");
}

const placeOf = (report: LossPoint, index: number) => report.samples ?? report.step ?? index + 1;

/** How far the first report is from where its stage began: as far as from the second. */
function stepOf(reports: readonly LossPoint[]): number {
  const first = placeOf(reports[0], 0);
  return reports.length > 1 ? placeOf(reports[1], 1) - first : first;
}

function stageSpans(points: readonly LossPoint[]): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const [stage, reports] of Map.groupBy(points, (point) => point.stage)) {
    const first = placeOf(reports[0], 0);
    const offset = first < end ? end : 0;
    const start = spans.length === 0 ? Math.max(0, first - stepOf(reports)) : end;
    end = offset + placeOf(reports[reports.length - 1], reports.length - 1);
    spans.push({ stage, color: seriesColor(spans.length), start, end, offset, reports });
  }
  return spans;
}

function stageCurves(spans: readonly Span[], part: string): StageCurve[] {
  const curves = spans.flatMap(({ color, offset, reports }): StageCurve[] => {
    const raw = reports.flatMap((report, index): Dot[] => {
      const y = report[part];
      const x = offset + placeOf(report, index);
      return typeof y === "number" && Number.isFinite(y) ? [{ x, y }] : [];
    });
    return raw.length === 0 ? [] : [{ color, raw: thin(raw), smooth: thin(movingAverage(raw)) }];
  });
  if (curves.length === 0) {
    throw new RangeError(`Expected points with a finite number as ${part}, but found none`);
  }
  return curves;
}

/** The mean of the reports around each one, a twentieth of all wide. */
function movingAverage(dots: readonly Dot[]): Dot[] {
  const reach = Math.ceil(dots.length / 40);
  const sums = [0];
  for (const { y } of dots) sums.push(sums[sums.length - 1] + y);
  return dots.map(({ x }, index) => {
    const before = Math.min(reach, index);
    const after = Math.min(before, dots.length - 1 - index);
    const [from, to] = [index - before, index + after + 1];
    return { x, y: (sums[to] - sums[from]) / (to - from) };
  });
}

/** At most `DOTS_A_STAGE` of the dots, evenly spread, the last among them. */
function thin(dots: readonly Dot[]): readonly Dot[] {
  const every = Math.ceil(dots.length / DOTS_A_STAGE);
  return dots.filter((_, index) => (dots.length - 1 - index) % every === 0);
}
