/** What was looked for, and what was found nearest. */
import type { Picture } from "../data/picture.ts";
import type { Figure } from "./figure.ts";
import { type GridPicture, pictureGrid } from "./picture_grid.ts";

/** A picture that was looked for, and what was found nearest, the nearest first. */
export interface RetrievedPictures {
  /** What was looked for. */
  readonly query: Picture;
  /** What stands below it. */
  readonly title?: string;
  /** What was found, the nearest first. */
  readonly nearest: readonly {
    readonly picture: Picture;
    readonly title?: string;
    /** Whether it is what was looked for. */
    readonly isRight: boolean;
  }[];
}

/**
 * Queries, one to a row, each with what was found nearest to its right.
 *
 * @throws RangeError where there are no queries, or not as many found for each
 *
 * @example
 * ```ts
 * import { retrieval } from "./retrieval.ts";
 * const picture = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(200) };
 * const nearest = [{ picture, title: "a wall", isRight: true }];
 * const figure = retrieval([{ query: picture, title: "a white wall", nearest }]);
 * if (!figure.svg().includes("a white wall")) throw new Error("Expected the query's title");
 * ```
 */
export function retrieval(rows: readonly RetrievedPictures[]): Figure {
  const count = rows[0]?.nearest.length ?? 0;
  if (count === 0 || rows.some(({ nearest }) => nearest.length !== count)) {
    const found = rows.map(({ nearest }) => nearest.length).join(", ");
    throw new RangeError(
      `Expected queries with as many pictures found for each, but found ${found || "no queries"}`,
    );
  }
  const cells = rows.flatMap(({ query, title, nearest }): GridPicture[] => [
    { picture: query, title },
    ...nearest.map(({ picture, title, isRight }): GridPicture => ({
      picture,
      title,
      ...(isRight ? { mark: "good" } : {}),
    })),
  ]);
  return pictureGrid(cells, {
    columns: count + 1,
    scale: 1.5,
    title: "Looked for, and found nearest",
  });
}
