/** Samples that fit a batch. Those that do not are counted, and end a stage where they are many. */

/** The most that may be left out, as a share of what was drawn. */
const LEFT_OUT = 0.01;

/** So many samples show how long those of a stage are. */
export const MEASURED = 1000;

/** What fits a batch, and how to speak of what does not. */
export interface Fit<T> {
  readonly stage: string;
  /** What fits, such as "texts of at most 3 tokens". */
  readonly expected: string;
  readonly fits: (sample: T) => boolean;
  /** In tokens. */
  readonly lengthOf: (sample: T) => number;
  readonly textOf: (sample: T) => string;
}

/**
 * Draws samples that fit.
 *
 * @example
 * ```ts
 * import { FittingSamples } from "./fitting.ts";
 *
 * const samples = new FittingSamples<string>({
 *   stage: "reading",
 *   expected: "texts of at most 3 characters",
 *   fits: (text) => text.length <= 3,
 *   lengthOf: (text) => text.length,
 *   textOf: (text) => text,
 * });
 * const animals = ["cat", "horse", "dog"];
 * const { drawn, leftOut } = await samples.draw(2, (count) => animals.splice(0, count));
 * if (drawn.join() !== "cat,dog" || leftOut !== 1) throw new Error("Expected a cat and a dog");
 * ```
 */
export class FittingSamples<T> {
  readonly #fit: Fit<T>;
  #drawn = 0;
  #leftOut = 0;
  #longest: T | undefined;

  constructor(fit: Fit<T>) {
    this.#fit = fit;
  }

  /**
   * So many samples that fit, and how many were left out.
   *
   * @param more draws so many samples; it is asked again for those that did not fit
   * @throws RangeError where more than a hundredth of all that was ever drawn (or of a thousand, if
   * that is more) did not fit; it names the longest
   */
  async draw(
    count: number,
    more: (count: number) => readonly T[] | Promise<readonly T[]>,
  ): Promise<{ readonly drawn: T[]; readonly leftOut: number }> {
    const drawn: T[] = [];
    let leftOut = 0;
    while (drawn.length < count) {
      for (const sample of await more(count - drawn.length)) {
        this.#drawn++;
        if (this.#fit.fits(sample)) drawn.push(sample);
        else {
          leftOut++;
          this.#leaveOut(sample);
        }
      }
    }
    return { drawn, leftOut };
  }

  #leaveOut(sample: T): void {
    const { stage, expected, lengthOf, textOf } = this.#fit;
    this.#leftOut++;
    if (this.#longest === undefined || lengthOf(sample) > lengthOf(this.#longest)) {
      this.#longest = sample;
    }
    if (this.#leftOut <= LEFT_OUT * Math.max(this.#drawn, MEASURED)) return;
    throw new RangeError(
      `Expected stage "${stage}" to learn from ${expected}, as ${MEASURED} that were measured are, ` +
        `but found ${this.#leftOut} of ${this.#drawn} to be longer; the longest has ` +
        `${lengthOf(this.#longest)}: ${JSON.stringify(textOf(this.#longest))}`,
    );
  }
}
