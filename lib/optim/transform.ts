/**
 * Optimizers as chains of small transforms of gradients, written into the graph of the training
 * step. A transform takes what is about to be subtracted from each parameter and gives what shall
 * be instead.
 */
import { constant, input, ops, type Tensor } from "../graph/mod.ts";
import { type ParameterSpec, sumAll } from "../nn/mod.ts";
import type { StateStore } from "../runtime/mod.ts";

/** How the names of all that an optimizer remembers begin. */
const STATE = "optimizer.";

/** Whether an optimizer remembers it: it is no parameter. */
export const isOfOptimizer = (name: string): boolean => name.startsWith(STATE);

/** Removes what an optimizer remembered, so that the next one begins anew. */
export function forgetOptimizer(store: StateStore): void {
  for (const name of store.names()) if (isOfOptimizer(name)) store.remove(name);
}

/** What is to be subtracted from each parameter, by the parameter's name. */
export type Updates = ReadonlyMap<string, Tensor>;

/** What transforms see of the step: parameters, the count of steps, and state they keep. */
export class OptimizerContext {
  /** Steps taken including this one, as float32 `[]`. */
  readonly step: Tensor = input("optimizer.step", "float32", []);
  readonly #state: RememberedState[] = [];

  /** Made by the training step, with the parameters as inputs of its graph. */
  constructor(
    readonly parameters: ReadonlyMap<string, Tensor>,
    /** What each parameter is. */
    readonly specs: ReadonlyMap<string, ParameterSpec>,
  ) {}

  /** State of a parameter's shape, zeros at first: given its value before, store one after. */
  remember(slot: string, parameter: string, after: (before: Tensor) => Tensor): Tensor {
    const like = this.parameters.get(parameter)!;
    const name = `${STATE}${slot}.${parameter}`;
    const before = input(name, like.dtype, like.shape);
    const value = after(before);
    this.#state.push({ name, parameter, before, after: value });
    return value;
  }

  /** What is remembered so far, of all transforms. */
  get state(): readonly RememberedState[] {
    return this.#state;
  }
}

/** What is remembered of a parameter, before the step and after it. */
export interface RememberedState {
  /** Under which it is kept in the store. */
  readonly name: string;
  /** The name of the parameter. */
  readonly parameter: string;
  /** Its value before the step. */
  readonly before: Tensor;
  /** Its value after the step. */
  readonly after: Tensor;
}

/** A step of an optimizer: from updates to updates. */
export type Transform = (updates: Updates, context: OptimizerContext) => Updates;

/** One transform after the other. */
export function chain(...transforms: readonly Transform[]): Transform {
  return (updates, context) => transforms.reduce((u, transform) => transform(u, context), updates);
}

function map(updates: Updates, change: (update: Tensor, name: string) => Tensor): Updates {
  return new Map([...updates].map(([name, update]) => [name, change(update, name)]));
}

/** Σ g² of each tensor, as one vector. */
export function squares(gradients: Iterable<Tensor>): Tensor {
  const each = [...gradients].map((g) => ops.reshape(sumAll(ops.mul(g, g)), { shape: [1] }));
  return ops.concat(each, { axis: 0 });
}

/** √Σ g² over all tensors, as a scalar. */
export function globalNorm(updates: Updates): Tensor {
  return ops.sqrt(sumAll(squares(updates.values())));
}

/** Scales all gradients down together so that their global norm is at most `largest`. */
export function clipByGlobalNorm(largest: number): Transform {
  return (updates) => {
    const norm = globalNorm(updates);
    const scale = ops.where(
      ops.greater(norm, largest),
      ops.div(constant(largest), norm),
      constant(1),
    );
    return map(updates, (g) => ops.mul(g, scale));
  };
}

/**
 * Adam's direction m̂ / (√v̂ + ε) (arXiv 1412.6980, algorithm 1), with m and v the decayed means of
 * gradients and of their squares, both corrected for their start at zero.
 */
export function scaleByAdam(
  { beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8 }: {
    beta1?: number;
    beta2?: number;
    epsilon?: number;
  } = {},
): Transform {
  return (updates, context) => {
    const correction = (beta: number) => ops.sub(1, ops.exp(ops.mul(context.step, Math.log(beta))));
    const mean = (slot: string, name: string, beta: number, x: Tensor) =>
      context.remember(
        slot,
        name,
        (before) => ops.add(ops.mul(before, beta), ops.mul(x, 1 - beta)),
      );
    // m̂/(√v̂ + ε) as m·(√b/a)/(√v + ε·√b) with a = 1 − β₁ᵗ, b = 1 − β₂ᵗ: one pass less over v
    const root = ops.sqrt(correction(beta2));
    const scale = ops.div(root, correction(beta1));
    const floor = ops.mul(root, epsilon);
    return map(updates, (g, name) => {
      const m = mean("first_moment", name, beta1, g);
      const v = mean("second_moment", name, beta2, ops.mul(g, g));
      return ops.div(ops.mul(m, scale), ops.add(ops.sqrt(v), floor));
    });
  };
}

/** Adds `decay`·w to the update of each map and table (arXiv 1711.05101); vectors do not decay. */
export function decayWeights(decay: number): Transform {
  return (updates, { parameters, specs }) =>
    map(
      updates,
      (update, name) =>
        specs.get(name)!.role === "vector" || decay === 0
          ? update
          : ops.add(update, ops.mul(parameters.get(name)!, decay)),
    );
}

/** One transform for the parameters that are chosen, another for the others. */
export function partition(
  isChosen: (parameter: ParameterSpec) => boolean,
  chosen: Transform,
  others: Transform,
): Transform {
  return (updates, context) => {
    const part = (wanted: boolean) =>
      new Map(
        [...updates].filter(([name]) => isChosen(context.specs.get(name)!) === wanted),
      );
    return new Map([...chosen(part(true), context), ...others(part(false), context)]);
  };
}

/** AdamW after clipping. */
export function adamw(
  { clip = 1, decay = 0.01, beta2 = 0.95 }: { clip?: number; decay?: number; beta2?: number } = {},
): Transform {
  return chain(clipByGlobalNorm(clip), scaleByAdam({ beta2 }), decayWeights(decay));
}
