/**
 * Seeded streams of random numbers. Randomness is an input to every graph: it is drawn here, never
 * inside an operator, so that the same seed gives the same run on every device.
 */
import { xoroshiro128plus } from "../packages/pure_rand.ts";
import type { RandomGenerator } from "../packages/pure_rand.ts";
import { checkNumber } from "./numbers.ts";

/**
 * A stream of random numbers named by a seed and a path, so that every stage, step and parameter
 * has a stream of its own that does not depend on what was drawn before it. That is what makes a
 * resumed run continue exactly where it stopped. A seed that is no whole number throws a RangeError.
 *
 * @example
 * ```ts
 * import { Random } from "./random.ts";
 *
 * const a = new Random(0, "stage 1", 17);
 * const b = new Random(0, "stage 1", 17);
 * if (a.uniform() !== b.uniform()) throw new Error("Expected equal streams");
 * ```
 */
export class Random {
  readonly #generator: RandomGenerator;
  #spareNormal: number | undefined;

  /** A stream of its own for each seed and path. */
  constructor(readonly seed: number, ...path: readonly (string | number)[]) {
    checkNumber("seed", seed, { whole: true });
    this.#generator = xoroshiro128plus(hash(`${seed}/${path.join("/")}`));
  }

  /** A number in [0, 1), with 32 random bits. */
  uniform(): number {
    return (this.#generator.next() >>> 0) / 0x1_0000_0000;
  }

  /** An integer in [0, below). */
  integer(below: number): number {
    return Math.floor(this.uniform() * below);
  }

  /** A sample of the standard normal distribution (Box–Muller). */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** `length` samples of the standard normal distribution. */
  normals(length: number): Float32Array<ArrayBuffer> {
    return Float32Array.from({ length }, () => this.normal());
  }

  /** `length` samples, uniform in [0, 1). */
  uniforms(length: number): Float32Array<ArrayBuffer> {
    return Float32Array.from({ length }, () => this.uniform());
  }

  /** One of the items. Throws on an empty list. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("Expected items to pick from, but found none");
    return items[this.integer(items.length)];
  }

  /** A new array of the items in random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const order = [...items];
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** `count` different items, in random order. Throws when there are fewer. */
  sample<T>(items: readonly T[], count: number): T[] {
    if (count > items.length) {
      throw new RangeError(`Expected at least ${count} items to sample, but found ${items.length}`);
    }
    return this.shuffle(items).slice(0, count);
  }
}

/** A 32-bit hash of a string (FNV-1a, then the finalizer of MurmurHash3). */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
