/** A picture beside what a judge says of it. */
import { type Assessment, AXES } from "../assessment/assessment.ts";
import { expectPicture, type Picture } from "../data/picture.ts";
import { type Drawing, headed, image, place, sheet, text, verdictMark, wrap } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { theme } from "./theme.ts";

/** How an assessment is drawn. */
export interface AssessmentOptions {
  /** What stands above it, such as the caption that the picture was drawn for. */
  readonly title?: string;
}

const SIDE = 176;
const MARGIN = 16;
const WIDTH = 640;
const BAR = { left: 72, width: 90, height: 8 };
const ANALYSIS = { size: 12, leading: 16, lines: 3, left: BAR.left + BAR.width + 40 };

/**
 * A picture beside what a judge says of it: score and analysis on each axis, overall and verdict. A
 * model that was asked to judge may have written something else: then that is what stands there.
 *
 * @example
 * ```ts
 * import { assessment } from "./assessment.ts";
 * const picture = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3).fill(90) };
 * const object = { score: 10, analysis: "heart seen" };
 * const figure = assessment(picture, { object, overall: 10, verdict: "good" });
 * if (!figure.svg().includes("heart seen")) throw new Error("the analysis is missing");
 * ```
 */
export function assessment(
  picture: Picture,
  judged: Assessment | undefined,
  { title }: AssessmentOptions = {},
): Figure {
  expectPicture(picture);
  const said = judged === undefined
    ? "no assessment"
    : `${judged.verdict}, ${judged.overall} of 10`;
  const description = `${title ?? "picture"}: ${said}`;
  return new Figure(description, () => sheet(headed(title, card(picture, judged)), description));
}

function card(picture: Picture, judged: Assessment | undefined): Drawing {
  const left = MARGIN + SIDE + 24;
  const widthOfWords = WIDTH - left - ANALYSIS.left - MARGIN;
  const shown = image(MARGIN, MARGIN, SIDE, SIDE, picture);
  if (judged === undefined) {
    const none = text(
      left,
      MARGIN + SIDE / 2,
      "no assessment: what was written cannot be read as one",
      {
        color: theme.quiet,
      },
    );
    return { width: WIDTH, height: SIDE + 2 * MARGIN, body: shown + none };
  }
  let y = MARGIN;
  let rows = "";
  for (const axis of AXES) {
    const said = judged[axis];
    if (said === undefined) continue;
    const lines = wrap(said.analysis, widthOfWords, ANALYSIS.size, ANALYSIS.lines);
    rows += place(left, y, axisRow(axis, said.score, lines));
    y += Math.max(1, lines.length) * ANALYSIS.leading + 14;
  }
  const verdict = verdictMark(left + 8, y + 14, judged.verdict) +
    text(left + 24, y + 18, `${judged.verdict}, ${judged.overall} of 10 overall`, {
      weight: 600,
      color: theme[judged.verdict],
    });
  const height = Math.max(SIDE + 2 * MARGIN, y + 30 + MARGIN);
  return { width: WIDTH, height, body: shown + rows + verdict };
}

function axisRow(axis: string, score: number, analysis: readonly string[]): Drawing {
  const color = score === 10 ? theme.good : theme.bad;
  const bar = (width: number, fill: string, name: string) =>
    `<rect class="${name}" x="${BAR.left}" y="5" width="${width}" height="${BAR.height}" rx="4" fill="${fill}"/>`;
  const body = text(0, 13, axis, { weight: 600 }) +
    bar(BAR.width, theme.line, "scale") +
    (score > 0 ? bar(BAR.width * score / 10, color, "score") : "") +
    text(BAR.left + BAR.width + 10, 13, `${score}`, { color: theme.quiet }) +
    analysis.map((line, index) =>
      text(ANALYSIS.left, 13 + index * ANALYSIS.leading, line, { size: ANALYSIS.size })
    ).join("");
  const height = Math.max(1, analysis.length) * ANALYSIS.leading + 4;
  return { width: WIDTH - MARGIN - SIDE - 24, height, body };
}
