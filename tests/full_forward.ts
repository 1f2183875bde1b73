/** A unified model without a cache: what it says after every row of a sequence, all rows at once. */
import { input, ops, type Tensor, toOnnx } from "../lib/graph/mod.ts";
import { Scope } from "../lib/nn/mod.ts";
import { type Device, Program, type StateStore } from "../lib/runtime/mod.ts";
import { tokenBatchOf } from "../lib/unified/batch.ts";
import { embed, logitsOf } from "../lib/unified/embedding.ts";
import { contextualize, fromStart } from "../lib/unified/language_model.ts";
import { givenInputs } from "../lib/unified/losses.ts";
import { type Sequence, shapeOf, type UnifiedModel } from "../lib/unified/mod.ts";

/** Of an output, such as `logits`, what stands after a row of a sequence. */
export type Heard = (output: string, sequence: number, row: number) => Float32Array;

/** Logits, and what modalities give out, after every row. */
export async function fullForward(
  device: Device,
  store: StateStore,
  model: UnifiedModel,
  sequences: readonly Pick<Sequence, "rows">[],
): Promise<Heard> {
  const silent = sequences.map(({ rows }) => ({
    rows: rows.map((row) => ({ ...row, learned: false })),
    targets: [],
  }));
  const shape = { ...shapeOf(silent, silent.length, model), learned: 1 };
  const { batch, length, given } = shape;
  const { config } = model;
  const scope = new Scope();
  const embedded = embed(scope, {
    ids: input("ids", "int32", [batch, length]),
    places: input("places", "int32", [batch, length]),
    given: givenInputs(model, batch, (modality) => given[modality]),
  }, model);
  const hidden = contextualize(scope, embedded, config, fromStart(batch, length, config));
  const states = ops.reshape(hidden, { shape: [batch * length, config.hiddenSize] });
  const outputs: Record<string, Tensor> = { logits: logitsOf(scope, states, model) };
  for (const modality of model.modalities) {
    Object.assign(outputs, modality.outputs?.(scope, states));
  }
  using program = await Program.compile(device, toOnnx(outputs), store);
  const { positions: _, labels: __, weights: ___, ...inputs } = tokenBatchOf(silent, shape, model);
  const found = await program.run(inputs);
  return (output, sequence, row) => {
    const values = found[output] as Float32Array;
    const size = values.length / (batch * length);
    const at = sequence * length + row;
    return values.subarray(at * size, (at + 1) * size);
  };
}

/** The largest difference of two rows of numbers. */
export function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a, (x, i) => Math.abs(x - b[i])).reduce((most, x) => Math.max(most, x), 0);
}
