/**
 * Loss scaling (arXiv 1710.03740, section 3.2): gradients too small for float16 are kept by
 * multiplying the loss before they are computed, and dividing them after.
 */
import { input } from "../graph/mod.ts";
import type { StateStore } from "../runtime/mod.ts";

const NAME = "optimizer.loss_scale";
const FIRST = 2 ** 16;
/** Steps after which a larger scale is tried. */
const GROWTH_INTERVAL = 1000;

/** The scale, a state of the training step: float32 `[]`. */
export const lossScale = () => input(NAME, "float32", []);

/** A scale of a store, as large as gradients allow: halved when they overflow, doubled now and then. */
export class LossScale {
  constructor(private readonly store: StateStore) {
    const type = { dtype: "float32", shape: [] } as const;
    if (!store.has(NAME)) store.add(NAME, type, Float32Array.of(FIRST));
  }

  /** Doubles the scale before every thousandth step. */
  async begin(step: number): Promise<void> {
    if (step % GROWTH_INTERVAL === 0) await this.#multiply(2);
  }

  /**
   * Halves the scale; false where it cannot be the reason that gradients overflow, and is then what
   * it was before it was halved so often.
   */
  async overflow(halved: number): Promise<boolean> {
    if (await this.#multiply(0.5) >= 1) return true;
    await this.#multiply(2 ** (halved + 1));
    return false;
  }

  async #multiply(factor: number): Promise<number> {
    const [before] = await this.store.read(NAME) as Float32Array;
    this.store.write(NAME, Float32Array.of(before * factor));
    return before * factor;
  }
}
