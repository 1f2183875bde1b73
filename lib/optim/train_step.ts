/** One training step as one graph: forward, backward and update. */
import { ensureParameters, Scope } from "../nn/mod.ts";
import { gradient, input, ops, type Tensor, toOnnx } from "../graph/mod.ts";
import {
  type Device,
  type GraphProfile,
  profileGraph,
  Program,
  type StateStore,
  type TensorData,
} from "../runtime/mod.ts";
import { OptimizerContext, squares, type Transform } from "./transform.ts";

/** What a model's loss function gives: the scalar to minimize, and scalars to report. */
export interface Losses {
  readonly loss: Tensor;
  readonly parts?: Readonly<Record<string, Tensor>>;
}

export interface StepResult {
  readonly loss: number;
  /** √Σ g² over all trained parameters, before clipping. */
  readonly gradientNorm: number;
  readonly parts: Readonly<Record<string, number>>;
  /** Outputs that are no scalars, as they are. */
  readonly outputs: Readonly<Record<string, TensorData>>;
}

/**
 * A loss or gradient that is infinite or not a number. The store holds what it held before the step.
 */
export class NonFiniteError extends Error {
  override name = "NonFiniteError";
}

export interface TrainStepOptions {
  readonly device: Device;
  readonly store: StateStore;
  /** The model's loss, traced once. Its inputs are the batch. */
  readonly losses: (scope: Scope) => Losses;
  /** Further tensors to read after each step, such as which codes were chosen. */
  readonly outputs?: (scope: Scope) => Readonly<Record<string, Tensor>>;
  /** A parameter's share of the rate; 0 keeps it as it is. */
  readonly rateOf?: (parameter: string) => number;
  readonly optimizer: Transform;
  readonly seed: number;
}

/**
 * A compiled training step. Parameters and the optimizer's state stay in the store, on the device;
 * only the batch goes in and only the losses come out.
 */
export class TrainStep implements Disposable {
  private constructor(
    private readonly device: Device,
    private readonly program: Program,
    private readonly store: StateStore,
    private readonly graph: Readonly<Record<string, Tensor>>,
    private readonly trained: readonly string[],
    private readonly parts: readonly string[],
    private readonly extra: readonly string[],
  ) {}

  static async compile(options: TrainStepOptions): Promise<TrainStep> {
    const { device, store, losses, rateOf = () => 1, optimizer, seed } = options;
    const scope = new Scope();
    const { loss, parts = {} } = losses(scope);
    const extra = options.outputs?.(scope) ?? {};
    const specs = scope.specs();
    ensureParameters(store, specs, seed);

    const trained = specs.map(({ name }) => name).filter((name) => rateOf(name) > 0);
    const parameters = new Map(trained.map((name) => [name, scope.tensor(name)]));
    const gradients = gradient(loss, [...parameters.values()]);
    const context = new OptimizerContext(parameters);
    const updates = optimizer(new Map(trained.map((name, i) => [name, gradients[i]])), context);

    const rate = input("optimizer.rate", "float32", []);
    const outputs: Record<string, Tensor> = { loss, ...parts, ...extra };
    outputs["gradient.squares"] = squares(gradients);
    // All of a parameter's together: ONNX Runtime computes outputs in this order, from the last to
    // the first, and so updates a parameter when its gradient has just been computed.
    const remembered = Map.groupBy(context.state, ({ parameter }) => parameter);
    for (const [name, parameter] of parameters) {
      for (const { name: slot, before, after } of remembered.get(name) ?? []) {
        if (!store.has(slot)) store.add(slot, before);
        outputs[`${slot}'`] = after;
      }
      const step = ops.mul(updates.get(name)!, ops.mul(rate, rateOf(name)));
      outputs[`${name}'`] = ops.sub(parameter, step);
    }
    const program = await Program.compile(device, toOnnx(outputs), store);
    const [names, others] = [Object.keys(parts), Object.keys(extra)];
    return new TrainStep(device, program, store, outputs, trained, names, others);
  }

  /**
   * Takes one step.
   * @param batch the inputs of the loss function, by name
   * @param options `step` counts from 1 (Adam's correction depends on it); `rate` is this step's
   * @throws NonFiniteError naming the first tensor whose gradient (or else the loss) is not finite
   */
  async run(
    batch: Readonly<Record<string, TensorData>>,
    { step, rate }: { step: number; rate: number },
  ): Promise<StepResult> {
    const found = await this.program.run(this.#inputs(batch, step, rate));
    const loss = Number(found.loss[0]);
    const norms = found["gradient.squares"] as Float32Array;
    const bad = norms.findIndex((square) => !Number.isFinite(square));
    if (bad >= 0 || !Number.isFinite(loss)) {
      this.program.undo();
      const where = bad >= 0 ? `the gradient of "${this.trained[bad]}"` : "the loss";
      throw new NonFiniteError(
        `Expected finite numbers in step ${step}, but found ${where} to be infinite or NaN ` +
          `(loss ${loss}, rate ${rate})`,
      );
    }
    const gradientNorm = Math.sqrt(norms.reduce((sum, square) => sum + square, 0));
    const parts = Object.fromEntries(this.parts.map((name) => [name, Number(found[name][0])]));
    const outputs = Object.fromEntries(this.extra.map((name) => [name, found[name]]));
    return { loss, gradientNorm, parts, outputs };
  }

  /**
   * Where the time of a step goes, by operation and by line of the model. Parameters and the
   * optimizer's state stay as they are.
   */
  profile(batch: Readonly<Record<string, TensorData>>): Promise<GraphProfile> {
    const { device, store, graph: outputs } = this;
    return profileGraph({ device, store, outputs, inputs: this.#inputs(batch, 1, 0) });
  }

  #inputs(
    batch: Readonly<Record<string, TensorData>>,
    step: number,
    rate: number,
  ): Record<string, TensorData> {
    return {
      ...batch,
      "optimizer.rate": Float32Array.of(rate),
      ...("optimizer.step" in this.program.inputs
        ? { "optimizer.step": Float32Array.of(step) }
        : {}),
    };
  }

  /** Frees the graph. Parameters and the optimizer's state stay in the store, to go on from. */
  [Symbol.dispose](): void {
    this.program[Symbol.dispose]();
  }
}
