/**
 * Tokens of any encoder's features: a quantizer, and a decoder that reconstructs the features
 * (ILLUME, arXiv 2412.06673, section 3.1). The encoder, a `VisionEncoder`, stays outside and as it is.
 */
import { z } from "../../packages/zod.ts";
import { type DataSet, drawnFrom } from "../../data/data_set.ts";
import { input, ops, type Tensor } from "../../graph/mod.ts";
import { inspect, short } from "../../notebook/mod.ts";
import { Scope, standardize } from "../../nn/mod.ts";
import type { Budget, Stage, TrainingEvent } from "../../optim/mod.ts";
import type { Device, StateStore } from "../../runtime/mod.ts";
import { decodeFeatures, featureLoss, FeatureLossWeights } from "../decoders/feature_decoder.ts";
import { checkedConfig } from "../checked_config.ts";
import { inBatches } from "../in_batches.ts";
import { PartFiles } from "../part_files.ts";
import { Programs } from "../programs.ts";
import type { PictureToDraw } from "../sources.ts";
import { stacked } from "../stacked.ts";
import { byPicture, lookUp, quantize } from "./quantization.ts";
import { type Quantizer, QuantizerConfig, quantizerOf } from "../quantizers/mod.ts";
import { quantizing, stage } from "../stage.ts";
import type { VisionEncoder } from "../encoders/mod.ts";

const size = z.int().positive();

export const FeatureTokenizerConfig = z.strictObject({
  /** Patches a side. */
  grid: size,
  /** Numbers in a patch's feature. */
  featureSize: size,
  heads: size,
  quantizer: QuantizerConfig,
  featureDecoderLayers: size,
  featureDecoderSize: size,
  /** What counts how much where features are compared: both 1 unless told. */
  featureLoss: FeatureLossWeights.optional(),
}).refine((c) => c.featureDecoderSize % c.heads === 0, {
  error: "Expected featureDecoderSize to be a multiple of heads",
});

export type FeatureTokenizerConfig = z.infer<typeof FeatureTokenizerConfig>;

const FILES = new PartFiles("feature tokenizer", FeatureTokenizerConfig, (config) => {
  const scope = new Scope();
  reconstruct(scope, 1, config);
  return scope.specs();
});

/** Pictures that go through a compiled graph at a time. */
const BATCH = 32;

/**
 * @example
 * ```ts
 * import { openDevice, Random, StateStore } from "../../runtime/mod.ts";
 * import { FeatureTokenizer, featureTokenizerConfig } from "./feature_tokenizer.ts";
 *
 * using device = await openDevice("cpu");
 * using store = new StateStore(device);
 * const quantizer = { kind: "vector", codes: 16, codeSize: 4 } as const;
 * const config = featureTokenizerConfig({ grid: 2, featureSize: 8 }, quantizer);
 * const tokenizer = new FeatureTokenizer({ device, store, config });
 * const [ids] = await tokenizer.quantize([new Random(0).normals(2 * 2 * 8)]);
 * const [features] = await tokenizer.decode([ids]);
 * if (ids.length !== 4 || features.length !== 32) throw new Error("Expected four tokens");
 * ```
 */
export class FeatureTokenizer implements Disposable {
  readonly device: Device;
  readonly store: StateStore;
  readonly config: FeatureTokenizerConfig;
  readonly seed: number;
  readonly #programs: Programs;

  constructor({ device, store, config, seed = 0 }: {
    readonly device: Device;
    /** Where the parameters live. */
    readonly store: StateStore;
    readonly config: FeatureTokenizerConfig;
    readonly seed?: number;
  }) {
    this.device = device;
    this.store = store;
    this.seed = seed;
    this.#programs = new Programs(this);
    this.config = checkedConfig(FeatureTokenizerConfig, config);
  }

  [inspect](): string {
    const { grid, featureSize } = this.config;
    return `FeatureTokenizer on ${this.device.name}: ${grid} × ${grid} features of ${featureSize} ` +
      `numbers to ${short(this.quantizer.codes)} codes`;
  }

  get quantizer(): Quantizer {
    return quantizerOf(this.config.quantizer);
  }

  /**
   * The codes of features `[grid², featureSize]`: `[grid² · depth]` for each picture.
   * @throws RangeError for features of another length
   */
  quantize(features: readonly Float32Array[]): Promise<Int32Array[]> {
    const rows = BATCH * this.config.grid ** 2;
    return this.#run("ids", features, (scope) => {
      const x = input("x", "float32", [rows, this.config.featureSize]);
      return quantize(scope.at("quantizer"), standardize(x), this.config).ids;
    }) as Promise<Int32Array[]>;
  }

  /** What codes stand for: features of mean 0 and variance 1, `[grid², featureSize]` each. */
  decode(pictures: readonly Int32Array[]): Promise<Float32Array[]> {
    const ids = BATCH * this.config.grid ** 2 * this.quantizer.depth;
    return this.#run("features", pictures, (scope) => {
      const codes = lookUp(scope.at("quantizer"), input("x", "int32", [ids]), this.config);
      return standardize(decodeFeatures(scope.at("feature_decoder"), codes, this.config));
    }) as Promise<Float32Array[]>;
  }

  /**
   * Learns codes of what an encoder sees in pictures, and how to decode them.
   * @throws RangeError for features of another length
   */
  stage(
    encoder: Pick<VisionEncoder, "encode">,
    pictures: DataSet<PictureToDraw>,
    budget: Budget,
  ): Stage {
    const { config } = this;
    const length = config.grid ** 2 * config.featureSize;
    return stage(this, "feature codebook", budget, {
      ...quantizing(this, budget, (scope, batch) => {
        const { features, quantized, decoded } = reconstruct(scope, batch, config);
        const { loss, cosine } = featureLoss(decoded, features, config.featureLoss);
        return { quantized, loss, parts: { features: loss, cosine } };
      }),
      async batch({ count, random }) {
        const drawn = await Promise.all(
          Array.from({ length: count }, (_, row) => drawnFrom(pictures, random(row))),
        );
        const seen = await encoder.encode(drawn.map(({ picture }) => picture));
        return { inputs: stacked(seen.map((given) => ({ given: checked(given, length) }))) };
      },
    });
  }

  /** The steps of {@link stage}, one by one. */
  fit(
    encoder: Pick<VisionEncoder, "encode">,
    pictures: DataSet<PictureToDraw>,
    budget: Budget,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<TrainingEvent, void> {
    return this.stage(encoder, pictures, budget).run(options);
  }

  /**
   * Writes `config.json` and `model.safetensors` into a folder.
   * @throws Error where they cannot be written
   */
  save(directory: string): Promise<void> {
    return FILES.save(directory, this);
  }

  /**
   * Loads what {@link save} wrote.
   * @throws CheckpointError for missing or damaged files, and tensors of other shapes
   */
  static async load(directory: string, device: Device): Promise<FeatureTokenizer> {
    return new FeatureTokenizer(await FILES.load(directory, device));
  }

  async #run<T extends Float32Array | Int32Array>(
    name: string,
    items: readonly T[],
    graph: (scope: Scope) => Tensor,
  ): Promise<(Float32Array | Int32Array)[]> {
    const program = await this.#programs.get(name, (scope) => ({ y: graph(scope) }));
    const { grid, featureSize } = this.config;
    return inBatches(items, BATCH, async (batch) => {
      const isFeatures = batch[0] instanceof Float32Array;
      const length = grid ** 2 * (isFeatures ? featureSize : this.quantizer.depth);
      const x = isFeatures ? new Float32Array(BATCH * length) : new Int32Array(BATCH * length);
      batch.forEach((item, i) => x.set(checked(item, length), i * length));
      const { y } = await program.run({ x });
      const each = y.length / BATCH;
      return batch.map((_, i) => (y as Float32Array).slice(i * each, (i + 1) * each));
    });
  }

  /** Frees the graphs; the parameters stay in the store. */
  [Symbol.dispose](): void {
    this.#programs[Symbol.dispose]();
  }
}

/**
 * A configuration for an encoder's features.
 *
 * @example
 * ```ts
 * import { featureTokenizerConfig } from "./feature_tokenizer.ts";
 *
 * const quantizer = { kind: "vector", codes: 1024, codeSize: 32 } as const;
 * const { heads } = featureTokenizerConfig({ grid: 8, featureSize: 128 }, quantizer);
 * if (heads !== 4) throw new Error(`${heads}`);
 * ```
 */
export function featureTokenizerConfig(
  { grid, featureSize }: Pick<VisionEncoder, "grid" | "featureSize">,
  quantizer: QuantizerConfig,
): FeatureTokenizerConfig {
  const heads = Math.max(4, Math.ceil(featureSize / 64));
  return {
    grid,
    featureSize,
    heads,
    quantizer,
    featureDecoderLayers: 2,
    featureDecoderSize: 32 * heads,
  };
}

/** Standardized features, from input `given`, to codes and back. */
function reconstruct(scope: Scope, batch: number, config: FeatureTokenizerConfig) {
  const { grid, featureSize } = config;
  const given = input("given", "float32", [batch, grid ** 2, featureSize]);
  const features = ops.stopGradient(standardize(given));
  const quantized = quantize(scope.at("quantizer"), features, config);
  const codes = byPicture(quantized.codes, config);
  const decoded = decodeFeatures(scope.at("feature_decoder"), codes, config);
  return { features, quantized, decoded };
}

function checked<T extends ArrayLike<number>>(picture: T, length: number): T {
  if (picture.length === length) return picture;
  throw new RangeError(`Expected ${length} numbers for a picture, but found ${picture.length}`);
}
