/** How probable answers are to a model that did not write them itself. */
import { toOnnx } from "../graph/mod.ts";
import { ensureParameters, Scope } from "../nn/mod.ts";
import { stopIfInterrupted } from "../notebook/mod.ts";
import { type Device, Program, type StateStore } from "../runtime/mod.ts";
import { batchOf, type BatchShape } from "./batch.ts";
import type { UnifiedConfig } from "./config.ts";
import { tokenLosses } from "./language_model.ts";
import type { Sequence } from "./sequence.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** The likelihoods of answers, so many conversations at a time. */
export class Likelihood implements Disposable {
  private constructor(
    private readonly program: Program,
    private readonly config: UnifiedConfig,
    private readonly vocabulary: Vocabulary,
    private readonly shape: BatchShape,
  ) {}

  /** Compiles the graph over the parameters in the store. */
  static async compile(
    { device, store, config, vocabulary, shape, seed }: {
      device: Device;
      store: StateStore;
      config: UnifiedConfig;
      vocabulary: Vocabulary;
      shape: BatchShape;
      seed: number;
    },
  ): Promise<Likelihood> {
    const scope = new Scope();
    const { losses } = tokenLosses(scope, config, shape);
    ensureParameters(store, scope.specs(), seed);
    const program = await Program.compile(device, toOnnx({ losses }), store);
    return new Likelihood(program, config, vocabulary, shape);
  }

  /**
   * Of each conversation log P(what is answered | what comes before), the natural logarithm, over
   * all answers and their ends.
   * @throws RangeError where a conversation does not fit the shape
   */
  async of(conversations: readonly Sequence[]): Promise<number[]> {
    const { shape, config, vocabulary } = this;
    const sums: number[] = [];
    for (let start = 0; start < conversations.length; start += shape.batch) {
      stopIfInterrupted(`after ${start} of ${conversations.length} likelihoods`);
      const rows = conversations.slice(start, start + shape.batch);
      const batch = batchOf(rows, shape, vocabulary, config);
      const { weights: _, ...inputs } = batch;
      const losses = (await this.program.run(inputs)).losses as Float32Array;
      let slot = 0;
      for (const { learned } of rows) {
        const end = slot + learned.filter(Boolean).length;
        sums.push(-losses.subarray(slot, end).reduce((a, b) => a + b, 0));
        slot = end;
      }
    }
    return sums;
  }

  [Symbol.dispose](): void {
    this.program[Symbol.dispose]();
  }
}
