/** An encoder or a tokenizer in a folder: its parameters, and a configuration that says all else of it. */
import { z } from "../packages/zod.ts";
import { type ParameterSpec, readConfig, readParameters, saveCheckpoint } from "../nn/mod.ts";
import type { Device, StateStore } from "../runtime/mod.ts";

/** What an encoder or a tokenizer is made of. */
export interface VisionModelOptions<C> {
  /** Where it runs; the store's. */
  readonly device: Device;
  /** Where the parameters live. */
  readonly store: StateStore;
  /** What it is, and how large. */
  readonly config: C;
  /** Of the parameters that are not there yet; default 0. */
  readonly seed?: number;
}

const VERSION = 2;

/** How models of one kind are written and read. */
export class VisionModelFiles<C> {
  readonly #format;

  /**
   * @param kind such as "concept encoder"
   * @param parameters every parameter of a model of these sizes
   */
  constructor(
    readonly kind: string,
    readonly config: z.ZodType<C>,
    parameters: (config: C) => readonly ParameterSpec[],
  ) {
    this.#format = {
      name: `a configuration of a ${kind} of version ${VERSION}`,
      schema: z.strictObject({
        format: z.literal(kind),
        version: z.literal(VERSION),
        seed: z.int(),
        config,
      }),
      parameters: (whole: { readonly config: C }) => parameters(whole.config),
    };
  }

  /**
   * Writes `config.json` and `model.safetensors` into a folder.
   * @throws Error where they cannot be written
   */
  save(directory: string, { store, config, seed }: Required<VisionModelOptions<C>>): Promise<void> {
    const whole = { format: this.kind, version: VERSION, seed, config };
    return saveCheckpoint(directory, this.#format, { config: whole, store, seed });
  }

  /**
   * What {@link save} wrote.
   * @throws CheckpointError for missing or damaged files, and tensors of other shapes
   */
  async load(directory: string, device: Device): Promise<Required<VisionModelOptions<C>>> {
    const whole = await readConfig(directory, this.#format);
    const store = readParameters(directory, this.#format, whole, device);
    return { device, store, config: whole.config, seed: whole.seed };
  }
}
