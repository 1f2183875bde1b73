/** The graphs of generation: one reads prompts, the other takes one row of each sequence at a time. */
import { input, ops, type Tensor } from "../graph/mod.ts";
import { type KeyValueCache, rotaryTable, type Scope } from "../nn/mod.ts";
import { embed, logitsOf } from "./embedding.ts";
import { contextualize, fromStart } from "./language_model.ts";
import { givenInputs } from "./losses.ts";
import type { UnifiedModel } from "./unified_model.ts";

/** The sizes that a generator is compiled for. */
export interface GenerationShape {
  /** Sequences; with guidance a prompt takes two. */
  readonly batch: number;
  /** Rows of a prompt, at most. */
  readonly prompt: number;
  /** Rows of an answer, at most. */
  readonly answer: number;
  /** By modality, the rows that are given in a prompt, at most. */
  readonly given: Readonly<Record<string, number>>;
}

/** What a graph gives while it generates: logits, and what modalities give out. */
export function outputsOf(
  root: Scope,
  states: Tensor,
  model: UnifiedModel,
): Record<string, Tensor> {
  const outputs: Record<string, Tensor> = { logits: logitsOf(root, states, model) };
  for (const modality of model.modalities) Object.assign(outputs, modality.outputs?.(root, states));
  return outputs;
}

/** The states after each prompt; its keys and values fill the first slots. */
export function prefillGraph(
  root: Scope,
  model: UnifiedModel,
  { batch, prompt, given }: GenerationShape,
  cache: KeyValueCache,
): Tensor {
  const { config } = model;
  const embedded = embed(root, {
    ids: input("ids", "int32", [batch, prompt]),
    places: input("places", "int32", [batch, prompt]),
    given: givenInputs(model, batch, (modality) => given[modality]),
  }, model);
  return contextualize(root, embedded, config, {
    ...fromStart(batch, prompt, config),
    read: input("last", "int32", [batch]),
    remember(layer, fresh) {
      cache.fill(layer, fresh);
      return [fresh];
    },
  });
}

/**
 * The states after one more row, over a number of chunks of the cache. Rows of answers stand in the
 * slots after the longest prompt, in all sequences alike; their positions go on from their own prompt.
 */
export function stepGraph(
  root: Scope,
  model: UnifiedModel,
  { batch, prompt, answer }: GenerationShape,
  cache: KeyValueCache,
  chunks: number,
): Tensor {
  const { config } = model;
  const half = config.hiddenSize / config.heads / 2;
  const both = embed(root, {
    ids: input("ids", "int32", [batch, 2]),
    places: input("places", "int32", [batch, 2]),
    given: givenInputs(model, batch, () => 2),
  }, model);
  const lengths = input("lengths", "int32", [batch]);
  const slot = input("slot", "int32", [1]);
  const angles = rotaryTable(prompt + answer, 2 * half);
  const position = ops.add(lengths, ops.sub(slot, prompt));
  const angle = (x: Tensor) => ops.reshape(ops.gather(x, position), { shape: [batch, 1, half] });
  const slots = ops.range({ size: chunks * cache.chunk });
  const inPrompt = ops.greater(ops.reshape(lengths, { shape: [batch, 1, 1, 1] }), slots);
  const hidesPadding = ops.where(inPrompt, 0, -1e9);
  const hidesLater = ops.where(ops.greater(slots, slot), -1e9, 0);
  const here = ops.expand(ops.sub(slot, (chunks - 1) * cache.chunk), { shape: [batch] });
  const states = contextualize(root, ops.slice(both, { axis: 1, start: 1, end: 2 }), config, {
    rotary: { cos: angle(angles.cos), sin: angle(angles.sin) },
    visible: ops.where(ops.greater(prompt, slots), hidesPadding, hidesLater),
    remember: (layer, fresh) => cache.extend(layer, fresh, here, chunks),
  });
  return ops.reshape(states, { shape: [batch, config.hiddenSize] });
}
