/**
 * A codebook that is the moving average of what chose it (VQ-VAE, arXiv 1711.00937, appendix A.1):
 * Nᵢ ← γNᵢ + (1 − γ)nᵢ and eᵢ ← (γNᵢeᵢ + (1 − γ)Σz) / Nᵢ, over the nᵢ latents z that chose entry i.
 */
import type { StateStore } from "../../runtime/mod.ts";
import type { QuantizedStep } from "./quantizer.ts";

/** How many latents choose each entry, on average; in the store, so that a run can resume. */
const COUNTS = "optimizer.code_counts.";

/** Moves the entries of a codebook in the store after a step. Entries that none chose stay. */
export async function averageCodebook(
  store: StateStore,
  codebook: string,
  decay: number,
  { ids, latents }: Pick<QuantizedStep, "ids" | "latents">,
): Promise<void> {
  const [codes, size] = store.get(codebook).type.shape;
  const name = COUNTS + codebook;
  if (!store.has(name)) store.add(name, { dtype: "float32", shape: [codes] });
  const counts = await store.read(name) as Float32Array;
  const entries = await store.read(codebook) as Float32Array;
  const chosen = new Float64Array(codes);
  const sums = new Float64Array(codes * size);
  ids.forEach((id, patch) => {
    chosen[id]++;
    for (let i = 0; i < size; i++) sums[id * size + i] += latents[patch * size + i];
  });
  for (let code = 0; code < codes; code++) {
    const before = decay * counts[code];
    const now = (1 - decay) * chosen[code];
    counts[code] = before + now;
    if (chosen[code] === 0) continue;
    for (let i = code * size; i < (code + 1) * size; i++) {
      entries[i] = (before * entries[i] + (1 - decay) * sums[i]) / counts[code];
    }
  }
  store.write(name, counts);
  store.write(codebook, entries);
}
