/** Parameters and all else that stays on a device by name. */
import { elements, type TensorType } from "../../kernels/tensor_type.ts";
import { brief } from "../graph/mod.ts";
import {
  type Bundle,
  htmlBundle,
  htmlTitle,
  inspect,
  jupyterDisplay,
  short,
} from "../notebook/mod.ts";
import type { Device, DeviceBuffer, TensorData } from "./device.ts";
import { expectDevice } from "./expected.ts";
import { tensorTree } from "./store_shown.ts";

interface Entry {
  readonly kept: boolean;
  current: DeviceBuffer;
  spare: DeviceBuffer | undefined;
}

/**
 * Named tensors that stay on the device while programs read and replace them: parameters, moments,
 * caches. Several programs may share a store; their runs take turns.
 *
 * @example
 * ```ts
 * import { openDevice } from "./open_device.ts";
 * import { StateStore } from "./state_store.ts";
 *
 * using device = await openDevice();
 * using store = new StateStore(device);
 * store.add("weight", { dtype: "float32", shape: [2] }, Float32Array.of(3, 4));
 * const weight = await store.read("weight");
 * if (weight[0] !== 3) throw new Error("Expected what was added");
 * ```
 */
export class StateStore implements Disposable {
  /** Where its tensors live. */
  readonly device: Device;
  readonly #entries = new Map<string, Entry>();
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /**
   * An empty store.
   * @throws TypeError where the device is none
   */
  constructor(device: Device) {
    expectDevice(device);
    this.device = device;
  }

  /** Whether it has a tensor of this name. */
  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The names, in the order they were added. */
  names(): string[] {
    return [...this.#entries.keys()];
  }

  /** The names of what a saved training keeps, in the order they were added. */
  keptNames(): string[] {
    return this.names().filter((name) => this.#entry(name).kept);
  }

  /**
   * Adds a tensor, filled with zeros or with data. Throws when the name is taken.
   *
   * @param options.kept whether a saved training keeps it, default true; a cache that is filled anew
   * before it is read need not be kept
   */
  add(
    name: string,
    type: TensorType,
    data?: TensorData,
    { kept = true }: { readonly kept?: boolean } = {},
  ): void {
    if (this.has(name)) throw new Error(`Expected a new name in the store, but found "${name}"`);
    this.#entries.set(name, { kept, current: this.device.buffer(type, data), spare: undefined });
  }

  /** The buffer that holds the tensor until the next run replaces it. */
  get(name: string): DeviceBuffer {
    return this.#entry(name).current;
  }

  /** Copies a tensor from the device, after the runs that were started before. */
  read(name: string): Promise<TensorData> {
    return this.inTurn(() => this.get(name).read());
  }

  /**
   * Copies several tensors from the device; by default all that a saved training keeps, which is what
   * a model file needs that shall run without the store.
   *
   * @example
   * ```ts
   * import { input, ops, toOnnx } from "../graph/mod.ts";
   * import { openDevice } from "./open_device.ts";
   * import { StateStore } from "./state_store.ts";
   *
   * using device = await openDevice("cpu");
   * using store = new StateStore(device);
   * store.add("weight", { dtype: "float32", shape: [3, 2] }, Float32Array.of(1, 2, 3, 4, 5, 6));
   * const weights = await store.readAll();
   * const model = toOnnx(({ batch }) => {
   *   const x = input("x", "float32", [batch, 3]);
   *   return { y: ops.matmul(x, input("weight", "float32", [3, 2])) };
   * }, { weights, open: { batch: 1 } });
   *
   * using compiled = await device.compile(model, { sizes: { batch: 4 } });
   * const { inputs, outputs } = compiled;
   * if (Object.keys(inputs).join() !== "x") throw new Error("Expected no input for the weight");
   * if (`${outputs.y.shape}` !== "4,2") throw new Error(`${outputs.y.shape}`);
   * ```
   */
  async readAll(
    names: readonly string[] = this.keptNames(),
  ): Promise<Map<string, TensorType & { readonly data: TensorData }>> {
    const tensors = new Map<string, TensorType & { readonly data: TensorData }>();
    for (const name of names) {
      const { type: { dtype, shape } } = this.get(name);
      tensors.set(name, { dtype, shape, data: await this.read(name) });
    }
    return tensors;
  }

  /** Copies a tensor to the device. Throws while a run or a read has not ended. */
  write(name: string, data: TensorData): void {
    const buffer = this.get(name);
    if (this.#waiting > 0) {
      throw new Error(
        `Expected the runs and reads of the store to be awaited before "${name}" is written, ` +
          `but found ${this.#waiting} that had not ended`,
      );
    }
    buffer.write(data);
  }

  /** Removes a tensor and frees its memory. */
  remove(name: string): void {
    const { current, spare } = this.#entry(name);
    this.#entries.delete(name);
    current[Symbol.dispose]();
    spare?.[Symbol.dispose]();
  }

  /** The buffer that the next value of a tensor is written to; made on first use. */
  spare(name: string): DeviceBuffer {
    const entry = this.#entry(name);
    return entry.spare ??= this.device.buffer(entry.current.type);
  }

  /** Makes the spare buffers of these tensors their current ones, and the other way round. */
  swap(names: Iterable<string>): void {
    for (const name of names) {
      const entry = this.#entries.get(name);
      if (entry?.spare !== undefined) [entry.current, entry.spare] = [entry.spare, entry.current];
    }
  }

  /** Does something when all that was asked for before is done. */
  inTurn<T>(action: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const turn = this.#turn.then(action).finally(() => this.#waiting--);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    const shapes = [...this.#entries.values()].map(({ current }) => current.type.shape);
    const numbers = shapes.reduce((sum, shape) => sum + elements(shape), 0);
    return `StateStore on ${this.device.name}: ${short(numbers)} numbers in ` +
      `${short(shapes.length)} tensors`;
  }

  /** What a cell shows: names, shapes, counts and sizes of what is kept. */
  [jupyterDisplay](): Bundle {
    const kept = this.keptNames().map((name) => [name, this.get(name).type] as const);
    return htmlBundle(htmlTitle(this[inspect]()) + tensorTree(new Map(kept)), this[inspect]());
  }

  /** Frees all tensors. */
  [Symbol.dispose](): void {
    for (const name of this.names()) this.remove(name);
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new Error(`Expected "${name}" in the store, but found ${list(this.names())}`);
    }
    return entry;
  }
}

/**
 * Checks that a value is a store.
 * @throws TypeError for anything but a store
 */
export function expectStore(value: unknown): asserts value is StateStore {
  if (value instanceof StateStore) return;
  throw new TypeError(`Expected a StateStore, but found ${brief(value)}`);
}

function list(names: readonly string[]): string {
  if (names.length === 0) return "no names";
  const first = names.slice(0, 5).map((name) => `"${name}"`).join(", ");
  return names.length > 5 ? `${first} and ${names.length - 5} more` : first;
}
