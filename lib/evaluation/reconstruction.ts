/** How much of a picture, and of its features, is left after a trip through a tokenizer. */
import { type Picture, reducedTo } from "../data/picture.ts";
import { checkNumber, checkNumbers, COUNT } from "../runtime/mod.ts";
import { PictureTokenizer } from "../vision/mod.ts";
import { mean } from "./mean.ts";

/** How much of pictures a tokenizer keeps. */
export interface ReconstructionScores {
  /** Mean cosine of semantic features and those decoded from codes; a tokenizer of pixels has none. */
  readonly featureCosine?: number;
  /** In decibels, of the first 256 pictures. */
  readonly psnr: number;
  /** The share of codes that occur, from 0 to 1. */
  readonly codebookUse: number;
  /** e to the entropy of the codes: from 1 (one code only) to their number (all alike). */
  readonly perplexity: number;
}

/**
 * Reconstructs pictures of the tokenizer's size, or of a whole number of times as large. They should
 * be such as it was not trained on.
 *
 * @throws RangeError where there are none, or for other sizes
 */
export async function evaluateReconstruction(
  tokenizer: PictureTokenizer,
  pictures: readonly Picture[],
  { seed = 0 }: { seed?: number } = {},
): Promise<ReconstructionScores> {
  if (pictures.length === 0) throw new RangeError("Expected pictures, but found none");
  const { config, device, store } = tokenizer;
  const continuous = config.reads === "codes"
    ? new PictureTokenizer({ device, store, config: { ...config, reads: "features" } })
    : tokenizer;
  const encoded = await continuous.encode(pictures);
  const ids = encoded.map((picture) => picture.ids);
  const { codes } = tokenizer.quantizer;
  const allIds = ids.flatMap((picture) => [...picture]);
  const decoded = await redrawn(tokenizer, ids.slice(0, REDRAWN), { seed });
  return {
    ...(config.kind === "pixel" ? {} : {
      featureCosine: await likeness(tokenizer, ids, encoded.map(({ features }) => features), {
        width: continuous.featureSize,
      }),
    }),
    psnr: mean(
      decoded.map((picture, i) => psnr(picture, reducedTo(pictures[i], config.pictureSize))),
    ),
    codebookUse: codebookUse(allIds, codes),
    perplexity: perplexity(allIds, codes),
  };
}

/** How many pictures are drawn again: that takes longest. */
const REDRAWN = 256;

/** Mean cosine of features `[patches, width]` and what codes decode to. */
async function likeness(
  tokenizer: PictureTokenizer,
  ids: readonly Int32Array[],
  features: readonly Float32Array[],
  { width }: { width: number },
): Promise<number> {
  const { featureSize } = tokenizer.config;
  const decoded = await tokenizer.decodeFeatures(ids);
  // Where a row holds more than semantic features, these come first.
  const semantic = (rows: Float32Array) => rows.filter((_, i) => i % width < featureSize);
  return mean(
    decoded.map((rows, i) => featureCosine(rows, semantic(features[i]), featureSize)),
  );
}

/** Pictures drawn from codes, as large as those that are read. */
export async function redrawn(
  tokenizer: Pick<PictureTokenizer, "decode" | "config">,
  ids: readonly Int32Array[],
  { seed }: { seed: number },
): Promise<Picture[]> {
  const drawn = await tokenizer.decode(ids, { seed });
  return drawn.map((picture) => reducedTo(picture, tokenizer.config.pictureSize));
}

/**
 * Peak signal-to-noise ratio of two pictures in decibels: 10 log₁₀(255² / mean squared error) over
 * all pixels and channels; infinite for equal pictures. Throws when their sizes differ, or their data
 * does not fit them.
 *
 * @example
 * ```ts
 * import { psnr } from "./reconstruction.ts";
 *
 * const black = { width: 1, height: 1, data: new Uint8Array([0, 0, 0]) };
 * const white = { width: 1, height: 1, data: new Uint8Array([255, 255, 255]) };
 * if (psnr(black, white) !== 0) throw new Error("Expected 0 dB");
 * if (psnr(black, black) !== Infinity) throw new Error("Expected no error at all");
 * ```
 */
export function psnr(a: Picture, b: Picture): number {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(
      `Expected pictures of one size, but found ${a.width}×${a.height} and ${b.width}×${b.height}`,
    );
  }
  const length = 3 * a.width * a.height;
  for (const { data } of [a, b]) {
    if (length > 0 && data.length === length) continue;
    throw new RangeError(
      `Expected ${a.width} × ${a.height} × 3 bytes of a picture, but found ${data.length}`,
    );
  }
  let squares = 0;
  for (let i = 0; i < a.data.length; i++) squares += (a.data[i] - b.data[i]) ** 2;
  return 10 * Math.log10(255 ** 2 / (squares / a.data.length));
}

/**
 * The share of a codebook of `size` codes that occurs in `ids` at least once, from 0 to 1.
 *
 * @example
 * ```ts
 * import { codebookUse } from "./reconstruction.ts";
 *
 * if (codebookUse([0, 3, 3, 0], 4) !== 0.5) throw new Error("Expected half the codes");
 * ```
 */
export function codebookUse(ids: ArrayLike<number>, size: number): number {
  return histogram(ids, size).filter((count) => count > 0).length / size;
}

/**
 * Perplexity of the codes in use, exp(−Σ p log p) for the frequencies p of `ids`: from 1 (one code
 * only) to `size` (all codes alike). Throws where an id is no code, or there are none.
 *
 * @example
 * ```ts
 * import { perplexity } from "./reconstruction.ts";
 *
 * if (Math.abs(perplexity([0, 1, 0, 1], 8) - 2) > 1e-12) throw new Error("Expected two codes");
 * ```
 */
export function perplexity(ids: ArrayLike<number>, size: number): number {
  let entropy = 0;
  for (const count of histogram(ids, size)) {
    const p = count / ids.length;
    if (p > 0) entropy -= p * Math.log(p);
  }
  return Math.exp(entropy);
}

/**
 * Mean cosine between the rows of `a` and `b`, both `[rows, dim]`, from −1 to 1. A row of zeros
 * counts as 0. Throws when the lengths differ, are empty or are no multiple of `dim`, and for the first
 * number that is not finite; rows and columns count from 0.
 *
 * @example
 * ```ts
 * import { featureCosine } from "./reconstruction.ts";
 *
 * const cosine = featureCosine(new Float32Array([1, 0, 0, 2]), new Float32Array([3, 0, 5, 0]), 2);
 * if (cosine !== 0.5) throw new Error("Expected one row alike and one at a right angle");
 * ```
 */
export function featureCosine(a: Float32Array, b: Float32Array, dim: number): number {
  checkNumber("dim", dim, COUNT);
  if (a.length !== b.length || a.length === 0 || a.length % dim !== 0) {
    throw new RangeError(
      `Expected features of one length, a multiple of ${dim}, but found ${a.length} and ${b.length}`,
    );
  }
  [a, b].forEach((features, i) =>
    checkNumbers(
      features,
      (at) =>
        `row ${Math.floor(at / dim)}, column ${at % dim} of the ${
          i === 0 ? "first" : "second"
        } features`,
    )
  );
  let sum = 0;
  for (let row = 0; row < a.length; row += dim) {
    let [dot, aa, bb] = [0, 0, 0];
    for (let i = row; i < row + dim; i++) {
      dot += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    if (aa > 0 && bb > 0) sum += dot / Math.sqrt(aa * bb);
  }
  return sum / (a.length / dim);
}

function histogram(ids: ArrayLike<number>, size: number): number[] {
  checkNumber("size", size, COUNT);
  if (ids.length === 0) throw new RangeError("Expected codes, but found none");
  const counts = new Array<number>(size).fill(0);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    if (!Number.isInteger(id) || id < 0 || id >= size) {
      throw new RangeError(`Expected code ${i} to be below ${size}, but found ${id}`);
    }
    counts[id]++;
  }
  return counts;
}
