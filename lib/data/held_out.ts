/** What is held out of a data set for tests. */
import { checkNumber, Random } from "../runtime/mod.ts";

/**
 * Two parts of a list. The name of an item alone decides where it goes, so that items of one name
 * stay together, and items that are added or taken away move no others.
 *
 * @param share of the names that are held out, about
 *
 * @example
 * ```ts
 * import { splitByName } from "./held_out.ts";
 *
 * const names = Array.from({ length: 1000 }, (_, i) => `${i}.png`);
 * const { training, heldOut } = splitByName(names, (name) => name, { share: 0.1, seed: 0 });
 * if (Math.abs(heldOut.length - 100) > 30) throw new Error(`Expected a tenth: ${heldOut.length}`);
 * if (training.length + heldOut.length !== 1000) throw new Error("Expected all of them");
 * ```
 */
export function splitByName<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { share, seed }: { readonly share: number; readonly seed: number },
): { readonly training: T[]; readonly heldOut: T[] } {
  checkNumber("share", share, { min: 0, max: 1 });
  const parts: { training: T[]; heldOut: T[] } = { training: [], heldOut: [] };
  for (const item of items) {
    const isHeldOut = new Random(seed, "held out", nameOf(item)).uniform() < share;
    parts[isHeldOut ? "heldOut" : "training"].push(item);
  }
  return parts;
}
