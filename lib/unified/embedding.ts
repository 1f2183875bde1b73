/** The rows that enter the language model. */
import { constant, ops, type Tensor } from "../graph/mod.ts";
import { linear, type Scope, table } from "../nn/mod.ts";
import type { UnifiedModel } from "./unified_model.ts";

export interface EmbeddingInputs {
  /** int32 `[batch, rows]`, see `batch.ts` */
  readonly ids: Tensor;
  /** int32 `[batch, rows]` */
  readonly places: Tensor;
  /** By modality: `[given rows, size]`. */
  readonly given: Readonly<Record<string, Tensor>>;
}

/**
 * The embeddings of rows, `[batch, rows, hiddenSize]`:
 *
 *     a_t = E[id_t] + P[place_t]
 *     x_t = a_t + W a_(t−1),  a_0 = 0
 *
 * With token shift (W) each so says which row stands before it: a small transformer is slow to find
 * out what belongs together ("a red cat and a blue dog") where every row is alone (smeared keys, arXiv
 * 2209.11895; token shift, arXiv 2305.13048). Places (P) say where in its picture a row stands:
 * features say what is seen, not where, and rotary angles only how far apart two rows stand in the
 * order of reading. A place in a grid is a row and a column, `P = R + C`: what is left of what hangs on
 * columns alone. A place beyond it has an embedding of its own.
 */
export function embed(root: Scope, inputs: EmbeddingInputs, model: UnifiedModel): Tensor {
  const { ids, places, given } = inputs;
  const { hiddenSize, tokenShift } = model.config;
  const rows = [
    ...model.tables.map(({ tokens }) => tokens!.embeddings(root)),
    ...model.given.map((modality) => modality.given!.embed(root, given[modality.name])),
  ];
  const found = ops.gather(ops.concat(rows, { axis: 0 }), ids);
  const alone = model.config.places === 0
    ? found
    : ops.add(found, ops.gather(placeTable(root, model), places));
  if (!tokenShift) return alone;
  const [batch, length] = ids.shape;
  const begun = ops.concat([zeros([batch, 1, hiddenSize]), alone], { axis: 1 });
  const before = ops.slice(begun, { axis: 1, start: 0, end: length });
  return ops.add(alone, linear(root.at("model").at("previous_token"), before, hiddenSize));
}

/** Zeros for what stands in no picture, and the embedding of each place. */
function placeTable(root: Scope, { config: { places, grid, hiddenSize } }: UnifiedModel): Tensor {
  const scope = root.at("vision_embed_tokens");
  const further = places - grid ** 2;
  return ops.concat([
    zeros([1, hiddenSize]),
    ...(grid === 0 ? [] : [gridTable(scope, grid, hiddenSize)]),
    ...(further === 0 ? [] : [table(scope.at("places"), further, hiddenSize, DEVIATION)]),
  ], { axis: 0 });
}

/** The standard deviation of a place's embedding, to begin with. */
const DEVIATION = 0.5;

/** `[grid², hiddenSize]`, in reading order. */
function gridTable(scope: Scope, grid: number, hiddenSize: number): Tensor {
  const [rows, columns] = ["rows", "columns"].map((name) =>
    table(scope.at(name), grid, hiddenSize, DEVIATION / Math.SQRT2)
  );
  const places = ops.add(
    ops.reshape(rows, { shape: [grid, 1, hiddenSize] }),
    ops.reshape(columns, { shape: [1, grid, hiddenSize] }),
  );
  return ops.reshape(places, { shape: [grid ** 2, hiddenSize] });
}

function zeros(shape: readonly number[]): Tensor {
  return ops.expand(constant(0), { shape: [...shape] });
}

/** Logits of all that can be said: `[rows, hiddenSize]` to `[rows, sayable]`. */
export function logitsOf(root: Scope, states: Tensor, model: UnifiedModel): Tensor {
  const heads = model.tables.flatMap(({ tokens }) => tokens!.head ? [tokens!.head(root)] : []);
  return ops.matmul(states, ops.concat(heads, { axis: 0 }), { transposeB: true });
}
