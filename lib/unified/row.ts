/** One row of a generation, as a modality sees it that says something in it. */
import type { Random } from "../runtime/mod.ts";
import { guided, logSoftmax, sample, type Sampling } from "../nn/mod.ts";

/** A row that enters the language model while it generates. */
export type Entry =
  & { readonly place?: number }
  & (
    | { readonly id: number }
    | { readonly given: { readonly modality: string; readonly values: Float32Array } }
  );

/** What the model says after a row. */
export interface Said {
  /** `[sayable]` */
  readonly logits: Float32Array;
  /** The same without the condition; absent where nothing is guided. */
  readonly unconditional?: Float32Array;
  /** What modalities give out beside logits, by name. */
  readonly outputs: Readonly<Record<string, Float32Array>>;
}

/**
 * What is fed enters after what stands there; after the next pause (`yield`) the row knows what the
 * model says to it.
 */
export class Row {
  readonly #random: Random;
  readonly #sampling: Sampling;
  readonly #guidance: number;
  #fed: Entry[] = [];
  #said: Said | undefined;

  /** A row that nothing has entered yet. */
  constructor(random: Random, sampling: Sampling, guidance: number) {
    this.#random = random;
    this.#sampling = sampling;
    this.#guidance = guidance;
  }

  /** Enters something. */
  feed(entry: Entry): void {
    this.#fed.push(entry);
  }

  /** Samples one of the ids from `from` to `to` (without it) that are allowed. */
  sample(from: number, to: number, isAllowed?: (id: number) => boolean): number {
    return from + sample(this.#scores(from, to, isAllowed), this.#sampling, this.#random);
  }

  /** log P(id), the natural logarithm, among the ids that {@link sample} samples from. */
  logLikelihood(id: number, from: number, to: number, isAllowed?: (id: number) => boolean): number {
    return logSoftmax(this.#scores(from, to, isAllowed))[id - from];
  }

  #scores(from: number, to: number, isAllowed?: (id: number) => boolean): Float32Array {
    const { logits, unconditional } = this.#heard;
    const own = logits.slice(from, to);
    const scores = unconditional === undefined
      ? own
      : guided(own, unconditional.slice(from, to), this.#guidance);
    if (isAllowed) scores.forEach((_, i) => isAllowed(from + i) || (scores[i] = -Infinity));
    return scores;
  }

  /** What a modality gave out. */
  output(name: string): Float32Array {
    const output = this.#heard.outputs[name];
    if (output !== undefined) return output;
    throw new RangeError(`Expected an output of a modality, but found "${name}"`);
  }

  get #heard(): Said {
    if (this.#said === undefined || this.#fed.length > 0) {
      throw new Error("Expected a pause before the row asks what the model says");
    }
    return this.#said;
  }

  /** Tells the row what the model says. For the generator. */
  hear(said: Said): void {
    this.#said = said;
  }

  /** The first entry that was fed and not taken yet. For the generator. */
  take(): Entry | undefined {
    return this.#fed.shift();
  }

  /** Whether there is something to take. For the generator. */
  get isFed(): boolean {
    return this.#fed.length > 0;
  }
}
