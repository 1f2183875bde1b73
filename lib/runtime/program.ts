/** Compiled graphs over state that stays on the device. */
import { show, type TensorType } from "../../kernels/tensor_type.ts";
import { brief } from "../graph/mod.ts";
import { inspect, listenForInterrupt } from "../notebook/mod.ts";
import type { CompileOptions, Device, DeviceBuffer, Executable, TensorData } from "./device.ts";
import { expectDevice } from "./expected.ts";
import { expectStore, type StateStore } from "./state_store.ts";
import { checkData, sameType } from "./tensor_data.ts";

/** The name under which a graph returns the next value of a state. */
export const nextName = (name: string): string => `${name}'`;

/**
 * A compiled graph with state that stays on the device. Inputs whose name is in the store come from
 * there; an output named `name'` replaces the state `name` after the run: two buffers take turns,
 * and after an error the store holds what it held before. Outputs that are compiled `inPlace` are
 * written where the state is.
 *
 * @example
 * ```ts
 * import { input, ops, toOnnx } from "../graph/mod.ts";
 * import { openDevice } from "./open_device.ts";
 * import { Program } from "./program.ts";
 * import { StateStore } from "./state_store.ts";
 *
 * const count = input("count", "float32", []);
 * const model = toOnnx({ "count'": ops.add(count, input("by", "float32", [])) });
 * using device = await openDevice();
 * using store = new StateStore(device);
 * store.add("count", { dtype: "float32", shape: [] });
 * using program = await Program.compile(device, model, store);
 * for (const by of [1, 2, 3]) await program.run({ by: Float32Array.of(by) });
 * const total = await store.read("count");
 * if (total[0] !== 6) throw new Error(`Expected 6, but found ${total[0]}`);
 * ```
 */
export class Program implements Disposable {
  readonly #executable: Executable;
  readonly #device: Device;
  readonly #store: StateStore;
  readonly #inputTypes: readonly (readonly [string, TensorType])[];
  readonly #outputTypes: readonly (readonly [string, TensorType])[];
  readonly #inPlace: ReadonlySet<string>;
  readonly #replaced: readonly string[];
  readonly #hostInputs = new Map<string, DeviceBuffer>();
  readonly #hostOutputs = new Map<string, DeviceBuffer>();

  private constructor(
    device: Device,
    executable: Executable,
    store: StateStore,
    inPlace: readonly string[] = [],
  ) {
    this.#device = device;
    this.#executable = executable;
    this.#store = store;
    this.#inputTypes = Object.entries(executable.inputs);
    this.#outputTypes = Object.entries(executable.outputs);
    this.#inPlace = new Set(inPlace);
    this.#replaced = this.#outputTypes.map(([name]) => name)
      .filter((name) => isNext(name) && !this.#inPlace.has(name)).map(withoutPrime);
  }

  /**
   * Compiles an ONNX model over the states of a store.
   *
   * @throws TypeError where the device, model or store is none; Error when the model is not valid, or
   * a state in the store has another type than the graph's.
   */
  static async compile(
    device: Device,
    model: Uint8Array,
    store: StateStore,
    options: CompileOptions = {},
  ): Promise<Program> {
    expectDevice(device);
    expectStore(store);
    if (!(model instanceof Uint8Array)) {
      throw new TypeError(`Expected a model, as toOnnx() gives, but found ${brief(model)}`);
    }
    using _ = listenForInterrupt();
    const executable = await device.compile(model, options);
    const program = new Program(device, executable, store, options.inPlace);
    try {
      for (const [name, type] of program.#inputTypes) program.#checkState(name, type);
      for (const [name, type] of program.#outputTypes) {
        if (isNext(name)) program.#checkState(withoutPrime(name), type);
      }
    } catch (error) {
      program[Symbol.dispose]();
      throw error;
    }
    return program;
  }

  /** Types of the graph's inputs, states included. */
  get inputs(): Readonly<Record<string, TensorType>> {
    return this.#executable.inputs;
  }

  /** Types of the graph's outputs, states included. */
  get outputs(): Readonly<Record<string, TensorType>> {
    return this.#executable.outputs;
  }

  /**
   * Runs once, after the runs that other programs of the same store began before. Takes the inputs
   * that are not in the store, and returns copies of the outputs that are not states. Leave the
   * inputs as they are until it has ended: they are copied to the device when the run's turn comes.
   *
   * @throws when an input is missing, unknown, or of another type than the graph's.
   */
  run(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    return this.#store.inTurn(() => this.#run(inputs));
  }

  async #run(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    using _ = listenForInterrupt();
    const read = this.#inputBuffers(inputs);
    const written = this.#outputBuffers();
    await this.#executable.run(read, written);
    this.#store.swap(this.#replaced);
    const copies: Record<string, TensorData> = {};
    for (const [name, buffer] of this.#hostOutputs) copies[name] = await buffer.read();
    return copies;
  }

  /** Gives the states the values back that they had before the last run. */
  undo(): void {
    this.#store.swap(this.#replaced);
  }

  /** Closes the trace that `compile` was asked for, and returns the path of its file. */
  endProfiling(): string {
    return this.#executable.endProfiling();
  }

  #inputBuffers(inputs: Readonly<Record<string, TensorData>>): Record<string, DeviceBuffer> {
    for (const name of Object.keys(inputs)) {
      if (this.#store.has(name) || !Object.hasOwn(this.inputs, name)) {
        throw new TypeError(
          `Expected the inputs ${this.#describeHostInputs()}, but found "${name}"` +
            (this.#store.has(name) ? ", which is a state" : ""),
        );
      }
    }
    const buffers: Record<string, DeviceBuffer> = {};
    for (const [name, type] of this.#inputTypes) {
      buffers[name] = this.#checkState(name, type)
        ? this.#store.get(name)
        : this.#hostInput(name, type, inputs[name]);
    }
    return buffers;
  }

  #hostInput(name: string, type: TensorType, data: TensorData | undefined): DeviceBuffer {
    if (data === undefined) {
      throw new TypeError(
        `Expected input "${name}" ${show(type)}, but found it neither among the inputs ` +
          "nor in the store",
      );
    }
    checkData(`input "${name}"`, type, data);
    const buffer = reuse(this.#hostInputs, name, () => this.#device.buffer(type));
    buffer.write(data);
    return buffer;
  }

  #outputBuffers(): Record<string, DeviceBuffer> {
    const buffers: Record<string, DeviceBuffer> = {};
    for (const [name, type] of this.#outputTypes) {
      if (isNext(name)) {
        this.#checkState(withoutPrime(name), type);
        const state = withoutPrime(name);
        buffers[name] = this.#inPlace.has(name) ? this.#store.get(state) : this.#store.spare(state);
      } else {
        buffers[name] = reuse(this.#hostOutputs, name, () => this.#device.buffer(type));
      }
    }
    return buffers;
  }

  /** Whether the store has the state; throws when it has it with another type. */
  #checkState(name: string, type: TensorType): boolean {
    if (!this.#store.has(name)) return false;
    const found = this.#store.get(name).type;
    if (!sameType(found, type)) {
      throw new TypeError(
        `Expected the state "${name}" to be ${show(type)} as in the graph, ` +
          `but found ${show(found)} in the store`,
      );
    }
    return true;
  }

  #describeHostInputs(): string {
    const names = this.#inputTypes.map(([name]) => name).filter((name) => !this.#store.has(name));
    return names.length === 0 ? "none" : names.map((name) => `"${name}"`).join(", ");
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    const given = ([name]: readonly [string, TensorType]) =>
      !this.#store.has(name) && !isNext(name);
    const list = (ports: readonly (readonly [string, TensorType])[]) =>
      ports.filter(given).map(([name, type]) => `${name} ${show(type)}`).join(", ") || "nothing";
    return `Program on ${this.#device.name}: from ${list(this.#inputTypes)} to ` +
      list(this.#outputTypes);
  }

  /** Frees the compiled graph and its own buffers; the store keeps its tensors. */
  [Symbol.dispose](): void {
    this.#executable[Symbol.dispose]();
    for (const buffer of this.#hostInputs.values()) buffer[Symbol.dispose]();
    for (const buffer of this.#hostOutputs.values()) buffer[Symbol.dispose]();
  }
}

const isNext = (name: string): boolean => name.endsWith("'");
const withoutPrime = (name: string): string => name.slice(0, -1);

function reuse<T>(made: Map<string, T>, name: string, make: () => T): T {
  let value = made.get(name);
  if (value === undefined) {
    value = make();
    made.set(name, value);
  }
  return value;
}
