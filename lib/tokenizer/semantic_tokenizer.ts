/**
 * ILLUME's vision tokenizer (arXiv 2412.06673, section 3.1): a frozen semantic encoder, a codebook
 * over its features, a decoder that reconstructs the features, and a diffusion decoder from those to
 * pixels.
 */
import type { Picture } from "../data/picture.ts";
import { input, type Tensor, toOnnx } from "../graph/mod.ts";
import { ensureParameters, type ParameterSpec, Scope } from "../nn/mod.ts";
import { type Device, Program, Random, type StateStore } from "../runtime/mod.ts";
import { TokenizerConfig } from "./config.ts";
import { encode } from "./encoder.ts";
import { decodeFeatures } from "./feature_decoder.ts";
import { inBatches } from "./in_batches.ts";
import { picturesOf, pixelsOf } from "./patches.ts";
import { drawPixels } from "./pixel_decoder.ts";
import { byPicture, lookUp, quantize } from "./quantization.ts";
import { type Quantizer, quantizerOf } from "./quantizers/mod.ts";

/** Pictures that go through a compiled graph at a time. */
const BATCH = 32;

/** Steps of the diffusion decoder. */
const FLOW_STEPS = 4;

export interface EncodedPicture {
  /** Semantic features, `[grid², featureSize]`. */
  readonly features: Float32Array;
  /** Codes of each patch, row by row: `[grid² · depth]`. */
  readonly ids: Int32Array;
}

export interface TokenizerOptions {
  readonly device: Device;
  /** Where the parameters live. */
  readonly store: StateStore;
  readonly config: TokenizerConfig;
  readonly seed?: number;
}

export class SemanticTokenizer {
  readonly device: Device;
  readonly store: StateStore;
  readonly config: TokenizerConfig;
  readonly seed: number;
  readonly #programs = new Map<string, Promise<Program>>();

  constructor({ device, store, config, seed = 0 }: TokenizerOptions) {
    this.device = device;
    this.store = store;
    this.config = TokenizerConfig.parse(config);
    this.seed = seed;
  }

  /** Tokens of a picture. */
  get tokens(): number {
    return this.config.grid ** 2 * this.quantizer.depth;
  }

  get quantizer(): Quantizer {
    return quantizerOf(this.config.quantizer);
  }

  /** Features and codes of pictures of the tokenizer's size. */
  async encode(pictures: readonly Picture[]): Promise<EncodedPicture[]> {
    const { pictureSize, featureSize } = this.config;
    for (const { width, height } of pictures) {
      if (width !== pictureSize || height !== pictureSize) {
        throw new RangeError(
          `Expected pictures of ${pictureSize} × ${pictureSize} pixels, but found ` +
            `${width} × ${height}`,
        );
      }
    }
    const program = await this.#program("encode", (scope) => {
      const pixels = input("pixels", "float32", [BATCH, pictureSize, pictureSize, 3]);
      const features = encode(scope.at("encoder"), pixels, this.config);
      return { features, ids: quantize(scope.at("quantizer"), features, this.config).ids };
    });
    return inBatches(pictures, BATCH, async (batch) => {
      const found = await program.run({ pixels: pixelsOf(batch) });
      const features = found.features as Float32Array;
      const ids = found.ids as Int32Array;
      const length = this.config.grid ** 2 * featureSize;
      return batch.map((_, i) => ({
        features: features.slice(i * length, (i + 1) * length),
        ids: ids.slice(i * this.tokens, (i + 1) * this.tokens),
      }));
    });
  }

  /** Semantic features reconstructed from codes: `[grid², featureSize]` for each picture. */
  async decodeFeatures(pictures: readonly Int32Array[]): Promise<Float32Array[]> {
    const program = await this.#program("decode features", (scope) => ({
      features: this.#featuresOf(scope),
    }));
    const length = this.config.grid ** 2 * this.config.featureSize;
    return inBatches(pictures, BATCH, async (batch) => {
      const { features } = await program.run({ ids: joined(batch) });
      return batch.map((_, i) => (features as Float32Array).slice(i * length, (i + 1) * length));
    });
  }

  /** Pictures drawn from codes by the diffusion decoder; the same seed draws the same picture. */
  async decode(pictures: readonly Int32Array[], { seed = 0 } = {}): Promise<Picture[]> {
    const { pictureSize } = this.config;
    const program = await this.#program("decode", (scope) => {
      const noise = input("noise", "float32", [BATCH, pictureSize, pictureSize, 3]);
      const pixels = drawPixels(
        scope.at("pixel_decoder"),
        this.#featuresOf(scope),
        noise,
        FLOW_STEPS,
        this.config,
      );
      return { pixels };
    });
    const length = pictureSize ** 2 * 3;
    let drawn = 0;
    return inBatches(pictures, BATCH, async (batch) => {
      const noise = new Float32Array(BATCH * length);
      batch.forEach((_, i) => {
        noise.set(new Random(seed, "pixel decoder", drawn + i).normals(length), i * length);
      });
      drawn += batch.length;
      const { pixels } = await program.run({ ids: joined(batch), noise });
      return picturesOf(pixels as Float32Array, pictureSize);
    });
  }

  #featuresOf(scope: Scope): Tensor {
    const ids = input("ids", "int32", [BATCH * this.tokens]);
    const codes = lookUp(scope.at("quantizer"), ids, this.config);
    return decodeFeatures(scope.at("feature_decoder"), codes, this.config);
  }

  #program(name: string, outputs: (scope: Scope) => Record<string, Tensor>): Promise<Program> {
    const known = this.#programs.get(name);
    if (known) return known;
    const scope = new Scope();
    const model = toOnnx(outputs(scope));
    ensureParameters(this.store, scope.specs(), this.seed);
    const program = Program.compile(this.device, model, this.store);
    this.#programs.set(name, program);
    return program;
  }
}

function joined(pictures: readonly Int32Array[]): Int32Array<ArrayBuffer> {
  return Int32Array.from(pictures.flatMap((ids) => [...ids]));
}

/** Every parameter that encoding and decoding need, found by tracing them. */
export function tokenizerParameters(config: TokenizerConfig): ParameterSpec[] {
  const { pictureSize } = config;
  const scope = new Scope();
  const pixels = input("pixels", "float32", [1, pictureSize, pictureSize, 3]);
  const quantized = quantize(
    scope.at("quantizer"),
    encode(scope.at("encoder"), pixels, config),
    config,
  );
  const codes = byPicture(quantized.codes, config);
  const features = decodeFeatures(scope.at("feature_decoder"), codes, config);
  drawPixels(scope.at("pixel_decoder"), features, pixels, 1, config);
  return scope.specs();
}
