/** Data sets: an index in, a sample out. */
import { Random } from "../runtime/random.ts";
import type { Picture } from "./picture.ts";
import { shownSet } from "./samples_shown.ts";

/**
 * Samples by index. The same index gives the same sample, whoever asks and whenever: that makes
 * resuming, ranks and notebooks simple.
 */
export interface DataSet<T> {
  /** Samples; Infinity where they are made up. */
  readonly size: number;
  /** The sample at an index, from 0; whole, and below `size`. */
  at(index: number): T | Promise<T>;
}

/** A picture, and words that say what it shows. */
export interface Captioned {
  /** What is shown. */
  readonly picture: Picture;
  /** What is said of it. */
  readonly caption: string;
}

/** The largest index that is asked of an endless data set, plus one. */
const ENDLESS = 2 ** 32;

/**
 * Samples that are made up: each from a random stream of its own.
 *
 * @param name what tells its streams from others of the same seed
 *
 * @example
 * ```ts
 * import { endless } from "./data_set.ts";
 *
 * const dice = endless(0, "dice", (random) => 1 + random.integer(6));
 * if (await dice.at(7) !== await dice.at(7)) throw new Error("Expected the same sample");
 * ```
 */
export function endless<T>(
  seed: number,
  name: string,
  make: (random: Random) => T | Promise<T>,
): DataSet<T> {
  const at = (index: number) => make(new Random(seed, name, index));
  return shownSet({ size: Infinity, at }, name);
}

/**
 * Samples at hand.
 *
 * @example
 * ```ts
 * import { listed } from "./data_set.ts";
 *
 * const set = listed(["cat", "dog"]);
 * if (set.size !== 2 || await set.at(1) !== "dog") throw new Error("Expected the dog");
 * ```
 */
export function listed<T>(samples: readonly T[]): DataSet<T> {
  return shownSet({
    size: samples.length,
    at(index) {
      if (index in samples) return samples[index];
      throw new RangeError(`Expected an index below ${samples.length}, but found ${index}`);
    },
  });
}

/**
 * The same data set, each sample made into another.
 *
 * @example
 * ```ts
 * import { listed, mapped } from "./data_set.ts";
 *
 * const loud = mapped(listed(["cat", "dog"]), (name) => name.toUpperCase());
 * if (await loud.at(0) !== "CAT") throw new Error("Expected capitals");
 * ```
 */
export function mapped<T, U>(set: DataSet<T>, make: (sample: T) => U | Promise<U>): DataSet<U> {
  return shownSet({ size: set.size, at: async (index) => make(await set.at(index)) });
}

/**
 * One of the samples, by chance.
 *
 * @example
 * ```ts
 * import { Random } from "../runtime/random.ts";
 * import { drawnFrom, listed } from "./data_set.ts";
 *
 * const animals = listed(["cat", "dog"]);
 * const [one, same] = [drawnFrom(animals, new Random(0)), drawnFrom(animals, new Random(0))];
 * if (await one !== await same) throw new Error("Expected the same, by the same chance");
 * ```
 */
export function drawnFrom<T>(set: DataSet<T>, random: Random): T | Promise<T> {
  return set.at(random.integer(Math.min(set.size, ENDLESS)));
}
