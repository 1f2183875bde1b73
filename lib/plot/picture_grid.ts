/** Pictures in rows, with titles and verdicts. */
import type { Picture } from "../data/picture.ts";
import { type Drawing, headed, image, place, sheet, text, verdictMark, wrap } from "./drawing.ts";
import { expectWithPictures } from "./expected.ts";
import { Figure } from "./figure.ts";
import { theme } from "./theme.ts";

/** One picture of a grid. */
export interface GridPicture {
  /** What is shown. */
  readonly picture: Picture;
  /** What stands below it, such as the caption that it was drawn for. */
  readonly title?: string;
  /** Whether it is what it should be. */
  readonly mark?: "good" | "bad";
}

/** How a grid of pictures is drawn. */
export interface PictureGridOptions {
  /** Pictures in a row; default 6, or fewer where there are fewer pictures. */
  readonly columns?: number;
  /** How many times larger than its pixels a picture is drawn; default 2. */
  readonly scale?: number;
  /** What stands above it. */
  readonly title?: string;
}

const GAP = 14;
const MARGIN = 16;
const CAPTION = { size: 11.5, lines: 3, leading: 15 };

/**
 * Pictures in rows, with captions below and verdicts on their corners.
 *
 * @throws RangeError when there are no pictures, or when columns or scale are not positive.
 *
 * @example
 * ```ts
 * import { pictureGrid } from "./picture_grid.ts";
 * const picture = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3).fill(200) };
 * const grid = pictureGrid([{ picture, title: "a white wall", mark: "good" }], { scale: 4 });
 * if (!grid.svg().includes("a white wall")) throw new Error("the caption is missing");
 * ```
 */
export function pictureGrid(
  pictures: readonly GridPicture[],
  options: PictureGridOptions = {},
): Figure {
  const { columns = 6, scale = 2, title } = options;
  expectWithPictures(pictures);
  if (pictures.length === 0) throw new RangeError("Expected pictures to show, but found none");
  if (!(Number.isInteger(columns) && columns > 0 && scale > 0)) {
    throw new RangeError(
      `Expected a positive number of columns and a positive scale, but found ${columns} and ${scale}`,
    );
  }
  const description = title ??
    pictures.map(({ title, mark }) => [title, mark].filter(Boolean).join(": ") || "picture")
      .join(", ");
  return new Figure(
    description,
    () => sheet(headed(title, grid(pictures, columns, scale)), description),
  );
}

function grid(pictures: readonly GridPicture[], mostColumns: number, scale: number): Drawing {
  const columns = Math.min(mostColumns, pictures.length);
  const width = Math.max(...pictures.map(({ picture }) => picture.width)) * scale;
  const height = Math.max(...pictures.map(({ picture }) => picture.height)) * scale;
  const captions = pictures.map(({ title = "" }) =>
    wrap(title, width, CAPTION.size, CAPTION.lines)
  );
  let y = MARGIN;
  let body = "";
  for (let first = 0; first < pictures.length; first += columns) {
    const row = pictures.slice(first, first + columns);
    const lines = captions.slice(first, first + columns);
    body += row.map((shown, column) =>
      place(MARGIN + column * (width + GAP), y, cell(shown, lines[column], width, height, scale))
    ).join("");
    y += height + Math.max(...lines.map(({ length }) => length)) * CAPTION.leading + GAP;
  }
  return { width: 2 * MARGIN + columns * (width + GAP) - GAP, height: y, body };
}

function cell(
  { picture, mark }: GridPicture,
  caption: readonly string[],
  width: number,
  height: number,
  scale: number,
): Drawing {
  const [drawnWidth, drawnHeight] = [picture.width * scale, picture.height * scale];
  const [left, top] = [(width - drawnWidth) / 2, (height - drawnHeight) / 2];
  const frame = mark === undefined
    ? ""
    : `<rect x="${left + 1}" y="${top + 1}" width="${drawnWidth - 2}" height="${
      drawnHeight - 2
    }" fill="none" stroke="${theme[mark]}" stroke-width="2"/>` +
      verdictMark(left + drawnWidth - 3, top + 3, mark);
  const lines = caption.map((line, index) =>
    text(width / 2, height + 14 + index * CAPTION.leading, line, {
      size: CAPTION.size,
      anchor: "middle",
    })
  );
  const body = image(left, top, drawnWidth, drawnHeight, picture) + frame + lines.join("");
  return { width, height: height + caption.length * CAPTION.leading + 4, body };
}
