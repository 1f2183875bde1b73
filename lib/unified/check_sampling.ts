/** How something is sampled, checked before anything is computed. */
import { checkNumber, COUNT } from "../runtime/mod.ts";

/**
 * Checks the options that are given.
 *
 * @throws RangeError naming the first option that is not as expected
 *
 * @example
 * ```ts
 * import { checkSampling } from "./check_sampling.ts";
 *
 * let said = "";
 * try {
 *   checkSampling({ seed: 0, topK: 0 });
 * } catch (error) {
 *   said = (error as Error).message;
 * }
 * if (said !== "Expected topK to be a whole number from 1 on, but found 0") throw new Error(said);
 * ```
 */
export function checkSampling({ seed = 0, guidance = 1, temperature = 1, topK = 1 }: {
  readonly seed?: number;
  readonly guidance?: number;
  readonly temperature?: number;
  readonly topK?: number;
}): void {
  checkNumber("seed", seed, { whole: true });
  checkNumber("guidance", guidance, { min: 0 });
  checkNumber("temperature", temperature, { min: 0 });
  checkNumber("topK", topK, COUNT);
}
