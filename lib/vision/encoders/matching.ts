/**
 * Pictures and captions as the semantic encoder matched them while it learned: vectors of length 1 in
 * one space. The part that reads captions is for training: it is not saved with a model.
 */
import type { Picture } from "../../data/picture.ts";
import { input } from "../../graph/mod.ts";
import type { TensorData } from "../../runtime/mod.ts";
import type { TextTokenizer } from "../../text/mod.ts";
import { inBatches } from "../in_batches.ts";
import { pixelsOf } from "../patches.ts";
import { Programs } from "../programs.ts";
import type { PictureTokenizer } from "../tokenizers/picture_tokenizer.ts";
import { captionEmbeddings, pictureEmbeddings, TEXT_TABLE } from "./contrastive.ts";
import { encode } from "./semantic_encoder.ts";

/** Rows that go through a graph at a time. */
const BATCH = 32;

export interface Matched {
  /** `[featureSize]` each, of length 1. */
  readonly pictures: Float32Array[];
  /** The same. */
  readonly captions: Float32Array[];
}

/**
 * Embeds pictures of the tokenizer's size, and captions.
 *
 * @param text the text tokenizer that the encoder learned with
 * @throws RangeError where the store no longer holds what read the captions
 */
export async function matched(
  { device, store, seed, config }: PictureTokenizer,
  text: TextTokenizer,
  { pictures, captions }: {
    readonly pictures: readonly Picture[];
    readonly captions: readonly string[];
  },
): Promise<Matched> {
  if (!store.has(TEXT_TABLE)) {
    throw new RangeError(
      "Expected the store in which the semantic encoder learned from captions, but found one without " +
        TEXT_TABLE,
    );
  }
  using programs = new Programs({ device, store, seed });
  const { pictureSize, featureSize } = config;
  const rowsOf = (all: TensorData) =>
    Array.from(
      { length: BATCH },
      (_, i) => (all as Float32Array).slice(i * featureSize, (i + 1) * featureSize),
    );

  const ofPictures = await programs.get("pictures", (scope) => {
    const pixels = input("pixels", "float32", [BATCH, pictureSize, pictureSize, 3]);
    const features = encode(scope.at("encoder"), pixels, config);
    return { embeddings: pictureEmbeddings(scope, features, config) };
  });
  const encoded = captions.map((caption) => text.encode(caption));
  const words = Math.max(1, ...encoded.map(({ length }) => length));
  const ofCaptions = await programs.get("captions", (scope) => {
    const ids = input("captions", "int32", [BATCH, words]);
    const mask = input("captionMask", "float32", [BATCH, words]);
    const { whole } = captionEmbeddings(scope, ids, mask, config, text.size);
    return { embeddings: whole };
  });
  return {
    pictures: await inBatches(pictures, BATCH, async (batch) => {
      const { embeddings } = await ofPictures.run({ pixels: pixelsOf(batch) });
      return rowsOf(embeddings);
    }),
    captions: await inBatches(encoded, BATCH, async (batch) => {
      const ids = new Int32Array(BATCH * words);
      const mask = new Float32Array(BATCH * words);
      batch.forEach((caption, i) => {
        ids.set(caption, i * words);
        mask.fill(1, i * words, i * words + Math.max(1, caption.length));
      });
      const { embeddings } = await ofCaptions.run({ captions: ids, captionMask: mask });
      return rowsOf(embeddings);
    }),
  };
}
