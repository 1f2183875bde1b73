/** Models side by side: a row a measure, each seed a ring, the mean of a model a dot in its colour. */
import { chart } from "./chart.ts";
import { headed, sheet } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { seriesColor, theme } from "./theme.ts";

/** What a model scores in a measure, with one seed. */
export interface ModelScore {
  /** What is compared: "ILLUME", "DreamLLM", … */
  readonly name: string;
  /** What is measured; scores of one measure stand in one row. */
  readonly measure: string;
  /** A share from 0 to 1. */
  readonly score: number;
}

/** How models are compared. */
export interface SideBySideOptions {
  /** What stands above them. */
  readonly title?: string;
}

const ROW = 44;

/** Between the lines of two models in one row. */
const APART = 11;

/**
 * Scores of several models, measure by measure, in the order in which they first come.
 *
 * @throws RangeError when there are no scores, or one that is no number
 *
 * @example
 * ```ts
 * import { sideBySide } from "./side_by_side.ts";
 * const figure = sideBySide([
 *   { name: "ILLUME", measure: "drawing", score: 0.94 },
 *   { name: "ILLUME", measure: "drawing", score: 0.96 },
 *   { name: "MetaMorph", measure: "drawing", score: 0.81 },
 * ]);
 * if (!figure.svg().includes(">.95<")) throw new Error("the mean is missing");
 * ```
 */
export function sideBySide(
  scores: readonly ModelScore[],
  { title }: SideBySideOptions = {},
): Figure {
  if (scores.length === 0) throw new RangeError("Expected scores to draw, but found none");
  for (const { name, measure, score } of scores) {
    if (Number.isFinite(score)) continue;
    throw new RangeError(`Expected a score of ${name} in "${measure}", but found ${score}`);
  }
  const names = [...new Set(scores.map(({ name }) => name))];
  const measures = [...new Set(scores.map(({ measure }) => measure))];
  const means = [...Map.groupBy(scores, ({ name, measure }) => `${name}/${measure}`).values()]
    .map((same) => {
      const score = same.reduce((sum, { score }) => sum + score, 0) / same.length;
      const most = Math.max(...same.map(({ score }) => score));
      return { ...same[0], score, most, said: score.toFixed(2).replace(/^0/, "") };
    });
  const description = [
    title,
    ...means.map(({ name, measure, said }) => `${name} ${measure} ${said}`),
  ].filter((words) => words !== undefined).join(": ");
  const draw = () =>
    chart((Plot) => ({
      width: 680,
      height: 70 + ROW * measures.length,
      marginLeft: 230,
      marginRight: 50,
      marginTop: 30,
      marginBottom: 30,
      x: { domain: [0, 1], grid: true, ticks: 5, label: null },
      y: { domain: measures, label: null, tickSize: 0 },
      marks: names.flatMap((name, i) => {
        const dy = (i - (names.length - 1) / 2) * APART;
        const color = seriesColor(i);
        const place = { x: "score", y: "measure", dy } as const;
        const own = means.filter((one) => one.name === name);
        return [
          Plot.dot(scores.filter((one) => one.name === name), { ...place, r: 3, stroke: color }),
          Plot.dot(own, { ...place, r: 4.5, fill: color, stroke: theme.paper }),
          Plot.text(own, {
            ...place,
            x: "most",
            text: "said",
            fill: color,
            textAnchor: "start",
            dx: 9,
            fontSize: 10,
          }),
          Plot.text([name], {
            frameAnchor: "top-left",
            text: (name) => name,
            fill: color,
            fontWeight: 600,
            dx: 110 * i,
            dy: -22,
          }),
        ];
      }),
    }));
  return new Figure(description, () => sheet(headed(title, draw()), description));
}
