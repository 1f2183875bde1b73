/**
 * Pictures that come into being token by token (MetaMorph, arXiv 2412.14164: m continuous visual
 * tokens are predicted one after the other, and a visualizer draws what they hold).
 */
import { expectPictures, type Picture } from "../data/picture.ts";
import { brief } from "../graph/mod.ts";
import { expectList } from "../runtime/mod.ts";
import { checkCosine, cosineWords } from "./cosines.ts";
import { columnHeads, type Drawing, headed, image, place, sheet, text, wrap } from "./drawing.ts";
import { evenly } from "./evenly.ts";
import { Figure } from "./figure.ts";
import { theme } from "./theme.ts";

/** One picture, token by token. */
export interface UnfoldingPicture {
  /** What was asked for. */
  readonly caption: string;
  /**
   * What the visualizer makes of the first k tokens, for k from 0 to m: m + 1 pictures. It draws of m
   * tokens at a time: those after the first k are to say nothing, as the last ones of a picture do
   * that has few things in it (`examples/metamorph_figures.ts`).
   */
  readonly pictures: readonly Picture[];
  /** Of each of the m tokens: its cosine, predicted against true. */
  readonly cosines?: readonly number[];
}

/** How it is drawn. */
export interface UnfoldingOptions {
  /** What stands above it. */
  readonly title?: string;
}

/** Pictures in a row, at most. */
const MOST = 17;
/** How wide the pictures of a row may be together, and each of them. */
const ROW_WIDTH = 1100;
const MOST_SIDE = 104;
const GAP = 6;
const MARGIN = 16;
const HEAD = 18;
const CAPTION = { size: 12, leading: 16, lines: 2 };
const COSINE = { top: 5, bar: 4, number: 16, height: 22, size: 10 };
const KEY = "Under each picture: cosine of its last token, predicted against true";

/**
 * A row of pictures for each caption: what the visualizer makes of no token, of the first, of the
 * first two, … of all. Where there are cosines, they stand below as numbers and bars. Of more than 17
 * pictures, 17 or fewer are shown, at even steps, the first and the last among them.
 *
 * @throws RangeError when there are no rows or no pictures, when rows differ in the number of their
 *   pictures, when there is not one cosine for each token, and at a cosine that is none; TypeError
 *   for what is no list of rows, no caption or no picture.
 *
 * @example
 * ```ts
 * import { unfolding } from "./unfolding.ts";
 * const picture = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3).fill(200) };
 * const pictures = [picture, picture, picture];
 * const figure = unfolding([{ caption: "a white wall", pictures, cosines: [0.81, 0.93] }]);
 * for (const word of ["a white wall", "2 tokens", "0.93"]) {
 *   if (!figure.svg().includes(word)) throw new Error(`Expected ${word}`);
 * }
 * ```
 */
export function unfolding(
  rows: readonly UnfoldingPicture[],
  { title }: UnfoldingOptions = {},
): Figure {
  expectList(rows, "{ caption, pictures }");
  rows.forEach(expectParts);
  const count = rows[0]?.pictures.length ?? 0;
  if (count === 0) throw new RangeError("Expected pictures to show, but found none");
  for (const row of rows) checkRow(row, count);
  const description = title ??
    `Token by token, of ${count - 1}: ${rows.map(({ caption }) => caption).join("; ")}`;
  return new Figure(description, () => sheet(headed(title, table(rows, count)), description));
}

function expectParts({ caption, pictures }: UnfoldingPicture): void {
  if (typeof caption !== "string") {
    throw new TypeError(`Expected a caption, but found ${brief(caption)}`);
  }
  expectPictures(pictures);
}

function checkRow({ caption, pictures, cosines }: UnfoldingPicture, count: number): void {
  if (pictures.length !== count) {
    throw new RangeError(
      `Expected ${count} pictures in each row, but found ${pictures.length} of "${caption}"`,
    );
  }
  if (cosines === undefined) return;
  if (cosines.length !== count - 1) {
    throw new RangeError(
      `Expected a cosine for each of ${count - 1} tokens, but found ${cosines.length} ` +
        `of "${caption}"`,
    );
  }
  cosines.forEach((cosine, i) => checkCosine(cosine, `of "${caption}" at position ${i + 1}`));
}

function table(rows: readonly UnfoldingPicture[], count: number): Drawing {
  const shown = evenly(0, count - 1, MOST);
  const side = Math.min(MOST_SIDE, Math.floor(ROW_WIDTH / shown.length) - GAP);
  const width = shown.length * (side + GAP) - GAP;
  let y = MARGIN + HEAD;
  let body = columnHeads(MARGIN, MARGIN + 6, shown.map((k) => headOf(k, count - 1)), side, GAP);
  for (const row of rows) {
    const drawn = strip(row, shown, side, width);
    body += place(MARGIN, y, drawn);
    y += drawn.height + MARGIN;
  }
  if (rows.some(({ cosines }) => cosines !== undefined)) {
    const lines = wrap(KEY, width, CAPTION.size, KEY.length);
    body += lines.map((line, i) =>
      text(MARGIN, y + 8 + i * CAPTION.leading, line, { size: 11, color: theme.quiet })
    ).join("");
    y += lines.length * CAPTION.leading + 8;
  }
  return { width: width + 2 * MARGIN, height: y, body };
}

/** The head of a column: the first and the last say what is counted. */
function headOf(tokens: number, all: number): string {
  if (tokens !== 0 && tokens !== all) return `${tokens}`;
  return tokens === 1 ? "1 token" : `${tokens} tokens`;
}

function strip(
  { caption, pictures, cosines }: UnfoldingPicture,
  shown: readonly number[],
  side: number,
  width: number,
): Drawing {
  const lines = wrap(caption, width, CAPTION.size, CAPTION.lines);
  const top = lines.length * CAPTION.leading + 4;
  const height = Math.round(side * pictures[0].height / pictures[0].width);
  const words = lines.map((line, i) =>
    text(0, 12 + i * CAPTION.leading, line, { size: CAPTION.size, weight: 600 })
  );
  const cells = shown.map((tokens, column) => {
    const cosine = tokens === 0 ? undefined : cosines?.[tokens - 1];
    const below = cosine === undefined
      ? ""
      : place(0, height, { width: side, height: COSINE.height, body: cosineBar(cosine, side) });
    const body = image(0, 0, side, height, pictures[tokens]) + below;
    return place(column * (side + GAP), top, { width: side, height, body });
  });
  return {
    width,
    height: top + height + (cosines === undefined ? 0 : COSINE.height),
    body: words.join("") + cells.join(""),
  };
}

/** A bar as long as the cosine, and the cosine itself; where it is negative, the number alone. */
function cosineBar(cosine: number, side: number): string {
  const bar = (width: number, fill: string, name: string) =>
    `<rect class="${name}" y="${COSINE.top}" width="${width}" height="${COSINE.bar}" rx="2" ` +
    `fill="${fill}"/>`;
  return bar(side, theme.line, "scale") +
    (cosine > 0 ? bar(side * Math.min(1, cosine), theme.accent, "cosine") : "") +
    text(side / 2, COSINE.top + COSINE.number, cosineWords(cosine), {
      size: COSINE.size,
      anchor: "middle",
    });
}
