/** One training step as one graph: forward, backward and update. */
import type { TensorType } from "../../kernels/mod.ts";
import {
  brief,
  bytesOf,
  gradient,
  inPrecision,
  input,
  ops,
  peakBytes,
  type Precision,
  sorted,
  type Tensor,
  toOnnx,
} from "../graph/mod.ts";
import { ensureParameters, type ParameterSpec, Scope } from "../nn/mod.ts";
import { inspect } from "../notebook/mod.ts";
import { firstNonFinite } from "./first_non_finite.ts";
import { LossScale, lossScale } from "./loss_scale.ts";
import type { StepMemory } from "./memory.ts";
import {
  type Device,
  expectDevice,
  expectFloat16,
  expectStore,
  type GraphProfile,
  nextName,
  profileGraph,
  Program,
  type StateStore,
  type TensorData,
} from "../runtime/mod.ts";
import { OptimizerContext, squares, type Transform } from "./transform.ts";

/**
 * What a model's loss function gives: the scalar to minimize, and scalars to report. Where batches come
 * in parts they are sums over the part, divided by counts of the whole batch (`countOf`): then losses
 * and gradients of the parts simply add up.
 */
export interface Losses {
  /** What is lowered: a scalar. */
  readonly loss: Tensor;
  /** Further scalars, by name. */
  readonly parts?: Readonly<Record<string, Tensor>>;
}

/** What a step gave. */
export interface StepResult {
  /** Before the update. */
  readonly loss: number;
  /** √Σ g² over all trained parameters, before clipping. */
  readonly gradientNorm: number;
  /** The scalars that the loss function reports, by name. */
  readonly parts: Readonly<Record<string, number>>;
  /** Outputs that are no scalars, as they are. */
  readonly outputs: Readonly<Record<string, TensorData>>;
}

/**
 * A loss or gradient that is infinite or not a number. The store holds what it held before the step.
 */
export class NonFiniteError extends Error {
  /** What tells it from other errors. */
  override name = "NonFiniteError";
}

/** The inputs of a loss function, by name. */
export type Inputs = Readonly<Record<string, TensorData>>;

/**
 * How many of something the whole batch has, all its parts together: float32 `[]`, an input that
 * `countsOf` fills.
 */
export function countOf(what: string): Tensor {
  return input(`count.${what}`, "float32", []);
}

/** The inputs for counts. */
export function countsOf(counts: Readonly<Record<string, number>>): Inputs {
  return Object.fromEntries(
    Object.entries(counts).map(([what, count]) => [`count.${what}`, Float32Array.of(count)]),
  );
}

/** What a training step is compiled of. */
export interface TrainStepOptions {
  /** Where it runs. */
  readonly device: Device;
  /** Where the parameters live, and what the optimizer remembers. */
  readonly store: StateStore;
  /** The model's loss, traced once. Its inputs are the batch, or a part of it. */
  readonly losses: (scope: Scope) => Losses;
  /** Further tensors to read after each step, such as which codes were chosen. */
  readonly outputs?: (scope: Scope) => Readonly<Record<string, Tensor>>;
  /** A parameter's share of the rate; 0 keeps it as it is. */
  readonly rateOf?: (parameter: string) => number;
  /** What becomes of the gradients. */
  readonly optimizer: Transform;
  /** Of the initial weights. */
  readonly seed: number;
  /**
   * Whether batches come in parts, whose gradients are added up before the update: a batch of any
   * size in the memory of one part. Without it, forward, backward and update are one graph.
   */
  readonly accumulate?: boolean;
  /**
   * Default float32. In mixed precision a step whose gradients overflow is taken again with half
   * the loss scale.
   */
  readonly precision?: Precision;
}

/** How the names of gradients that are being added up begin. */
const GRADIENT = "optimizer.gradient.";

/**
 * A compiled training step. Parameters and the optimizer's state stay in the store, on the device;
 * only the batch goes in and only the losses come out.
 */
export class TrainStep implements Disposable {
  private constructor(
    private readonly device: Device,
    private readonly store: StateStore,
    /** Forward and backward, where gradients are added up; else undefined. */
    private readonly backward: Program | undefined,
    /** The update; with forward and backward, where gradients are not added up. */
    private readonly update: Program,
    /** The graph that forward and backward are in. */
    private readonly graph: Readonly<Record<string, Tensor>>,
    /** In mixed precision. */
    private readonly scale: LossScale | undefined,
    private readonly trained: readonly string[],
    private readonly reported: readonly string[],
    private readonly extra: readonly string[],
  ) {}

  /** What a step will need, without compiling it. */
  static memory(options: Omit<TrainStepOptions, "device" | "store" | "seed">): StepMemory {
    const { specs, states, graph, updated } = trace(options);
    const bytes = (types: Iterable<TensorType>) =>
      [...types].reduce((sum, type) => sum + bytesOf(type), 0);
    const learning = specs.filter(({ name }) => nextName(name) in updated);
    const parameters = bytes(specs) + bytes(learning);
    const optimizer = 2 * bytes(states.values());
    const activations = options.accumulate
      ? Math.max(peakBytes(graph), peakBytes(updated))
      : peakBytes(graph);
    const known = new Set([...specs.map(({ name }) => name), ...states.keys()]);
    const batch = bytes([...inputsOf(graph)].flatMap(([name, x]) => known.has(name) ? [] : [x]));
    const total = parameters + optimizer + activations + batch;
    return { parameters, optimizer, activations, batch, total };
  }

  /**
   * Traces loss, gradients and update, and compiles them into one graph, or two with `accumulate`.
   * @throws DeviceError where mixed precision is asked of a device that has no float16; TypeError
   * where the device or store is none
   */
  static async compile(options: TrainStepOptions): Promise<TrainStep> {
    const { device, store, seed } = options;
    expectDevice(device);
    expectStore(store);
    if (typeof options.losses !== "function") {
      throw new TypeError(
        `Expected losses, a function of a scope, but found ${brief(options.losses)}`,
      );
    }
    const { specs, states, graph, updated, trained, reported, extra } = trace(options);
    ensureParameters(store, specs, seed);
    const isMixed = options.precision === "mixed";
    if (isMixed) await expectFloat16(device);
    const scale = isMixed ? new LossScale(store) : undefined;
    for (const [name, type] of states) if (!store.has(name)) store.add(name, type);
    const compiled = await Program.compile(device, toOnnx(graph), store);
    const [backward, update] = options.accumulate
      ? [compiled, await Program.compile(device, toOnnx(updated), store)]
      : [undefined, compiled];
    return new TrainStep(device, store, backward, update, graph, scale, trained, reported, extra);
  }

  /**
   * Takes one step.
   * @param batch the inputs of the loss function, or of each part of the batch
   * @param options `step` counts from 1 (Adam's correction depends on it); `rate` is this step's
   * @throws NonFiniteError naming the first tensor whose gradient (or else the loss) is not finite
   * @throws RangeError where the batch comes in parts but was not compiled to
   */
  async run(
    batch: Inputs | readonly Inputs[],
    { step, rate }: { step: number; rate: number },
  ): Promise<StepResult> {
    const parts = partsOf(batch);
    if (this.backward === undefined && parts.length !== 1) {
      throw new RangeError(
        `Expected a whole batch, or a step compiled to accumulate, but found ${parts.length} parts`,
      );
    }
    await this.scale?.begin(step);
    for (let halved = 0;; halved++) {
      const { told, squares } = await this.#attempt(parts, this.#rates(step, rate));
      const summed = (name: string) => told.reduce((sum, part) => sum + Number(part[name][0]), 0);
      const loss = summed("loss");
      const bad = squares.findIndex((square) => !Number.isFinite(square));
      if (bad < 0 && Number.isFinite(loss)) {
        return {
          loss,
          gradientNorm: Math.sqrt(squares.reduce((sum, square) => sum + square, 0)),
          parts: Object.fromEntries(this.reported.map((name) => [name, summed(name)])),
          outputs: Object.fromEntries(this.extra.map((name) => [name, told.at(-1)![name]])),
        };
      }
      this.update.undo();
      if (Number.isFinite(loss) && await this.scale?.overflow(halved)) continue;
      const where = bad >= 0 ? `the gradient of "${this.trained[bad]}"` : "the loss";
      throw new NonFiniteError(
        `Expected finite numbers in step ${step}, but found ${where} to be infinite or NaN ` +
          `(loss ${loss}, rate ${rate})${await this.#first(parts)}`,
      );
    }
  }

  /** Computes and updates: what each part told, and Σ g² of each trained parameter. */
  async #attempt(parts: readonly Inputs[], rates: Inputs) {
    const told: Record<string, TensorData>[] = [];
    for (const [i, inputs] of parts.entries()) {
      if (this.backward) told.push(await this.backward.run({ ...inputs, ...adding(i) }));
    }
    const last = await this.update.run(this.backward ? rates : { ...parts[0], ...rates });
    if (!this.backward) told.push(last);
    return { told, squares: last["gradient.squares"] as Float32Array };
  }

  /**
   * Where the time of a step goes, by operation and by line of the model; of a batch in parts, the
   * time of the first. Parameters and the optimizer's state stay as they are.
   */
  profile(batch: Inputs | readonly Inputs[]): Promise<GraphProfile> {
    const { device, store, graph: outputs } = this;
    return profileGraph({ device, store, outputs, inputs: this.#graphInputs(partsOf(batch)[0]) });
  }

  /** Where infinity or NaN first appeared, for the end of a message. */
  async #first(parts: readonly Inputs[]): Promise<string> {
    const { device, store, graph } = this;
    for (const part of parts) {
      const inputs = this.#graphInputs(part);
      const first = await firstNonFinite({ device, store, graph, inputs });
      if (first !== undefined) return `; first ${first}`;
    }
    return "";
  }

  /** What the graph of forward and backward takes, for a run that changes nothing. */
  #graphInputs(inputs: Inputs): Inputs {
    return { ...inputs, ...(this.backward ? adding(0) : this.#rates(1, 0)) };
  }

  #rates(step: number, rate: number): Inputs {
    const counted = "optimizer.step" in this.update.inputs;
    return {
      "optimizer.rate": Float32Array.of(rate),
      ...(counted ? { "optimizer.step": Float32Array.of(step) } : {}),
    };
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    return `TrainStep on ${this.device.name}: ${this.trained.length} parameters learn`;
  }

  /** Frees the graph. Parameters and the optimizer's state stay in the store, to go on from. */
  [Symbol.dispose](): void {
    this.backward?.[Symbol.dispose]();
    this.update[Symbol.dispose]();
  }
}

function partsOf(batch: Inputs | readonly Inputs[]): readonly Inputs[] {
  return Array.isArray(batch) ? batch : [batch as Inputs];
}

/** The input of a part, besides the loss function's: the first part begins the sum. */
function adding(part: number): Inputs {
  return { "gradient.before": Float32Array.of(part === 0 ? 0 : 1) };
}

/** Gradients added to the sums of before. */
function added(
  names: readonly string[],
  sums: readonly Tensor[],
  gradients: readonly Tensor[],
): Record<string, Tensor> {
  const before = ops.greater(input("gradient.before", "float32", []), 0);
  return Object.fromEntries(names.map((name, i) => [
    nextName(GRADIENT + name),
    ops.add(ops.where(before, sums[i], 0), gradients[i]),
  ]));
}

/** A training step as graphs. */
interface Traced {
  readonly specs: readonly ParameterSpec[];
  /** What the optimizer remembers, and sums of gradients, by name. */
  readonly states: ReadonlyMap<string, TensorType>;
  /** Forward and backward; with the update, unless gradients are added up. */
  readonly graph: Readonly<Record<string, Tensor>>;
  /** The update. */
  readonly updated: Readonly<Record<string, Tensor>>;
  readonly trained: readonly string[];
  readonly reported: readonly string[];
  readonly extra: readonly string[];
}

function trace(options: Omit<TrainStepOptions, "device" | "store" | "seed">): Traced {
  const { losses, rateOf = () => 1, optimizer, accumulate, precision = "float32" } = options;
  const scope = new Scope();
  const { loss, parts = {} } = inPrecision(precision, () => losses(scope));
  const extra = inPrecision(precision, () => options.outputs?.(scope) ?? {});
  const specs = scope.specs();
  const trained = specs.map(({ name }) => name).filter((name) => rateOf(name) > 0);
  const parameters = new Map(trained.map((name) => [name, scope.tensor(name)]));
  const gradients = inPrecision(precision, () => {
    if (precision === "float32") return gradient(loss, [...parameters.values()]);
    const scaled = gradient(ops.mul(loss, lossScale()), [...parameters.values()]);
    return scaled.map((g) => ops.mul(g, ops.div(1, lossScale())));
  });
  const sums = trained.map((name) => input(GRADIENT + name, "float32", scope.tensor(name).shape));
  const states = new Map<string, TensorType>(
    accumulate ? trained.map((name, i) => [GRADIENT + name, sums[i]]) : [],
  );
  const updated = updateOf(
    new Map(trained.map((name, i) => [name, accumulate ? sums[i] : gradients[i]])),
    { parameters, specs, optimizer, rateOf, states },
  );
  const told = Object.fromEntries(
    Object.entries({ loss, ...parts, ...extra })
      .map(([name, x]) => [name, x.dtype === "float16" ? ops.cast(x, { dtype: "float32" }) : x]),
  );
  return {
    specs,
    states,
    graph: { ...told, ...(accumulate ? added(trained, sums, gradients) : updated) },
    updated,
    trained,
    reported: Object.keys(parts),
    extra: Object.keys(extra),
  };
}

/** The inputs of a graph, by name. */
function inputsOf(graph: Readonly<Record<string, Tensor>>): Map<string, Tensor> {
  const inputs = new Map<string, Tensor>();
  for (const tensor of sorted(Object.values(graph))) {
    if (tensor.source.kind === "input") inputs.set(tensor.source.name, tensor);
  }
  return inputs;
}

/** Outputs that update parameters by their gradients; `states` is told what is remembered. */
function updateOf(
  gradients: ReadonlyMap<string, Tensor>,
  { parameters, specs, optimizer, rateOf, states }: {
    parameters: ReadonlyMap<string, Tensor>;
    specs: readonly ParameterSpec[];
    optimizer: Transform;
    rateOf: (parameter: string) => number;
    states: Map<string, TensorType>;
  },
): Record<string, Tensor> {
  const context = new OptimizerContext(
    parameters,
    new Map(specs.map((spec) => [spec.name, spec])),
  );
  const updates = optimizer(gradients, context);
  const rate = input("optimizer.rate", "float32", []);
  const outputs: Record<string, Tensor> = { "gradient.squares": squares(gradients.values()) };
  // All of a parameter's together: ONNX Runtime computes outputs in this order, from the last to
  // the first, and so updates a parameter when its gradient has just been computed.
  const remembered = Map.groupBy(context.state, ({ parameter }) => parameter);
  for (const [name, parameter] of parameters) {
    for (const { name: slot, before, after } of remembered.get(name) ?? []) {
      states.set(slot, before);
      outputs[nextName(slot)] = after;
    }
    const step = ops.mul(updates.get(name)!, ops.mul(rate, rateOf(name)));
    outputs[nextName(name)] = ops.sub(parameter, step);
  }
  return outputs;
}
