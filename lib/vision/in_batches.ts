/** Lists of any length through graphs of one batch size. */
import { stopIfInterrupted } from "../notebook/mod.ts";

/**
 * Does something with items in batches of a fixed size, as graphs have them: the last batch is
 * filled up with its first item. In a notebook, an interrupt of the cell stops it between two.
 */
export async function inBatches<T, R>(
  items: readonly T[],
  size: number,
  run: (batch: T[]) => Promise<R[]>,
): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += size) {
    stopIfInterrupted(`after ${start} of ${items.length} pictures`);
    const batch = items.slice(start, start + size);
    const count = batch.length;
    while (batch.length < size) batch.push(batch[0]);
    results.push(...(await run(batch)).slice(0, count));
  }
  return results;
}
