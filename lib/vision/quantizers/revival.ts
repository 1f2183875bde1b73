/**
 * Codes that nothing is near to are moved to features (Jukebox, arXiv 2005.00341), by k-means++
 * (Arthur and Vassilvitskii 2007): the further a feature is from all codes, the likelier it gets one.
 * Chosen evenly, most codes would go to the background, which most features are.
 */
import { Random, type StateStore } from "../../runtime/mod.ts";
import type { QuantizedStep } from "./quantizer.ts";

/** A code that was not chosen in this many steps is dead. */
const PATIENCE = 20;

/** Which codes were chosen since the last revival; in the store, so that a run can resume. */
const USED = "optimizer.codes_used.";

/**
 * Counts the ids `[tokens]` that a step chose, and every {@link PATIENCE} steps moves the codes that
 * none chose to latents `[tokens, codeSize]` of this step. Revival ends after three quarters of the
 * steps, so that the codebook can settle.
 */
export async function reviveDeadCodes(
  store: StateStore,
  codebook: string,
  { seed, step, steps, ids, latents }: Omit<QuantizedStep, "prefix">,
): Promise<void> {
  const [codes, codeSize] = store.get(codebook).type.shape;
  const name = USED + codebook;
  if (!store.has(name)) store.add(name, { dtype: "float32", shape: [codes] });
  const used = await store.read(name) as Float32Array;
  for (const id of ids) used[id] = 1;
  const due = step === 1 || step % PATIENCE === 0;
  if (due && step <= 0.75 * steps) {
    const table = await store.read(codebook) as Float32Array;
    const random = new Random(seed, "revival", step);
    const latent = (token: number) => latents.subarray(token * codeSize, (token + 1) * codeSize);
    const entry = (code: number) => table.subarray(code * codeSize, (code + 1) * codeSize);
    const distances = Float64Array.from(ids, (id, token) => squared(latent(token), entry(id)));
    for (let code = 0; code < codes; code++) {
      if (used[code] === 1) continue;
      const chosen = latent(weighted(distances, random));
      entry(code).set(chosen);
      distances.forEach((distance, token) => {
        distances[token] = Math.min(distance, squared(latent(token), chosen));
      });
    }
    store.write(codebook, table);
    used.fill(0);
  }
  store.write(name, used);
}

function squared(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0);
}

/** An index, as likely as its weight; any where all weights are zero. */
function weighted(weights: Float64Array, random: Random): number {
  let threshold = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  const found = weights.findIndex((weight) => (threshold -= weight) < 0);
  return found >= 0 ? found : random.integer(weights.length);
}
