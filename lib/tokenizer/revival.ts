/** Codes that nothing is near to are moved to where features are (Jukebox, arXiv 2005.00341). */
import { Random, type StateStore } from "../runtime/mod.ts";
import type { TokenizerConfig } from "./config.ts";

/** A code that was not chosen in this many steps is dead. */
const PATIENCE = 20;

/**
 * Gives a function to call after each step with the chosen ids `[tokens]` and the latents
 * `[tokens, codeSize]` they were chosen for. Revival ends after three quarters of the steps, so that
 * the codebook can settle.
 */
export function reviveDeadCodes(
  store: StateStore,
  { codes, codeSize }: TokenizerConfig,
  seed: number,
  steps: number,
): (step: number, ids: Int32Array, latents: Float32Array) => Promise<void> {
  const name = "quantizer.codebook.weight";
  let used = new Set<number>();
  return async (step, ids, latents) => {
    for (const id of ids) used.add(id);
    const due = step === 1 || step % PATIENCE === 0;
    if (!due || step > 0.75 * steps) return;
    const table = (await store.read(name)) as Float32Array;
    const random = new Random(seed, "revival", step);
    for (let code = 0; code < codes; code++) {
      if (used.has(code)) continue;
      const token = random.integer(ids.length);
      table.set(latents.subarray(token * codeSize, (token + 1) * codeSize), code * codeSize);
    }
    store.write(name, table);
    used = new Set();
  };
}
