/** What a unified model learns: tokens by cross-entropy, and what its modalities learn besides. */
import { input, ops, type Tensor } from "../graph/mod.ts";
import { type Scope, sumAll } from "../nn/mod.ts";
import { countOf, type Losses } from "../optim/mod.ts";
import { type BatchShape, inBatch } from "./batch.ts";
import { embed, logitsOf } from "./embedding.ts";
import { contextualize, fromStart } from "./language_model.ts";
import type { UnifiedModel } from "./unified_model.ts";

/** How losses are computed. */
export interface Computing {
  /** Keeps only what enters each block, and computes the rest again for the gradient. */
  readonly recompute?: boolean;
}

/** The rows that are given, as inputs: of each modality how many a sequence has, at most. */
export function givenInputs(
  model: UnifiedModel,
  batch: number,
  each: (modality: string) => number,
): Record<string, Tensor> {
  return Object.fromEntries(model.given.map(({ name, given }) => [
    name,
    input(`given.${name}`, "float32", [inBatch(batch, each(name)), given!.size]),
  ]));
}

/** Hidden states of a `SequenceBatch` at the rows that are read: `[read, hiddenSize]`. */
function statesOf(
  root: Scope,
  model: UnifiedModel,
  { batch, length, given }: BatchShape,
  read: Tensor,
  { recompute = false }: Computing,
): Tensor {
  const { config } = model;
  const embedded = embed(root, {
    ids: input("ids", "int32", [batch, length]),
    places: input("places", "int32", [batch, length]),
    given: givenInputs(model, batch, (modality) => given[modality]),
  }, model);
  return contextualize(root, embedded, config, {
    ...fromStart(batch, length, config),
    read,
    recompute,
  });
}

/** Where the states stand that predict a token, of each slot for one. */
function predictingRows({ batch, learned }: BatchShape): Tensor {
  return input("positions", "int32", [batch * learned]);
}

/** −log P(y_i | y_<i) of each learned token, `[batch · learned]`; padding's means nothing. */
function crossEntropies(root: Scope, model: UnifiedModel, predicting: Tensor) {
  const labels = input("labels", "int32", [predicting.shape[0]]);
  return { losses: ops.crossEntropy(logitsOf(root, predicting, model), labels), labels };
}

/** −log P(y_i | y_<i) of each learned token of a `SequenceBatch`: `[batch · learned]`. */
export function tokenLosses(root: Scope, model: UnifiedModel, shape: BatchShape): Tensor {
  const predicting = statesOf(root, model, shape, predictingRows(shape), {});
  return crossEntropies(root, model, predicting).losses;
}

/**
 * The loss of a `SequenceBatch`: −Σ log P(y_i | y_<i) over the count of learned tokens in the whole
 * batch, whatever they stand for; and of each modality that learns more the mean of its losses, times
 * its weight. Its parts are those of each modality. Inputs are a batch's, and the counts of
 * `partsOfBatch`.
 */
export function unifiedLosses(
  root: Scope,
  model: UnifiedModel,
  shape: BatchShape,
  computing: Computing = {},
): Losses {
  const rows = [
    predictingRows(shape),
    ...model.learning.map(({ name, targets }) => {
      const count = inBatch(shape.batch, shape.targets[name]);
      return input(`positions.${name}`, "int32", [count * (targets!.states ?? 1)]);
    }),
  ];
  const states = statesOf(root, model, shape, ops.concat(rows, { axis: 0 }), computing);
  let start = 0;
  const [predicting, ...others] = rows.map(({ shape: [count] }) => {
    const end = start + count;
    const own = ops.slice(states, { axis: 0, start, end });
    start = end;
    return own;
  });
  const { losses, labels } = crossEntropies(root, model, predicting);
  const weights = input("weights", "float32", [shape.batch * shape.learned]);
  const said = model.tables.flatMap(({ name, tokens }) => {
    if (tokens!.head === undefined) return [];
    const first = model.firstId(name);
    const after = ops.greater(labels, first - 1);
    const own = ops.where(after, ops.where(ops.greater(labels, first + tokens!.size - 1), 0, 1), 0);
    return [{ name, sum: sumAll(ops.mul(losses, ops.mul(own, weights))), count: countOf(name) }];
  });
  const besides = model.learning.map(({ name, targets }, i) => {
    const { size, weight = 1 } = targets!;
    const count = inBatch(shape.batch, shape.targets[name]);
    const wanted = input(`targets.${name}`, "float32", [count, size]);
    const own = ops.mul(
      targets!.losses(root, others[i], wanted),
      input(`weights.${name}`, "float32", [count]),
    );
    return { name, weight, mean: mean(sumAll(own), countOf(`targets.${name}`)) };
  });
  const tokens = mean(
    said.map(({ sum }) => sum).reduce((a, b) => ops.add(a, b)),
    said.map(({ count }) => count).reduce((a, b) => ops.add(a, b)),
  );
  return {
    loss: besides.reduce((loss, { mean, weight }) => ops.add(loss, ops.mul(mean, weight)), tokens),
    parts: {
      ...Object.fromEntries(said.map(({ name, sum, count }) => [name, mean(sum, count)])),
      ...Object.fromEntries(besides.map(({ name, mean }) => [name, mean])),
    },
  };
}

function mean(sum: Tensor, count: Tensor): Tensor {
  return ops.div(sum, ops.add(count, 1e-6));
}
