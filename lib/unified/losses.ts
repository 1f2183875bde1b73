/** What a unified model learns: tokens by cross-entropy, and what its modalities learn besides. */
import { input, ops, type Tensor } from "../graph/mod.ts";
import { type Scope, sumAll } from "../nn/mod.ts";
import { countOf, type Losses } from "../optim/mod.ts";
import { type BatchShape, inBatch } from "./batch.ts";
import { embed, logitsOf } from "./embedding.ts";
import { contextualize, fromStart } from "./language_model.ts";
import type { UnifiedModel } from "./unified_model.ts";

interface Computing {
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

/** Hidden states of a `SequenceBatch`: `[batch · length, hiddenSize]`. */
function statesOf(
  root: Scope,
  model: UnifiedModel,
  { batch, length, given }: BatchShape,
  { recompute = false }: Computing,
): Tensor {
  const { config } = model;
  const embedded = embed(root, {
    ids: input("ids", "int32", [batch, length]),
    places: input("places", "int32", [batch, length]),
    given: givenInputs(model, batch, (modality) => given[modality]),
  }, model);
  const context = { ...fromStart(batch, length, config), recompute };
  const states = contextualize(root, embedded, config, context);
  return ops.reshape(states, { shape: [batch * length, config.hiddenSize] });
}

/** −log P(y_i | y_<i) of each learned token, `[batch · learned]`; padding's means nothing. */
function crossEntropies(root: Scope, model: UnifiedModel, shape: BatchShape, states: Tensor) {
  const slots = shape.batch * shape.learned;
  const labels = input("labels", "int32", [slots]);
  const predicting = ops.gather(states, input("positions", "int32", [slots]));
  return { losses: ops.crossEntropy(logitsOf(root, predicting, model), labels), labels };
}

/** −log P(y_i | y_<i) of each learned token of a `SequenceBatch`: `[batch · learned]`. */
export function tokenLosses(root: Scope, model: UnifiedModel, shape: BatchShape): Tensor {
  return crossEntropies(root, model, shape, statesOf(root, model, shape, {})).losses;
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
  const states = statesOf(root, model, shape, computing);
  const { losses, labels } = crossEntropies(root, model, shape, states);
  const weights = input("weights", "float32", [shape.batch * shape.learned]);
  const said = model.tables.flatMap(({ name, tokens }) => {
    if (tokens!.head === undefined) return [];
    const first = model.firstId(name);
    const after = ops.greater(labels, first - 1);
    const own = ops.where(after, ops.where(ops.greater(labels, first + tokens!.size - 1), 0, 1), 0);
    return [{ name, sum: sumAll(ops.mul(losses, ops.mul(own, weights))), count: countOf(name) }];
  });
  const besides = model.learning.map(({ name, targets }) => {
    const { size, states: each = 1, weight = 1 } = targets!;
    const count = inBatch(shape.batch, shape.targets[name]);
    const read = ops.gather(states, input(`positions.${name}`, "int32", [count * each]));
    const wanted = input(`targets.${name}`, "float32", [count, size]);
    const own = ops.mul(
      targets!.losses(root, read, wanted),
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
