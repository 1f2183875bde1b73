/**
 * Pictures to tokens and back, by one of three kinds of tokenizer: ILLUME's semantic one, a pixel
 * tokenizer as others have it, and ILLUME+'s dual one. They share a grid, quantizers, and how they
 * are called; `semantic.ts`, `pixel.ts` and `dual.ts` say what is in each.
 */
import { expectPictures, type Picture, reducedTo } from "../../data/picture.ts";
import { brief, input, type Tensor } from "../../graph/mod.ts";
import { htmlBundle, inspect, short, shown } from "../../notebook/mod.ts";
import { type ParameterSpec, Scope } from "../../nn/mod.ts";
import { checkNumber, COUNT, type Device, Random } from "../../runtime/mod.ts";
import { drawnSize, type TokenizerConfig, tokenizerSchema } from "../config.ts";
import { codesInGrid, codesInWords } from "./codes_shown.ts";
import { dual } from "./dual.ts";
import { VisionModel } from "../vision_model.ts";
import { VisionModelFiles, type VisionModelOptions } from "../vision_model_files.ts";
import { picturesOf, pixelsOf } from "../patches.ts";
import { pixel } from "./pixel.ts";
import { lookUp } from "./quantization.ts";
import { type Quantizer, quantizerOf } from "../quantizers/mod.ts";
import type { Named } from "../stacked.ts";
import { semantic } from "./semantic.ts";
import type { TokenizerGraphs } from "./tokenizer_graphs.ts";

const KINDS: Readonly<Record<TokenizerConfig["kind"], TokenizerGraphs>> = {
  semantic,
  pixel,
  dual,
};

/** A picture as features and as codes. */
export interface EncodedPicture {
  /** What a model reads: `[grid², tokenizer.featureSize]`. */
  readonly features: Float32Array;
  /** Codes of each patch, row by row: `[grid² · depth]`. */
  readonly ids: Int32Array;
}

/** How pictures are drawn of codes. */
export interface DecodeOptions {
  /** Of what chance decides, where diffusion draws; default 0. */
  readonly seed?: number;
  /** Steps of the diffusion decoder; default 4. */
  readonly steps?: number;
  /** How strongly the codes count for the diffusion decoder; default 1, no guidance. */
  readonly guidance?: number;
}

/** Where a tokenizer runs, where its parameters live, and its sizes. */
export type TokenizerOptions = VisionModelOptions<TokenizerConfig>;

/**
 * Pictures to features and codes, and codes to pictures (ILLUME, arXiv 2412.06673, section 3.1).
 */
export class PictureTokenizer extends VisionModel<TokenizerConfig> {
  /**
   * A tokenizer over parameters in a store; those that are missing are made when they are needed.
   */
  constructor(options: TokenizerOptions) {
    super(FILES, options);
  }

  /** What the console and a REPL show. */
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

  /** What makes codes of features, and knows what each code stands for. */
  get quantizer(): Quantizer {
    return quantizerOf(this.config.quantizer);
  }

  get #graphs(): TokenizerGraphs {
    return KINDS[this.config.kind];
  }

  /**
   * Features and codes of pictures of the tokenizer's size, or of a multiple of it, such as
   * those that it draws: each square of their pixels then becomes its mean.
   * @throws RangeError for other sizes; TypeError for what is no list of pictures
   */
  async encode(pictures: readonly Picture[]): Promise<EncodedPicture[]> {
    expectPictures(pictures);
    const { pictureSize, reads, grid } = this.config;
    const fitting = pictures.map((picture) => reducedTo(picture, pictureSize));
    const inputs = (picture: Picture) => ({ pixels: pixelsOf([picture]) });
    const encoded = await this.each("encode", fitting, inputs, (scope, batch) => {
      const pixels = input("pixels", "float32", [batch, pictureSize, pictureSize, 3]);
      const { features, quantized } = this.#graphs.encode(scope, pixels, this.config);
      return { features: reads === "codes" ? quantized.codes : features, ids: quantized.ids };
    });
    return encoded.map(({ features, ids }) =>
      shown(
        { features: features as Float32Array, ids: ids as Int32Array },
        ({ ids }, looking) => codesInWords(ids, grid, looking),
        ({ ids }) => htmlBundle(codesInGrid(ids, grid), codesInWords(ids, grid)),
      )
    );
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
    const decoded = await this.each("decode features", pictures, asInput, (scope, batch) => ({
      features: decodeFeatures(scope, this.#codes(scope, batch), this.config),
    }));
    return decoded.map(({ features }) => features as Float32Array);
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
    const { diffuses } = this.#graphs;
    const size = drawnSize(this.config);
    const inputs = (ids: Int32Array): Named => {
      if (!diffuses) return asInput(ids);
      const random = new Random(seed, "pixel decoder", ids.join());
      return { ...asInput(ids), noise: random.normals(size ** 2 * 3) };
    };
    const name = `decode ${steps} ${guidance}`;
    const drawn = await this.each(name, pictures, inputs, (scope, batch) => {
      const noise = input("noise", "float32", [batch, size, size, 3]);
      const codes = this.#codes(scope, batch);
      return {
        pixels: this.#graphs.decode(scope, codes, noise, this.config, { steps, guidance }),
      };
    });
    return drawn.flatMap(({ pixels }) => picturesOf(pixels as Float32Array, size));
  }

  /**
   * Loads what `save` wrote.
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

  /** What ids stand for: `[batch, grid², codeSize]`. */
  #codes(scope: Scope, batch: number): Tensor {
    const ids = input("ids", "int32", [batch * this.tokens]);
    return lookUp(scope.at("quantizer"), ids, this.config);
  }
}

/**
 * Numbers in a patch's feature, as a model reads it.
 *
 * @example
 * ```ts
 * import { TOKENIZER_PRESETS } from "../presets.ts";
 * import { featureSizeOf } from "./picture_tokenizer.ts";
 *
 * const size = featureSizeOf(TOKENIZER_PRESETS.nano);
 * if (size !== 128) throw new Error(`${size}`);
 * ```
 */
export function featureSizeOf(config: TokenizerConfig): number {
  if (config.reads === "codes") return quantizerOf(config.quantizer).codeSize;
  return KINDS[config.kind].featureSize(config);
}

const asInput = (ids: ArrayLike<number>): Named => ({ ids: Int32Array.from(ids) });

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

const FILES = new VisionModelFiles("picture tokenizer", tokenizerSchema, tokenizerParameters);
