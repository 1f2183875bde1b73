/** How probable answers are to a model that did not write them itself. */
import { toOnnx } from "../graph/mod.ts";
import { ensureParameters, Scope } from "../nn/mod.ts";
import { stopIfInterrupted } from "../notebook/mod.ts";
import { type Device, Program, type StateStore } from "../runtime/mod.ts";
import { type BatchShape, tokenBatchOf } from "./batch.ts";
import { tokenLosses } from "./losses.ts";
import type { Sequence } from "./sequence_writer.ts";
import type { UnifiedModel } from "./unified_model.ts";

/** The likelihoods of answers, a batch of conversations at a time. */
export class Likelihood implements Disposable {
  private constructor(
    private readonly program: Program,
    private readonly model: UnifiedModel,
    private readonly shape: BatchShape,
  ) {}

  /** Compiles the graph over the parameters in the store. */
  static async compile(
    { device, store, model, shape, seed }: {
      device: Device;
      store: StateStore;
      model: UnifiedModel;
      shape: BatchShape;
      seed: number;
    },
  ): Promise<Likelihood> {
    const scope = new Scope();
    const losses = tokenLosses(scope, model, shape);
    ensureParameters(store, scope.specs(), seed);
    const program = await Program.compile(device, toOnnx({ losses }), store);
    return new Likelihood(program, model, shape);
  }

  /**
   * Of each conversation log P(what is answered | what comes before), the natural logarithm, over
   * all answers and their ends.
   * @throws RangeError where a conversation does not fit the shape
   */
  async of(conversations: readonly Sequence[]): Promise<number[]> {
    const { shape, model, program } = this;
    const sums: number[] = [];
    for (let start = 0; start < conversations.length; start += shape.batch) {
      stopIfInterrupted(`after ${start} of ${conversations.length} likelihoods`);
      const sequences = conversations.slice(start, start + shape.batch);
      const { weights: _, ...batch } = tokenBatchOf(sequences, shape, model);
      const losses = (await program.run(batch)).losses as Float32Array;
      let slot = 0;
      for (const { rows } of sequences) {
        const end = slot + rows.filter(({ learned }) => learned).length;
        sums.push(-losses.subarray(slot, end).reduce((a, b) => a + b, 0));
        slot = end;
      }
    }
    return sums;
  }

  /** Frees the compiled graph. */
  [Symbol.dispose](): void {
    this.program[Symbol.dispose]();
  }
}
