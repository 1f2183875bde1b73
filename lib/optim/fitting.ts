/** Samples that fit a batch. Those that do not are counted, and end a stage where they are many. */
import type { Random } from "../runtime/mod.ts";

/** The most that may be left out, as a share of what was drawn. */
const LEFT_OUT = 0.01;

/** Samples that show how long those of a stage are. */
export const MEASURED = 1000;

/** What fits a batch, and how to speak of what does not. */
export interface Fit<T> {
  readonly stage: string;
  /** What fits in place of a sample, such as "texts of at most 3 tokens". */
  readonly expectedOf: (sample: T) => string;
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
 * import { Random } from "../runtime/mod.ts";
 * import { FittingSamples } from "./fitting.ts";
 *
 * const samples = new FittingSamples<string>({
 *   stage: "reading",
 *   expectedOf: () => "texts of at most 3 characters",
 *   fits: (text) => text.length <= 3,
 *   lengthOf: (text) => text.length,
 *   textOf: (text) => text,
 * });
 * const animals = ["cat", "horse", "dog"];
 * const rows = [new Random(0, 0), new Random(0, 1)];
 * const { drawn, leftOut } = await samples.drawRows(rows, (rows) => animals.splice(0, rows.length));
 * if (drawn.join() !== "cat,dog" || leftOut !== 1) throw new Error("Expected a cat and a dog");
 * ```
 */
export class FittingSamples<T> {
  readonly #fit: Fit<T>;
  #drawn = 0;
  #leftOut = 0;
  #longest: T | undefined;

  /** Nothing is drawn yet. */
  constructor(fit: Fit<T>) {
    this.#fit = fit;
  }

  /**
   * A sample that fits for each row, and how many were left out.
   *
   * @param rows the random stream of each row
   * @param make a sample from each of these streams; it is asked again for those that did not fit
   * @throws RangeError where more than a hundredth of all that was ever drawn (or of a thousand, if
   * that is more) did not fit; it names the longest
   */
  async drawRows(
    rows: readonly Random[],
    make: (rows: readonly Random[]) => readonly T[] | Promise<readonly T[]>,
  ): Promise<{ readonly drawn: T[]; readonly leftOut: number }> {
    const drawn = new Map<Random, T>();
    let leftOut = 0;
    while (drawn.size < rows.length) {
      const missing = rows.filter((row) => !drawn.has(row));
      const made = await make(missing);
      missing.forEach((row, i) => {
        this.#drawn++;
        if (this.#fit.fits(made[i])) drawn.set(row, made[i]);
        else {
          leftOut++;
          this.#leaveOut(made[i]);
        }
      });
    }
    return { drawn: rows.map((row) => drawn.get(row)!), leftOut };
  }

  #leaveOut(sample: T): void {
    const { stage, expectedOf, lengthOf, textOf } = this.#fit;
    this.#leftOut++;
    if (this.#longest === undefined || lengthOf(sample) > lengthOf(this.#longest)) {
      this.#longest = sample;
    }
    if (this.#leftOut <= LEFT_OUT * Math.max(this.#drawn, MEASURED)) return;
    throw new RangeError(
      `Expected stage "${stage}" to learn from ${
        expectedOf(this.#longest)
      }, as ${MEASURED} that were measured are, ` +
        `but found ${this.#leftOut} of ${this.#drawn} to be longer; the longest has ` +
        `${lengthOf(this.#longest)}: ${JSON.stringify(textOf(this.#longest))}`,
    );
  }
}
