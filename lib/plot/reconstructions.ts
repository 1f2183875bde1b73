/** Pictures, their tokens, and the pictures that come back from these. */
import type { Picture } from "../data/picture.ts";
import { columnHeads, type Drawing, headed, image, place, sheet } from "./drawing.ts";
import { expectWithPictures } from "./expected.ts";
import { Figure } from "./figure.ts";
import { checkTokens, tokenGrid } from "./tokens.ts";

/** A picture, the codes that it was turned into, and what came back out of them. */
export interface Reconstruction {
  /** What was encoded. */
  readonly picture: Picture;
  /** Codebook ids of the `grid × grid` tokens, row by row. */
  readonly tokens?: readonly number[];
  /** The features that were decoded from the codes, as a picture (see `featurePictures`). */
  readonly features?: Picture;
  /** What was decoded. */
  readonly reconstruction: Picture;
}

/** How reconstructions are drawn. */
export interface ReconstructionsOptions {
  /** What stands above them. */
  readonly title?: string;
  /** How many of them stand side by side; default 2. */
  readonly columns?: number;
}

const SIDE = 116;
const GAP = 8;
const BETWEEN = 30;
const MARGIN = 16;
const LABEL_HEIGHT = 20;

/**
 * Picture, tokens, decoded features and reconstruction side by side. A token's colour comes from its codebook id alone,
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
  expectWithPictures(rows);
  if (rows.length === 0) throw new RangeError("Expected reconstructions to show, but found none");
  for (const { tokens } of rows) if (tokens !== undefined) checkTokens(tokens);
  const { title, columns = 2 } = options;
  const description = title ?? `${rows.length} pictures, their tokens and their reconstructions`;
  return new Figure(description, () => sheet(headed(title, table(rows, columns)), description));
}

function table(rows: readonly Reconstruction[], mostColumns: number): Drawing {
  const columns = Math.min(mostColumns, rows.length);
  const has = (column: "tokens" | "features") => rows.some((row) => row[column] !== undefined);
  const labels = [
    "picture",
    ...(has("tokens") ? ["tokens"] : []),
    ...(has("features") ? ["features"] : []),
    "reconstruction",
  ];
  const width = labels.length * (SIDE + GAP) - GAP;
  const across = (column: number) => MARGIN + column * (width + BETWEEN);
  let body = "";
  for (let column = 0; column < columns; column++) {
    body += columnHeads(across(column), MARGIN + 6, labels, SIDE, GAP);
  }
  const top = MARGIN + LABEL_HEIGHT - 6;
  body += rows.map((row, index) => {
    const y = top + Math.floor(index / columns) * (SIDE + GAP);
    return place(across(index % columns), y, cells(row, labels));
  }).join("");
  const height = top + Math.ceil(rows.length / columns) * (SIDE + GAP) - GAP + MARGIN;
  return { width: across(columns) - BETWEEN + MARGIN, height, body };
}

/** What there is of a row, each below its label. */
function cells(row: Reconstruction, labels: readonly string[]): Drawing {
  const drawn: Record<string, string> = {
    picture: image(0, 0, SIDE, SIDE, row.picture),
    tokens: row.tokens === undefined ? "" : tokenGrid(row.tokens, SIDE),
    features: row.features === undefined ? "" : image(0, 0, SIDE, SIDE, row.features),
    reconstruction: image(0, 0, SIDE, SIDE, row.reconstruction),
  };
  const size = { width: SIDE, height: SIDE };
  const body = labels.map((label, i) => place(i * (SIDE + GAP), 0, { ...size, body: drawn[label] }))
    .join("");
  return { width: labels.length * (SIDE + GAP) - GAP, height: SIDE, body };
}
