/** Retrieval: which of many things is found by its counterpart. */
import type { Captioned } from "../data/data_set.ts";
import { checkNumbers } from "../runtime/mod.ts";
import type { Recognizes } from "./abilities.ts";
import { mean } from "./mean.ts";

/** How well queries find what is right. */
export interface Retrieval {
  /** Share of queries of which what comes first is right. */
  readonly recallAt1: number;
  /** Share of queries of which something right is among the first five. */
  readonly recallAt5: number;
  /** For each query, the five rows of the gallery that come first, the first one first. */
  readonly nearest: readonly (readonly number[])[];
}

/**
 * Looks for the i-th query's own row, the i-th, in a gallery, by the cosine between vectors from
 * which each side's mean was taken: the mean says what a side has in common, such as its style.
 *
 * @throws RangeError where there are not as many queries as rows, or none; for vectors of another
 * length than the first query's, and the first number that is not finite
 *
 * @example
 * ```ts
 * import { retrieve } from "./retrieval.ts";
 *
 * const queries = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
 * const gallery = [[5, 4, 4], [4, 5, 4], [4, 4, 5]];
 * const { recallAt1 } = retrieve(queries, gallery);
 * if (recallAt1 !== 1) throw new Error(`Expected 1, but found ${recallAt1}`);
 * ```
 */
export function retrieve(
  queries: readonly ArrayLike<number>[],
  gallery: readonly ArrayLike<number>[],
): Retrieval {
  if (queries.length === 0 || queries.length !== gallery.length) {
    throw new RangeError(
      `Expected a row of the gallery for each query, but found ${queries.length} queries and ` +
        `${gallery.length} rows`,
    );
  }
  checkVectors(queries, "queries", queries[0].length);
  checkVectors(gallery, "gallery", queries[0].length);
  const rows = centered(gallery);
  return ranked(
    centered(queries).map((query) =>
      rows.map((row) => row.reduce((sum, x, i) => sum + x * query[i], 0))
    ),
  );
}

/**
 * Recall by scores, a row for each query and a number for each row of the gallery, the higher the
 * nearer. Of rows that score alike each comes first with equal chance, so that a score that tells
 * nothing apart finds no more than chance does.
 *
 * @param isRight whether a row is what a query looks for; default where both have the same index
 * @throws RangeError where there are none, for rows of different lengths, and the first score that is
 * not finite
 *
 * @example
 * ```ts
 * import { ranked } from "./retrieval.ts";
 *
 * const { recallAt1 } = ranked([[3, 1], [2, 2]]);
 * if (recallAt1 !== 0.75) throw new Error("Expected one found, and one by half a chance");
 * ```
 */
export function ranked(
  scores: readonly (readonly number[])[],
  isRight: (query: number, row: number) => boolean = (query, row) => query === row,
): Retrieval {
  if (scores.length === 0) throw new RangeError("Expected queries, but found none");
  checkVectors(scores, "scores", scores[0].length);
  const found = (count: number) =>
    mean(scores.map((row, query) => chanceAmong(count, row, (i) => isRight(query, i))));
  return {
    recallAt1: found(1),
    recallAt5: found(5),
    nearest: scores.map((row) => row.map((_, i) => i).sort((a, b) => row[b] - row[a]).slice(0, 5)),
  };
}

/** How probable it is that something right is among the first, where equal scores are shuffled. */
function chanceAmong(
  count: number,
  scores: readonly number[],
  isRight: (row: number) => boolean,
): number {
  const best = Math.max(...scores.filter((_, i) => isRight(i)));
  const ahead = scores.filter((score) => score > best).length;
  const alike = [...scores.keys()].filter((i) => scores[i] === best);
  const wrong = alike.filter((i) => !isRight(i)).length;
  // None of the places that are left has anything right: wrong ones are drawn without replacement.
  let missed = 1;
  for (let place = 0; place < Math.min(count - ahead, alike.length); place++) {
    missed *= Math.max(0, wrong - place) / (alike.length - place);
  }
  return 1 - missed;
}

/** Whether captions are found by their pictures, and pictures by their captions. */
export interface CaptionRetrieval {
  /** Of how many. */
  readonly among: number;
  /** How well a picture finds its captions. */
  readonly captionsByPictures: Retrieval;
  /** How well a caption finds its picture. */
  readonly picturesByCaptions: Retrieval;
}

/**
 * Has a model say of each picture how probable each caption is, N² likelihoods of N pairs. Pictures
 * are ranked by log P(caption | picture). Captions are ranked by how much likelier than on average a
 * picture makes them,
 *
 *     log P(caption | picture) − log (1/N) Σ P(caption | pictures),
 *
 * since some are likely whatever is seen ("Revisiting the Role of Language Priors in Vision-Language
 * Models", arXiv 2306.01879; there the mean is over pictures of training, here over those looked
 * among). Any picture of an equal caption is right.
 *
 * @throws RangeError where there are fewer than two pairs, and for the first likelihood that is not
 * finite
 *
 * @example
 * ```ts
 * import { evaluateRetrieval } from "./retrieval.ts";
 *
 * const pairs = [0, 255].map((shade) => {
 *   const picture = { width: 1, height: 1, data: new Uint8Array(3).fill(shade) };
 *   return { picture, caption: shade === 0 ? "night" : "a day" };
 * });
 * const model = {
 *   likelihoods: (items: readonly { picture: object; caption: string }[]) =>
 *     Promise.resolve(items.map(({ picture, caption }) =>
 *       pairs.some((pair) => pair.picture === picture && pair.caption === caption) ? -1 : -3
 *     )),
 * };
 * const { picturesByCaptions, captionsByPictures } = await evaluateRetrieval(model, pairs);
 * if (picturesByCaptions.recallAt1 + captionsByPictures.recallAt1 !== 2) throw new Error();
 * ```
 */
export async function evaluateRetrieval(
  model: Recognizes,
  pairs: readonly Captioned[],
): Promise<CaptionRetrieval> {
  const among = pairs.length;
  if (among < 2) throw new RangeError(`Expected two pairs or more, but found ${among}`);
  const items = pairs.flatMap(({ picture }) => pairs.map(({ caption }) => ({ picture, caption })));
  const found = await model.likelihoods(items);
  checkNumbers(
    found,
    (i) => `likelihood of caption ${i % among} and picture ${Math.floor(i / among)}`,
  );
  const byPicture = pairs.map((_, i) => found.slice(i * among, (i + 1) * among));
  const byCaption = pairs.map((_, caption) => byPicture.map((row) => row[caption]));
  const prior = byCaption.map(logMeanExp);
  const isRight = (one: number, other: number) => pairs[one].caption === pairs[other].caption;
  return {
    among,
    captionsByPictures: ranked(byPicture.map((row) => row.map((x, i) => x - prior[i])), isRight),
    picturesByCaptions: ranked(byCaption, isRight),
  };
}

/** log of the mean of exp(x). */
function logMeanExp(values: readonly number[]): number {
  const most = Math.max(...values);
  return most + Math.log(mean(values.map((value) => Math.exp(value - most))));
}

function checkVectors(vectors: readonly ArrayLike<number>[], side: string, length: number): void {
  vectors.forEach((vector, row) => {
    if (vector.length !== length) {
      throw new RangeError(
        `Expected ${length} numbers in row ${row} of the ${side}, but found ${vector.length}`,
      );
    }
    checkNumbers(vector, (column) => `row ${row}, column ${column} of the ${side}`);
  });
}

/** Vectors without their mean, of length 1. */
function centered(vectors: readonly ArrayLike<number>[]): Float64Array[] {
  const middle = new Float64Array(vectors[0].length);
  for (const vector of vectors) middle.forEach((_, i) => middle[i] += vector[i] / vectors.length);
  return vectors.map((vector) => {
    const moved = Float64Array.from(vector, (x, i) => x - middle[i]);
    const length = Math.hypot(...moved);
    return length === 0 ? moved : moved.map((x) => x / length);
  });
}
