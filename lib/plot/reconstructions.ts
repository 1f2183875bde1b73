import type { Picture } from "../data/picture.ts";
import { type Drawing, headed, image, place, sheet, text } from "./drawing.ts";
import { Figure } from "./figure.ts";
import { theme } from "./theme.ts";

/** A picture, the codes that it was turned into, and what came back out of them. */
export interface Reconstruction {
  readonly picture: Picture;
  /** Codebook ids of the `grid × grid` tokens, row by row. */
  readonly tokens?: readonly number[];
  readonly reconstruction: Picture;
}

export interface ReconstructionsOptions {
  readonly title?: string;
  /** How many of them stand side by side; two unless told. */
  readonly columns?: number;
}

const SIDE = 116;
const GAP = 8;
const BETWEEN = 30;
const MARGIN = 16;
const LABEL_HEIGHT = 20;
/** The narrowest cell, in pixels, that an id can be read in. */
const CELL_WITH_ID = 24;

/**
 * Picture, tokens and reconstruction side by side. A token's colour comes from its codebook id alone,
 * so that equal codes look equal everywhere.
 *
 * @throws RangeError when there is nothing to show, or when a picture's tokens form no square grid of
 *   whole numbers.
 *
 * @example
 * ```ts
 * import { reconstructions } from "./reconstructions.ts";
 * const picture = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3).fill(90) };
 * const figure = reconstructions([{ picture, tokens: [3, 3, 3, 7], reconstruction: picture }]);
 * if (figure.svg().split(">3</text>").length !== 4) throw new Error("three tokens have code 3");
 * ```
 */
export function reconstructions(
  rows: readonly Reconstruction[],
  options: ReconstructionsOptions = {},
): Figure {
  if (rows.length === 0) throw new RangeError("Expected reconstructions to show, but found none");
  for (const { tokens } of rows) if (tokens !== undefined) checkTokens(tokens);
  const { title, columns = 2 } = options;
  const description = title ?? `${rows.length} pictures, their tokens and their reconstructions`;
  return new Figure(description, () => sheet(headed(title, table(rows, columns)), description));
}

function table(rows: readonly Reconstruction[], mostColumns: number): Drawing {
  const columns = Math.min(mostColumns, rows.length);
  const labels = rows.some(({ tokens }) => tokens !== undefined)
    ? ["picture", "tokens", "reconstruction"]
    : ["picture", "reconstruction"];
  const width = labels.length * (SIDE + GAP) - GAP;
  const across = (column: number) => MARGIN + column * (width + BETWEEN);
  let body = "";
  for (let column = 0; column < columns; column++) {
    body += labels.map((label, index) =>
      text(across(column) + index * (SIDE + GAP) + SIDE / 2, MARGIN + 6, label, {
        size: 11.5,
        color: theme.quiet,
        anchor: "middle",
      })
    ).join("");
  }
  const top = MARGIN + LABEL_HEIGHT - 6;
  body += rows.map((row, index) => {
    const y = top + Math.floor(index / columns) * (SIDE + GAP);
    return place(across(index % columns), y, triple(row, width));
  }).join("");
  const height = top + Math.ceil(rows.length / columns) * (SIDE + GAP) - GAP + MARGIN;
  return { width: across(columns) - BETWEEN + MARGIN, height, body };
}

function triple({ picture, tokens, reconstruction }: Reconstruction, width: number): Drawing {
  const codes = tokens === undefined ? "" : place(SIDE + GAP, 0, tokenGrid(tokens));
  const body = image(0, 0, SIDE, SIDE, picture) + codes +
    image(width - SIDE, 0, SIDE, SIDE, reconstruction);
  return { width, height: SIDE, body };
}

function tokenGrid(tokens: readonly number[]): Drawing {
  const grid = Math.sqrt(tokens.length);
  const cell = SIDE / grid;
  const cells = tokens.map((code, index) => {
    const [x, y] = [(index % grid) * cell, Math.floor(index / grid) * cell];
    const square = `<rect class="token" x="${x}" y="${y}" width="${cell}" height="${cell}" fill="${
      codeColor(code)
    }" stroke="white" stroke-width="1"/>`;
    if (cell < CELL_WITH_ID) return square;
    return square +
      text(x + cell / 2, y + cell / 2 + 3.5, `${code}`, { size: 9.5, anchor: "middle" });
  });
  return { width: SIDE, height: SIDE, body: cells.join("") };
}

/** Neighbouring ids get hues far apart: each turns the colour wheel by the golden angle. */
function codeColor(code: number): string {
  const hue = Math.round((code * 137.508) % 360);
  return `hsl(${hue}, ${code % 2 === 0 ? 62 : 45}%, ${72 + (code % 3) * 6}%)`;
}

function checkTokens(tokens: readonly number[]): void {
  const grid = Math.sqrt(tokens.length);
  if (tokens.length === 0 || !Number.isInteger(grid)) {
    throw new RangeError(`Expected tokens in a square grid, but found ${tokens.length} of them`);
  }
  const wrong = tokens.find((code) => !Number.isInteger(code) || code < 0);
  if (wrong !== undefined) {
    throw new RangeError(`Expected codebook ids from 0, but found ${wrong} among the tokens`);
  }
}
