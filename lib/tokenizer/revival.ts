/** Codes that nothing is near to are moved to where features are (Jukebox, arXiv 2005.00341). */
import { Random, type StateStore } from "../runtime/mod.ts";
import type { TokenizerConfig } from "./config.ts";

/** A code that was not chosen in this many steps is dead. */
const PATIENCE = 20;

/** Which codes were chosen since the last revival; in the store, so that a run can resume. */
const USED = "optimizer.codes_used";

/**
 * Counts the chosen ids `[tokens]` of a step, and every {@link PATIENCE} steps moves the codes that
 * none chose to latents `[tokens, codeSize]` of this step. Revival ends after three quarters of the
 * steps, so that the codebook can settle.
 */
export async function reviveDeadCodes(
  store: StateStore,
  { codes, codeSize }: TokenizerConfig,
  { seed, step, steps }: { seed: number; step: number; steps: number },
  { ids, latents }: { ids: Int32Array; latents: Float32Array },
): Promise<void> {
  if (!store.has(USED)) store.add(USED, { dtype: "float32", shape: [codes] });
  const used = await store.read(USED) as Float32Array;
  for (const id of ids) used[id] = 1;
  const due = step === 1 || step % PATIENCE === 0;
  if (due && step <= 0.75 * steps) {
    const name = "quantizer.codebook.weight";
    const table = await store.read(name) as Float32Array;
    const random = new Random(seed, "revival", step);
    for (let code = 0; code < codes; code++) {
      if (used[code] === 1) continue;
      const token = random.integer(ids.length);
      table.set(latents.subarray(token * codeSize, (token + 1) * codeSize), code * codeSize);
    }
    store.write(name, table);
    used.fill(0);
  }
  store.write(USED, used);
}
