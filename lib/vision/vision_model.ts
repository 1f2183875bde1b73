/** What encoders and tokenizers have in common: parameters in a store, graphs over them, files. */
import { type Tensor, toOnnx } from "../graph/mod.ts";
import { ensureParameters, Scope } from "../nn/mod.ts";
import {
  type Device,
  expectDevice,
  expectStore,
  Program,
  type StateStore,
} from "../runtime/mod.ts";
import { checkedConfig } from "./checked_config.ts";
import { inBatches } from "./in_batches.ts";
import type { VisionModelFiles, VisionModelOptions } from "./vision_model_files.ts";
import { type Named, stacked, unstacked } from "./stacked.ts";

/**
 * Items that go through a compiled graph at a time. One size, so that what becomes of an item does not hang
 * on how many there are, not even in the last bit; and a small one, as a list of one is filled up to it.
 */
const BATCH = 8;

/** What encoders and tokenizers have in common: parameters in a store, graphs over them, files. */
export abstract class VisionModel<C> implements Disposable {
  /** Where it runs. */
  readonly device: Device;
  /** Where its parameters live. */
  readonly store: StateStore;
  /** What it is, and how large. */
  readonly config: C;
  /** Of the parameters that nothing has given a value yet. */
  readonly seed: number;
  readonly #files: VisionModelFiles<C>;
  readonly #compiled = new Map<string, Promise<Program>>();

  /**
   * A model over parameters in a store; those that are missing are made when they are needed.
   * @throws TypeError where the device, the store or the configuration is none
   */
  constructor(
    files: VisionModelFiles<C>,
    { device, store, config, seed = 0 }: VisionModelOptions<C>,
  ) {
    expectDevice(device);
    expectStore(store);
    this.device = device;
    this.store = store;
    this.config = checkedConfig(files.config, config);
    this.seed = seed;
    this.#files = files;
  }

  /**
   * What a graph makes of each item; it is compiled when it is first needed.
   *
   * @param name of the graph
   * @param inputsOf an item as the graph's inputs
   * @param outputs traces the graph for `batch` items, one after the other along the first axis
   */
  protected async each<T>(
    name: string,
    items: readonly T[],
    inputsOf: (item: T) => Readonly<Record<string, Float32Array | Int32Array>>,
    outputs: (scope: Scope, batch: number) => Readonly<Record<string, Tensor>>,
  ): Promise<Readonly<Record<string, Float32Array | Int32Array>>[]> {
    const program = await this.#program(name, (scope) => outputs(scope, BATCH));
    return inBatches(
      items,
      BATCH,
      async (batch) => unstacked(await program.run(stacked(batch.map(inputsOf))) as Named, BATCH),
    );
  }

  #program(
    name: string,
    outputs: (scope: Scope) => Readonly<Record<string, Tensor>>,
  ): Promise<Program> {
    const known = this.#compiled.get(name);
    if (known) return known;
    const scope = new Scope();
    const model = toOnnx(outputs(scope));
    ensureParameters(this.store, scope.specs(), this.seed);
    const program = Program.compile(this.device, model, this.store);
    this.#compiled.set(name, program);
    return program;
  }

  /**
   * Writes `config.json` and `model.safetensors` into a folder.
   * @throws Error where they cannot be written
   */
  save(directory: string): Promise<void> {
    return this.#files.save(directory, this);
  }

  /** Frees the graphs; the parameters stay in the store. */
  [Symbol.dispose](): void {
    for (const program of this.#compiled.values()) {
      program.then((program) => program[Symbol.dispose](), () => {});
    }
    this.#compiled.clear();
  }
}
