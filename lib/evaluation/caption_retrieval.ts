/** Which caption belongs to which picture: retrieval by the vectors that the encoder matched them by. */
import type { Captioned } from "../data/data_set.ts";
import type { TextTokenizer } from "../text/mod.ts";
import { matched } from "../vision/encoders/matching.ts";
import type { PictureTokenizer } from "../vision/mod.ts";
import { type Retrieval, retrieve } from "./retrieval.ts";

export interface CaptionRetrieval {
  /** For each picture, its caption among all. */
  readonly captions: Retrieval;
  /** For each caption, its picture among all. */
  readonly pictures: Retrieval;
  /** Recall at 1 of who guesses. */
  readonly chance: number;
}

/**
 * Looks for each picture's caption among those of all, and the other way round. They should be such
 * as the encoder did not learn from.
 *
 * @param text the text tokenizer that the encoder learned with
 * @throws RangeError where there are no samples, or the store no longer holds what read the captions
 */
export async function evaluateCaptionRetrieval(
  tokenizer: PictureTokenizer,
  text: TextTokenizer,
  samples: readonly Captioned[],
): Promise<CaptionRetrieval> {
  const { pictures, captions } = await matched(tokenizer, text, {
    pictures: samples.map(({ picture }) => picture),
    captions: samples.map(({ caption }) => caption),
  });
  return {
    captions: retrieve(pictures, captions),
    pictures: retrieve(captions, pictures),
    chance: 1 / samples.length,
  };
}
