/**
 * Tokens of any encoder's features: a quantizer, and a decoder that reconstructs the features
 * (ILLUME, arXiv 2412.06673, section 3.1). The encoder, a `VisionEncoder`, stays outside and as it is.
 */
import { type Schema, z } from "../../packages/zod.ts";
import { type DataSet, drawnFrom } from "../../data/data_set.ts";
import { input, ops } from "../../graph/mod.ts";
import { inspect, short } from "../../notebook/mod.ts";
import { Scope, standardize } from "../../nn/mod.ts";
import { type Budget, type Stage, type TrainingEvent, trainingStage } from "../../optim/mod.ts";
import type { Device } from "../../runtime/mod.ts";
import {
  decodeFeatures,
  featureLoss,
  type FeatureLossWeights,
  featureLossWeightsSchema,
} from "../decoders/feature_decoder.ts";
import { VisionModel } from "../vision_model.ts";
import { VisionModelFiles, type VisionModelOptions } from "../vision_model_files.ts";
import type { PictureToDraw } from "../sources.ts";
import { stacked } from "../stacked.ts";
import { byPicture, lookUp, quantize } from "./quantization.ts";
import { type QuantizerConfig, quantizerSchema } from "../quantizers/config.ts";
import { type Quantizer, quantizerOf } from "../quantizers/mod.ts";
import { quantizing } from "../quantizers/learning.ts";
import type { VisionEncoder } from "../encoders/mod.ts";

const size = z.int().positive();

/** Which features become tokens, by what, and what makes features of tokens again. */
export interface FeatureTokenizerConfig {
  /** Patches a side. */
  readonly grid: number;
  /** Numbers in a patch's feature. */
  readonly featureSize: number;
  /** Attention heads of the decoder's blocks. */
  readonly heads: number;
  /** What makes codes of features. */
  readonly quantizer: QuantizerConfig;
  /** Blocks of the decoder. */
  readonly featureDecoderLayers: number;
  /** Their width, a multiple of `heads`. */
  readonly featureDecoderSize: number;
  /** What counts how much where features are compared; default 1 both. */
  readonly featureLoss?: FeatureLossWeights;
}

const schema: z.ZodType<FeatureTokenizerConfig> = z.strictObject({
  grid: size,
  featureSize: size,
  heads: size,
  quantizer: quantizerSchema,
  featureDecoderLayers: size,
  featureDecoderSize: size,
  featureLoss: featureLossWeightsSchema.optional(),
}).refine((c) => c.featureDecoderSize % c.heads === 0, {
  error: "Expected featureDecoderSize to be a multiple of heads",
});

/** Checks the configuration of a tokenizer of features. */
export const FeatureTokenizerConfig: Schema<FeatureTokenizerConfig> = schema;

const FILES = new VisionModelFiles("feature tokenizer", schema, (config) => {
  const scope = new Scope();
  reconstruct(scope, 1, config);
  return scope.specs();
});

/**
 * Features of any encoder to codes, and codes to features again.
 *
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
export class FeatureTokenizer extends VisionModel<FeatureTokenizerConfig> {
  /**
   * A tokenizer over parameters in a store; those that are missing are made when they are needed.
   */
  constructor(options: VisionModelOptions<FeatureTokenizerConfig>) {
    super(FILES, options);
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    const { grid, featureSize } = this.config;
    return `FeatureTokenizer on ${this.device.name}: ${grid} × ${grid} features of ${featureSize} ` +
      `numbers to ${short(this.quantizer.codes)} codes`;
  }

  /** What makes codes of features. */
  get quantizer(): Quantizer {
    return quantizerOf(this.config.quantizer);
  }

  /**
   * The codes of features `[grid², featureSize]`: `[grid² · depth]` for each picture.
   * @throws RangeError for features of another length
   */
  async quantize(features: readonly Float32Array[]): Promise<Int32Array[]> {
    const { grid, featureSize } = this.config;
    const inputs = (features: Float32Array) => ({
      given: checked(features, grid ** 2 * featureSize),
    });
    const found = await this.each("ids", features, inputs, (scope, batch) => {
      const x = input("given", "float32", [batch * grid ** 2, featureSize]);
      return { ids: quantize(scope.at("quantizer"), standardize(x), this.config).ids };
    });
    return found.map(({ ids }) => ids as Int32Array);
  }

  /** What codes stand for: features of mean 0 and variance 1, `[grid², featureSize]` each. */
  async decode(pictures: readonly Int32Array[]): Promise<Float32Array[]> {
    const length = this.config.grid ** 2 * this.quantizer.depth;
    const inputs = (ids: Int32Array) => ({ ids: checked(ids, length) });
    const found = await this.each("features", pictures, inputs, (scope, batch) => {
      const ids = input("ids", "int32", [batch * length]);
      const codes = lookUp(scope.at("quantizer"), ids, this.config);
      const decoded = decodeFeatures(scope.at("feature_decoder"), codes, this.config);
      return { features: standardize(decoded) };
    });
    return found.map(({ features }) => features as Float32Array);
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
    return trainingStage(this, "feature codebook", budget, {
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
   * Loads what `save` wrote.
   * @throws CheckpointError for missing or damaged files, and tensors of other shapes
   */
  static async load(directory: string, device: Device): Promise<FeatureTokenizer> {
    return new FeatureTokenizer(await FILES.load(directory, device));
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
