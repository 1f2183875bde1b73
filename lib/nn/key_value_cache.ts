/** Keys and values of the tokens before, for generation one token at a time. */
import type { TensorType } from "../../kernels/mod.ts";
import { input, ops, type Tensor } from "../graph/mod.ts";
import type { KeyValues } from "./attention.ts";

/** Slots that a long cache is read in, so that a step reads no more than it has to. */
const CHUNK = 64;

/** How large a cache is. */
export interface CacheShape {
  /** Blocks of the transformer. */
  readonly layers: number;
  /** Rows that are generated at once. */
  readonly batch: number;
  /** Heads of keys and values. */
  readonly keyValueHeads: number;
  /** Numbers in a head's key, and in its value. */
  readonly headDim: number;
  /** Tokens that it holds. */
  readonly slots: number;
}

/**
 * A cache in chunks of slots: states of a program, `[batch, keyValueHeads, chunk, headDim]` each, to
 * be compiled `inPlace`. All rows are in the same slot; which slots a row sees is the mask's affair.
 */
export class KeyValueCache {
  /** Slots of a chunk. */
  readonly chunk: number;
  readonly #written = new Map<string, Tensor>();

  /**
   * A cache of this shape, empty.
   * @param name what the names of its states begin with: no two caches of a store share it
   */
  constructor(readonly shape: CacheShape, chunk = CHUNK, private readonly name = "cache") {
    this.chunk = shape.slots <= 2 * chunk ? shape.slots : chunk;
  }

  /** How many chunks a step needs that writes a slot. */
  chunksFor(slot: number): number {
    return Math.floor(slot / this.chunk) + 1;
  }

  /** The states, by name. */
  get states(): Map<string, TensorType> {
    const { layers, batch, keyValueHeads, headDim, slots } = this.shape;
    const type = { dtype: "float32", shape: [batch, keyValueHeads, this.chunk, headDim] } as const;
    const states = new Map<string, TensorType>();
    for (let layer = 0; layer < layers; layer++) {
      for (let chunk = 0; chunk < this.chunksFor(slots - 1); chunk++) {
        for (const what of KINDS) states.set(this.#name(layer, chunk, what), type);
      }
    }
    return states;
  }

  /** Begins a graph; what it writes is then in `written`. */
  begin(): void {
    this.#written.clear();
  }

  /** The values that states have after the graph, by the names of the states. */
  get written(): ReadonlyMap<string, Tensor> {
    return this.#written;
  }

  /** Writes keys and values of the first tokens: `[batch, keyValueHeads, tokens, headDim]`. */
  fill(layer: number, fresh: KeyValues): void {
    const tokens = fresh.keys.shape[2];
    const chunks = this.chunksFor(tokens - 1);
    for (const what of KINDS) {
      const whole = ops.pad(fresh[what], {
        axis: 2,
        before: 0,
        after: chunks * this.chunk - tokens,
      });
      for (let chunk = 0; chunk < chunks; chunk++) {
        const [start, end] = [chunk * this.chunk, (chunk + 1) * this.chunk];
        const part = chunks === 1 ? whole : ops.slice(whole, { axis: 2, start, end });
        this.#written.set(this.#name(layer, chunk, what), part);
      }
    }
  }

  /**
   * Writes keys and values of one token into a slot of the last of these chunks, and gives all of
   * them.
   * @param slot within the chunk, int32 `[batch]`
   */
  extend(layer: number, fresh: KeyValues, slot: Tensor, chunks: number): KeyValues[] {
    const { states } = this;
    return Array.from({ length: chunks }, (_, chunk) => {
      const [keys, values] = KINDS.map((what) => {
        const name = this.#name(layer, chunk, what);
        const before = input(name, "float32", states.get(name)!.shape);
        if (chunk < chunks - 1) return before;
        const after = ops.write(before, fresh[what], slot);
        this.#written.set(name, after);
        return after;
      });
      return { keys, values };
    });
  }

  #name(layer: number, chunk: number, what: "keys" | "values"): string {
    return `${this.name}.${layer}.${chunk}.${what}`;
  }
}

const KINDS = ["keys", "values"] as const;
