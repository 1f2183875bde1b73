/** Whether a training fits into memory, told before it begins. */
import type { Device } from "../runtime/mod.ts";

/** What a training step needs, in bytes. */
export interface StepMemory {
  /** Parameters; those that learn twice, since the step writes new ones beside the old. */
  readonly parameters: number;
  /** What the optimizer remembers, twice as well, and sums of gradients. */
  readonly optimizer: number;
  /** Values inside the graph that are alive together: activations, gradients, workspace. */
  readonly activations: number;
  /** The batch. */
  readonly batch: number;
  /** The sum of these. */
  readonly total: number;
}

/** A training needs more memory than its device has free. */
export class MemoryError extends Error {
  /** What tells it from other errors. */
  override name = "MemoryError";
}

/**
 * Checks that a stage fits into memory before it begins.
 * @throws MemoryError where a stage needs more memory than is free on its device; it names the batch
 * that would fit. Devices that do not know what they have are not asked.
 */
export async function checkFits(
  { name, batchSize, memory }: {
    readonly name: string;
    readonly batchSize: number;
    /** What a step needs with batches of that size. */
    memory(batchSize?: number): Promise<StepMemory>;
  },
  device: Device,
): Promise<void> {
  const { freeBytes } = device;
  if (freeBytes === undefined) return;
  const fits = async (batch: number) => (await memory(batch)).total <= freeBytes;
  if (await fits(batchSize)) return;
  let [most, tooMany] = [0, batchSize];
  while (tooMany - most > 1) {
    const middle = Math.floor((most + tooMany) / 2);
    if (await fits(middle)) most = middle;
    else tooMany = middle;
  }
  const advice = most === 0 ? "not even a batch of 1 would fit" : `a batch of ${most} would fit`;
  throw new MemoryError(
    `Expected stage "${name}" to fit into the ${inWords(freeBytes)} that are free on device ` +
      `"${device.name}", but a batch of ${batchSize} needs ${
        inWords((await memory(batchSize)).total)
      }; ` +
      advice,
  );
}

const inWords = (bytes: number) =>
  bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
