/** How the tokens of a picture are drawn. */
import { text } from "./drawing.ts";

/** The narrowest cell, in pixels, that an id can be read in. */
const CELL_WITH_ID = 24;

/**
 * A square of tokens, `side` pixels wide, each coloured by its code, with the code's id where there
 * is room for it.
 *
 * @param opacity of the colours: below 1, what is drawn below shines through
 */
export function tokenGrid(tokens: readonly number[], side: number, opacity = 1): string {
  const grid = Math.sqrt(tokens.length);
  const cell = side / grid;
  return tokens.map((code, index) => {
    const [x, y] = [(index % grid) * cell, Math.floor(index / grid) * cell];
    const square = `<rect class="token" x="${x}" y="${y}" width="${cell}" height="${cell}" fill="${
      codeColor(code)
    }" fill-opacity="${opacity}" stroke="white" stroke-width="1"/>`;
    if (cell < CELL_WITH_ID) return square;
    return square +
      text(x + cell / 2, y + cell / 2 + 3.5, `${code}`, { size: 9.5, anchor: "middle" });
  }).join("");
}

/** Neighbouring ids get hues far apart: each turns the colour wheel by the golden angle. */
export function codeColor(code: number): string {
  const hue = Math.round((code * 137.508) % 360);
  return `hsl(${hue}, ${code % 2 === 0 ? 62 : 45}%, ${72 + (code % 3) * 6}%)`;
}

/** @throws RangeError where tokens form no square grid of whole numbers */
export function checkTokens(tokens: readonly number[]): void {
  const grid = Math.sqrt(tokens.length);
  if (tokens.length === 0 || !Number.isInteger(grid)) {
    throw new RangeError(`Expected tokens in a square grid, but found ${tokens.length} of them`);
  }
  const wrong = tokens.find((code) => !Number.isInteger(code) || code < 0);
  if (wrong !== undefined) {
    throw new RangeError(`Expected codebook ids from 0, but found ${wrong} among the tokens`);
  }
}
