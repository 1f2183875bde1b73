/** What tokenizers learn from: two data sets, which may be one. */
import { type Captioned, type DataSet, drawnFrom } from "../data/data_set.ts";
import { type Picture, reducedTo } from "../data/picture.ts";
import type { Rows } from "../optim/mod.ts";
import type { Random } from "../runtime/mod.ts";
import { pixelsOf } from "./patches.ts";
import { type Named, stacked } from "./stacked.ts";

/** A picture with its caption, as the semantic encoder learns them. */
export interface CaptionedView extends Captioned {
  /** The same seen otherwise, such as in another style. All samples of a set have it, or none. */
  readonly again?: Picture;
}

/** A picture that codebooks and decoders learn from. */
export interface PictureToDraw {
  /** What is encoded. */
  readonly picture: Picture;
  /**
   * The same, as large as the tokenizer draws, where that is larger than what it reads; default the
   * picture itself, which then has to be that large.
   */
  readonly enlarged?: Picture;
}

/**
 * What a tokenizer learns from. Pictures are of the tokenizer's `pictureSize`, or of a multiple of it.
 * A set of captioned pictures does for both.
 */
export interface TokenizerSources {
  /** Pictures with captions, which the encoder learns from. */
  readonly captioned: DataSet<CaptionedView>;
  /** Pictures, which codebooks and decoders learn from. */
  readonly pictures: DataSet<PictureToDraw>;
}

/** A batch's inputs, each row made from its own stream: whatever else is in it, a row is the same. */
export async function batchOf(
  { count, random }: Rows,
  make: (random: Random) => Named | Promise<Named>,
): Promise<Named> {
  return stacked(
    await Promise.all(Array.from({ length: count }, (_, row) => make(random(row)))),
  );
}

/** The pixels of a picture of a data set, by chance: `[size, size, 3]` in [−1, 1]. */
export async function pixelsFrom(
  pictures: DataSet<PictureToDraw>,
  random: Random,
  { pictureSize }: { readonly pictureSize: number },
): Promise<Float32Array> {
  const { picture } = await drawnFrom(pictures, random);
  return pixelsOf([reducedTo(picture, pictureSize)]);
}
