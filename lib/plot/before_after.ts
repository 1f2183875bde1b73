/** The same captions drawn twice, in pairs. */
import { type Drawing, headed, image, place, sheet, text, verdictMark, wrap } from "./drawing.ts";
import { Figure } from "./figure.ts";
import type { GridPicture } from "./picture_grid.ts";
import { theme } from "./theme.ts";

/** A picture, and whether it is what it should be. */
export type MarkedPicture = Pick<GridPicture, "picture" | "mark">;

/** One caption, drawn twice. */
export interface BeforeAfter {
  /** What was asked for. */
  readonly caption: string;
  /** What came of it at first. */
  readonly before: MarkedPicture;
  /** What came of it later. */
  readonly after: MarkedPicture;
}

/** How such pairs are drawn. */
export interface BeforeAfterOptions {
  /** What stands above them. */
  readonly title?: string;
  /** What the two are called; default "before" and "after". */
  readonly names?: readonly [string, string];
  /** Captions in a row; default 4. */
  readonly columns?: number;
}

const SIDE = 112;
const GAP = 6;
const APART = 26;
const MARGIN = 16;
const HEAD = 18;
const CAPTION = { size: 11.5, lines: 2, leading: 15 };

/**
 * The same captions drawn by two models, or twice: in pairs, with verdicts on the corners.
 *
 * @throws RangeError when there are no pairs, or no columns.
 *
 * @example
 * ```ts
 * import { beforeAfter } from "./before_after.ts";
 * const picture = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3).fill(200) };
 * const before = { picture, mark: "bad" } as const, after = { picture, mark: "good" } as const;
 * const figure = beforeAfter([{ caption: "a white wall", before, after }]);
 * if (!figure.svg().includes("a white wall")) throw new Error("the caption is missing");
 * ```
 */
export function beforeAfter(
  pairs: readonly BeforeAfter[],
  { title, names = ["before", "after"], columns = 4 }: BeforeAfterOptions = {},
): Figure {
  if (pairs.length === 0) throw new RangeError("Expected pictures to show, but found none");
  if (!(Number.isInteger(columns) && columns > 0)) {
    throw new RangeError(`Expected a positive number of columns, but found ${columns}`);
  }
  const said = ({ mark }: MarkedPicture) => mark ?? "drawn";
  const description = title ??
    pairs.map(({ caption, before, after }) => `${caption}: ${said(before)}, ${said(after)}`).join(
      "; ",
    );
  return new Figure(
    description,
    () => sheet(headed(title, rows(pairs, names, columns)), description),
  );
}

function rows(
  pairs: readonly BeforeAfter[],
  names: readonly [string, string],
  most: number,
): Drawing {
  const columns = Math.min(most, pairs.length);
  const width = 2 * SIDE + GAP;
  const height = HEAD + SIDE + CAPTION.lines * CAPTION.leading + 12;
  const body = pairs.map((pair, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return place(MARGIN + column * (width + APART), MARGIN + row * height, cell(pair, names));
  });
  return {
    width: 2 * MARGIN + columns * (width + APART) - APART,
    height: MARGIN + Math.ceil(pairs.length / columns) * height,
    body: body.join(""),
  };
}

function cell({ caption, before, after }: BeforeAfter, names: readonly [string, string]): Drawing {
  const width = 2 * SIDE + GAP;
  const pictures = [before, after].map(({ picture, mark }, i) => {
    const left = i * (SIDE + GAP);
    const name = text(left + SIDE / 2, 12, names[i], {
      size: 11,
      anchor: "middle",
      color: theme.quiet,
    });
    return name + image(left, HEAD, SIDE, SIDE, picture) +
      (mark === undefined ? "" : verdictMark(left + SIDE - 3, HEAD + 3, mark));
  });
  const words = wrap(caption, width, CAPTION.size, CAPTION.lines).map((line, i) =>
    text(width / 2, HEAD + SIDE + 15 + i * CAPTION.leading, line, {
      size: CAPTION.size,
      anchor: "middle",
    })
  );
  const height = HEAD + SIDE + words.length * CAPTION.leading + 4;
  return { width, height, body: pictures.join("") + words.join("") };
}
