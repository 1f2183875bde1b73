/** Frozen encoders, whose features a tokenizer learns to quantize. */
import type { Picture } from "../../data/picture.ts";

/** Turns pictures into semantic features, one to each patch of a square grid. */
export interface VisionEncoder extends Disposable {
  /** Patches a side. */
  readonly grid: number;
  /** Numbers in a feature. */
  readonly featureSize: number;
  /** Features of pictures of any size: `[grid², featureSize]` each, row by row. */
  encode(pictures: readonly Picture[]): Promise<Float32Array[]>;
}

/** Files that are no encoder which we can read: one line that says which, and why. */
export class EncoderError extends Error {
  /** What tells it from other errors. */
  override name = "EncoderError";
}
