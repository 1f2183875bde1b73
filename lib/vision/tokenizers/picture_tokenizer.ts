/**
 * Pictures to tokens and back, by one of three kinds of tokenizer: ILLUME's semantic one, a pixel
 * tokenizer as others have it, and ILLUME+'s dual one. They share a grid, quantizers, and how they
 * are called; `semantic.ts`, `pixel.ts` and `dual.ts` say what is in each.
 */
import { expectPictures, type Picture, reducedTo } from "../../data/picture.ts";
import { brief, input, type Tensor } from "../../graph/mod.ts";
import { inspect, short, shown } from "../../notebook/mod.ts";
import { type ParameterSpec, Scope } from "../../nn/mod.ts";
import { checkNumber, COUNT, type Device, Random, type StateStore } from "../../runtime/mod.ts";
import { checkedConfig } from "../checked_config.ts";
import { drawnSize, TokenizerConfig } from "../config.ts";
import { dual } from "./dual.ts";
import { inBatches } from "../in_batches.ts";
import { PartFiles } from "../part_files.ts";
import { picturesOf, pixelsOf } from "../patches.ts";
import { pixel } from "./pixel.ts";
import { Programs } from "../programs.ts";
import { lookUp } from "./quantization.ts";
import { type Quantizer, quantizerOf } from "../quantizers/mod.ts";
import { semantic } from "./semantic.ts";
import type { TokenizerGraphs } from "./tokenizer_graphs.ts";

/** Pictures that go through a compiled graph at a time. */
const BATCH = 32;

const KINDS: Readonly<Record<TokenizerConfig["kind"], TokenizerGraphs>> = {
  semantic,
  pixel,
  dual,
};

export interface EncodedPicture {
  /** What a model reads: `[grid², tokenizer.featureSize]`. */
  readonly features: Float32Array;
  /** Codes of each patch, row by row: `[grid² · depth]`. */
  readonly ids: Int32Array;
}

export interface DecodeOptions {
  readonly seed?: number;
  /** Steps of the diffusion decoder; 4 unless told. */
  readonly steps?: number;
  /** How strongly the codes count for the diffusion decoder; 1, no guidance, unless told. */
  readonly guidance?: number;
}

export interface TokenizerOptions {
  readonly device: Device;
  /** Where the parameters live. */
  readonly store: StateStore;
  readonly config: TokenizerConfig;
  readonly seed?: number;
}

export class PictureTokenizer implements Disposable {
  readonly device: Device;
  readonly store: StateStore;
  readonly config: TokenizerConfig;
  readonly seed: number;
  readonly #programs: Programs;

  constructor({ device, store, config, seed = 0 }: TokenizerOptions) {
    this.device = device;
    this.store = store;
    this.seed = seed;
    this.#programs = new Programs(this);
    this.config = checkedConfig(TokenizerConfig, config);
  }

  [inspect](): string {
    const { kind, pictureSize } = this.config;
    return `PictureTokenizer on ${this.device.name}, ${kind}: ${pictureSize} × ${pictureSize} pixels ` +
      `to ${this.tokens} tokens of ${short(this.quantizer.codes)} codes`;
  }

  /** Tokens of a picture. */
  get tokens(): number {
    return this.config.grid ** 2 * this.quantizer.depth;
  }

  /** Numbers in a patch's feature, as a model reads it. */
  get featureSize(): number {
    return featureSizeOf(this.config);
  }

  get quantizer(): Quantizer {
    return quantizerOf(this.config.quantizer);
  }

  get #graphs(): TokenizerGraphs {
    return KINDS[this.config.kind];
  }

  /**
   * Features and codes of pictures of the tokenizer's size, or of so many times as large, such as
   * those that it draws: each square of their pixels then becomes its mean.
   * @throws RangeError for other sizes; TypeError for what is no list of pictures
   */
  async encode(pictures: readonly Picture[]): Promise<EncodedPicture[]> {
    expectPictures(pictures);
    const { pictureSize, grid } = this.config;
    const fitting = pictures.map((picture) => reducedTo(picture, pictureSize));
    const program = await this.#programs.get("encode", (scope) => {
      const pixels = input("pixels", "float32", [BATCH, pictureSize, pictureSize, 3]);
      const { features, quantized } = this.#graphs.encode(scope, pixels, this.config);
      const { ids, codes } = quantized;
      return { features: this.config.reads === "codes" ? codes : features, ids };
    });
    const length = grid ** 2 * this.featureSize;
    return inBatches(fitting, BATCH, async (batch) => {
      const found = await program.run({ pixels: pixelsOf(batch) });
      const features = found.features as Float32Array;
      const ids = found.ids as Int32Array;
      return batch.map((_, i) =>
        shown({
          features: features.slice(i * length, (i + 1) * length),
          ids: ids.slice(i * this.tokens, (i + 1) * this.tokens),
        }, ({ ids }) => `EncodedPicture of ${ids.length} tokens`)
      );
    });
  }

  /**
   * Semantic features reconstructed from codes: `[grid², config.featureSize]` for each picture.
   * @throws TypeError for a tokenizer of pixels, which has none, and for codes that are none
   */
  async decodeFeatures(pictures: readonly Int32Array[]): Promise<Float32Array[]> {
    this.#expectCodes(pictures);
    const { decodeFeatures } = this.#graphs;
    if (decodeFeatures === undefined) {
      throw new TypeError(
        `Expected a tokenizer of semantic features, but found one of kind "${this.config.kind}"`,
      );
    }
    const program = await this.#programs.get("decode features", (scope) => ({
      features: decodeFeatures(scope, this.#codes(scope), this.config),
    }));
    const length = this.config.grid ** 2 * this.config.featureSize;
    return inBatches(pictures, BATCH, async (batch) => {
      const { features } = await program.run({ ids: joined(batch) });
      return batch.map((_, i) => (features as Float32Array).slice(i * length, (i + 1) * length));
    });
  }

  /**
   * Pictures drawn from codes. The same codes and seed draw the same picture, whatever else is drawn
   * with it.
   * @throws TypeError for codes that are none
   * @throws RangeError for a seed, steps or guidance that are not as expected: NaN, 0 steps
   */
  async decode(
    pictures: readonly Int32Array[],
    { seed = 0, steps = 4, guidance = 1 }: DecodeOptions = {},
  ): Promise<Picture[]> {
    this.#expectCodes(pictures);
    checkNumber("seed", seed, { whole: true });
    checkNumber("steps", steps, COUNT);
    checkNumber("guidance", guidance, { min: 0 });
    const size = drawnSize(this.config);
    const program = await this.#programs.get(`decode ${steps} ${guidance}`, (scope) => {
      const noise = input("noise", "float32", [BATCH, size, size, 3]);
      const codes = this.#codes(scope);
      return {
        pixels: this.#graphs.decode(scope, codes, noise, this.config, { steps, guidance }),
      };
    });
    const length = size ** 2 * 3;
    return inBatches(pictures, BATCH, async (batch) => {
      const ids = joined(batch);
      const inputs: Record<string, Float32Array | Int32Array> = { ids };
      if (this.#graphs.diffuses) {
        const noise = inputs.noise = new Float32Array(BATCH * length);
        batch.forEach((ids, i) => {
          const random = new Random(seed, "pixel decoder", ids.join());
          noise.set(random.normals(length), i * length);
        });
      }
      const { pixels } = await program.run(inputs);
      return picturesOf(pixels as Float32Array, size);
    });
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
  static async load(directory: string, device: Device): Promise<PictureTokenizer> {
    return new PictureTokenizer(await FILES.load(directory, device));
  }

  /** Throws a TypeError unless these are the codes of pictures. */
  #expectCodes(pictures: readonly Int32Array[]): void {
    const { tokens, quantizer: { codes } } = this;
    const isCode = (id: number) => Number.isInteger(id) && id >= 0 && id < codes;
    const wrong = (ids: Int32Array) => {
      if (ids?.length !== tokens) return ids?.length ? `${ids.length} numbers` : brief(ids);
      const strange = Array.from(ids).find((id) => !isCode(id));
      return strange === undefined ? undefined : brief(strange);
    };
    const found = Array.isArray(pictures)
      ? pictures.map(wrong).find((found) => found !== undefined)
      : brief(pictures);
    if (found === undefined) return;
    throw new TypeError(
      `Expected a list of pictures, ${tokens} codes from 0 to ${
        codes - 1
      } each, but found ${found}`,
    );
  }

  /** What ids stand for: `[BATCH, grid², codeSize]`. */
  #codes(scope: Scope): Tensor {
    const ids = input("ids", "int32", [BATCH * this.tokens]);
    return lookUp(scope.at("quantizer"), ids, this.config);
  }

  /** Frees the graphs; the parameters stay in the store. */
  [Symbol.dispose](): void {
    this.#programs[Symbol.dispose]();
  }
}

/** Numbers in a patch's feature, as a model reads it. */
export function featureSizeOf(config: TokenizerConfig): number {
  if (config.reads === "codes") return quantizerOf(config.quantizer).codeSize;
  return KINDS[config.kind].featureSize(config);
}

function joined(pictures: readonly Int32Array[]): Int32Array<ArrayBuffer> {
  return Int32Array.from(pictures.flatMap((ids) => [...ids]));
}

/** Every parameter that encoding and decoding need, found by tracing them. */
export function tokenizerParameters(config: TokenizerConfig): ParameterSpec[] {
  const { pictureSize } = config;
  const graphs = KINDS[config.kind];
  const scope = new Scope();
  const pixels = input("pixels", "float32", [1, pictureSize, pictureSize, 3]);
  const { quantized } = graphs.encode(scope, pixels, config);
  const ids = input("ids", "int32", [quantized.ids.shape[0]]);
  const size = drawnSize(config);
  const noise = input("noise", "float32", [1, size, size, 3]);
  const codes = lookUp(scope.at("quantizer"), ids, config);
  graphs.decode(scope, codes, noise, config, { steps: 1, guidance: 1 });
  return scope.specs();
}

const FILES = new PartFiles("picture tokenizer", TokenizerConfig, tokenizerParameters);
