/** Pictures with captions as rows of batches: captions as long as the longest of many. */
import { type DataSet, drawnFrom } from "../../data/data_set.ts";
import { FittingSamples, MEASURED } from "../../optim/mod.ts";
import { Random } from "../../runtime/mod.ts";
import type { TextTokenizer } from "../../text/mod.ts";
import type { CaptionedView } from "../sources.ts";
import type { Named } from "../stacked.ts";

/** A sample, with its caption in tokens. */
export interface CaptionedSample extends CaptionedView {
  readonly ids: readonly number[];
}

/** What many samples have in common. */
export interface MeasuredCaptions {
  /** Tokens of the longest caption. */
  readonly words: number;
  /** Whether everything is seen twice. */
  readonly pairs: boolean;
}

/** Samples that are measured at a time: each may be a file to read. */
const AT_A_TIME = 50;

/** The captioned pictures of a stage. */
export class CaptionedRows {
  #fitting: FittingSamples<CaptionedSample> | undefined;

  constructor(
    private readonly stage: string,
    private readonly seed: number,
    private readonly captioned: DataSet<CaptionedView>,
    private readonly text: TextTokenizer,
  ) {}

  /** Measures many samples, before the first is drawn. */
  async measure(): Promise<MeasuredCaptions> {
    let words = 0, pairs = false;
    for (let first = 0; first < MEASURED; first += AT_A_TIME) {
      const some = Array.from(
        { length: AT_A_TIME },
        (_, i) => this.#any(new Random(this.seed, this.stage, "measured", first + i)),
      );
      for (const { ids, again } of await Promise.all(some)) {
        words = Math.max(words, ids.length);
        pairs ||= again !== undefined;
      }
    }
    this.#fitting = new FittingSamples({
      stage: this.stage,
      expectedOf: () => `captions of at most ${words} tokens`,
      fits: ({ ids }) => ids.length <= words,
      lengthOf: ({ ids }) => ids.length,
      textOf: ({ caption }) => caption,
    });
    return { words, pairs };
  }

  /** A sample that fits, and how many did not. */
  async draw(random: Random): Promise<{ sample: CaptionedSample; leftOut: number }> {
    const { drawn: [sample], leftOut } = await this.#fitting!.drawRows(
      [random],
      async ([random]) => [await this.#any(random)],
    );
    return { sample, leftOut };
  }

  async #any(random: Random): Promise<CaptionedSample> {
    const sample = await drawnFrom(this.captioned, random);
    const ids = this.text.encode(sample.caption);
    if (ids.length > 0) return { ...sample, ids };
    throw new RangeError(`Expected a caption of a word or more, but found "${sample.caption}"`);
  }
}

/** A caption in tokens, filled up to `words`; and which of them are the caption's. */
export function captionInputs({ ids }: CaptionedSample, { words }: MeasuredCaptions): Named {
  const captions = new Int32Array(words);
  captions.set(ids);
  return { captions, captionMask: new Float32Array(words).fill(1, 0, ids.length) };
}
