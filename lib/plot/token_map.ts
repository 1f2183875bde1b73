/** Codes, drawn over the pictures that they stand for. */
import type { Picture } from "../data/picture.ts";
import { type Drawing, headed, image, place, sheet, text } from "./drawing.ts";
import { expectWithPictures } from "./expected.ts";
import { Figure } from "./figure.ts";
import { checkTokens, tokenGrid } from "./tokens.ts";

/** A picture and the codes of its `grid × grid` tokens, row by row. */
export interface TokenizedPicture {
  /** What was encoded. */
  readonly picture: Picture;
  /** Codebook ids. */
  readonly tokens: readonly number[];
  /** What stands below it. */
  readonly title?: string;
}

/** How tokens are drawn. */
export interface TokenMapOptions {
  /** What stands above them. */
  readonly title?: string;
  /** How many stand side by side; default 4. */
  readonly columns?: number;
}

const SIDE = 168;
const GAP = 14;
const MARGIN = 16;
const CAPTION = 18;

/**
 * Which code stands where: the tokens over their pictures, each in the colour of its code, so that
 * equal codes look equal in all of them.
 *
 * @throws RangeError when there is nothing to show, or when tokens form no square grid of whole
 *   numbers.
 *
 * @example
 * ```ts
 * import { tokenMap } from "./token_map.ts";
 * const picture = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3).fill(90) };
 * const figure = tokenMap([{ picture, tokens: [3, 3, 3, 7], title: "a wall" }]);
 * if (figure.svg().split(">3</text>").length !== 4) throw new Error("three tokens have code 3");
 * ```
 */
export function tokenMap(
  pictures: readonly TokenizedPicture[],
  { title, columns = 4 }: TokenMapOptions = {},
): Figure {
  expectWithPictures(pictures);
  if (pictures.length === 0) throw new RangeError("Expected pictures to show, but found none");
  for (const { tokens } of pictures) checkTokens(tokens);
  const description = title ?? `${pictures.length} pictures and the codes of their tokens`;
  return new Figure(description, () => sheet(headed(title, table(pictures, columns)), description));
}

function table(pictures: readonly TokenizedPicture[], mostColumns: number): Drawing {
  const columns = Math.min(mostColumns, pictures.length);
  const rowHeight = SIDE + GAP + (pictures.some(({ title }) => title) ? CAPTION : 0);
  const body = pictures.map(({ picture, tokens, title }, i) => {
    const [x, y] = [(i % columns) * (SIDE + GAP), Math.floor(i / columns) * rowHeight];
    const caption = title === undefined
      ? ""
      : text(SIDE / 2, SIDE + 15, title, { size: 11.5, anchor: "middle" });
    return place(MARGIN + x, MARGIN + y, {
      width: SIDE,
      height: SIDE,
      body: image(0, 0, SIDE, SIDE, picture) + tokenGrid(tokens, SIDE, 0.42) + caption,
    });
  }).join("");
  return {
    width: 2 * MARGIN + columns * (SIDE + GAP) - GAP,
    height: 2 * MARGIN + Math.ceil(pictures.length / columns) * rowHeight - GAP,
    body,
  };
}
