/** Sequences of different lengths as tensors of one shape. */
import { countsOf, type Inputs } from "../optim/mod.ts";
import type { Sequence } from "./sequence.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** The shape that a training graph was compiled for. */
export interface BatchShape {
  readonly batch: number;
  /** Tokens of a row. */
  readonly length: number;
  /** Predicted tokens of a row, on average at most. */
  readonly learned: number;
  /** Pictures read in a row, at most. */
  readonly pictures: number;
}

export interface SequenceBatch {
  /** int32 `[batch, length]`; ids from the vocabulary's size on are rows of `features`. */
  readonly ids: Int32Array;
  /** Where in its picture a token stands, from 1; 0 for all else: int32 `[batch, length]`. */
  readonly places: Int32Array;
  /** `[batch·pictures·pictureTokens, featureSize]` */
  readonly features: Float32Array;
  /** Where the hidden state stands that predicts a label: int32 `[batch·learned]`. */
  readonly positions: Int32Array;
  /** What it shall predict: int32 `[batch·learned]`. */
  readonly labels: Int32Array;
  /** 1 for labels, 0 for padding: `[batch·learned]`. */
  readonly weights: Float32Array;
}

/** Whether sequences fit a shape. */
export function fits(sequences: readonly Sequence[], shape: BatchShape): boolean {
  const learned = sequences.reduce((sum, s) => sum + s.learned.filter(Boolean).length, 0);
  return sequences.length <= shape.batch && learned <= shape.batch * shape.learned &&
    sequences.every((s) => s.ids.length <= shape.length && s.features.length <= shape.pictures);
}

/**
 * Fills a batch with sequences, padding to its shape. Rows without a sequence are padding too.
 * @throws RangeError where the sequences do not fit
 */
export function batchOf(
  sequences: readonly Sequence[],
  shape: BatchShape,
  vocabulary: Vocabulary,
  { pictureTokens, featureSize }: { pictureTokens: number; featureSize: number },
): SequenceBatch {
  if (!fits(sequences, shape)) {
    const longest = Math.max(...sequences.map((s) => s.ids.length));
    const learned = sequences.reduce((sum, s) => sum + s.learned.filter(Boolean).length, 0);
    const pictures = Math.max(...sequences.map((s) => s.features.length));
    throw new RangeError(
      `Expected at most ${shape.batch} sequences of ${shape.length} tokens with ` +
        `${shape.batch * shape.learned} learned in all and ${shape.pictures} pictures read in ` +
        `each, but found ${sequences.length} of up to ${longest} with ${learned} and ${pictures}`,
    );
  }
  const rows = shape.pictures * pictureTokens;
  const ids = new Int32Array(shape.batch * shape.length).fill(vocabulary.pad);
  const places = new Int32Array(ids.length);
  const features = new Float32Array(shape.batch * rows * featureSize);
  const slots = shape.batch * shape.learned;
  const positions = new Int32Array(slots);
  const labels = new Int32Array(slots);
  const weights = new Float32Array(slots);
  let slot = 0;
  sequences.forEach((sequence, row) => {
    sequence.features.forEach((feature, i) => {
      features.set(feature, (row * rows + i * pictureTokens) * featureSize);
    });
    sequence.ids.forEach((id, i) => {
      const at = row * shape.length + i;
      ids[at] = id >= 0 ? id : vocabulary.size + row * rows - 1 - id;
      places[at] = sequence.places[i];
      if (!sequence.learned[i]) return;
      positions[slot] = at - 1;
      labels[slot] = id;
      weights[slot] = 1;
      slot++;
    });
  });
  return { ids, places, features, positions, labels, weights };
}

/**
 * Batches that are the parts of one, as inputs of a training step: each with the counts of words and
 * codes that are learned in all of them, by which the losses are divided.
 */
export function partsOfBatch(
  parts: readonly SequenceBatch[],
  vocabulary: Vocabulary,
): Inputs[] {
  let text = 0, picture = 0;
  for (const { labels, weights } of parts) {
    labels.forEach((label, i) => {
      if (label < vocabulary.text.size) text += weights[i];
      else picture += weights[i];
    });
  }
  return parts.map((part) => ({ ...part, ...countsOf({ text, picture }) }));
}
