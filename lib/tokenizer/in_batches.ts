/**
 * Does something with items in batches of a fixed size, as graphs have them: the last batch is
 * filled up with its first item.
 */
export async function inBatches<T, R>(
  items: readonly T[],
  size: number,
  run: (batch: T[]) => Promise<R[]>,
): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += size) {
    const batch = items.slice(start, start + size);
    const count = batch.length;
    while (batch.length < size) batch.push(batch[0]);
    results.push(...(await run(batch)).slice(0, count));
  }
  return results;
}
