/**
 * Pictures as a few continuous vectors, and back (MetaMorph, arXiv 2412.14164, sections 3.1 and 3.3): an
 * encoder makes m visual tokens of a picture, and a diffusion decoder, the visualizer, draws a picture of
 * visual tokens. What they leave open, such as where things stand, it settles by chance.
 */
import { expectPictures, type Picture, reducedTo } from "../data/picture.ts";
import { brief, input, ops, type Tensor } from "../graph/mod.ts";
import { guided, type ParameterSpec, sample, Scope } from "../nn/mod.ts";
import { inspect } from "../notebook/mod.ts";
import { checkNumber, COUNT, type Device, Random } from "../runtime/mod.ts";
import { z } from "../packages/zod.ts";
import { TokenizerConfig } from "./config.ts";
import {
  codeLogits,
  type HiddenCodes,
  type LatentDiffusionConfig,
} from "./decoders/latent_diffusion.ts";
import { encode } from "./encoders/semantic_encoder.ts";
import { type VisualTokensConfig, visualTokensOf } from "./encoders/visual_tokens.ts";
import { pixelsOf } from "./patches.ts";
import { quantizerOf } from "./quantizers/mod.ts";
import { PictureTokenizer, tokenizerParameters } from "./tokenizers/picture_tokenizer.ts";
import type { Named } from "./stacked.ts";
import { VisionModel } from "./vision_model.ts";
import { VisionModelFiles, type VisionModelOptions } from "./vision_model_files.ts";

const size = z.int().positive();

export const VisualizerConfig = z.strictObject({
  /** What it sees pictures with, and what draws pixels of its codes. */
  tokenizer: TokenizerConfig,
  /** Visual tokens of a picture, and numbers in one. */
  tokens: size,
  tokenSize: size,
  hiddenSize: size,
  heads: size,
  /** Blocks of what makes visual tokens, of what they learn to say, and of the diffusion decoder. */
  tokenLayers: size,
  textLayers: size,
  decoderLayers: size,
}).refine((c) => c.hiddenSize % (4 * c.heads) === 0, {
  error: "Expected hiddenSize to be a multiple of 4 · heads",
}).refine((c) => c.tokenizer.kind === "semantic", {
  error: "Expected a semantic tokenizer",
});

export type VisualizerConfig = z.infer<typeof VisualizerConfig>;

/** A picture as visual tokens. */
export interface SeenPicture {
  /** `[tokens, tokenSize]` */
  readonly tokens: Float32Array;
  /** The patch that each stands for, from 1, in reading order; 0 where it stands for nothing. */
  readonly places: Int32Array;
}

/** A picture that was drawn of visual tokens, and the tokenizer's codes that it was drawn of. */
export interface Visualized {
  readonly picture: Picture;
  readonly ids: Int32Array;
}

export interface VisualizeOptions {
  /** Default 0. Another seed is another picture of the same tokens. */
  readonly seed?: number;
  /** How many times hidden codes are revealed, some at a time; default each by itself. */
  readonly steps?: number;
  /** How strongly the tokens count; 1 is no guidance. Default 1.5. */
  readonly guidance?: number;
  /** Lower is surer, higher more varied; where things stand varies less, too. Default 0.5. */
  readonly temperature?: number;
}

/** A picture while it is drawn. */
interface Drawing {
  readonly tokens: Float32Array;
  readonly ids: Int32Array;
  readonly hidden: Float32Array;
  /** In which order its codes are revealed. */
  readonly order: readonly number[];
  readonly random: Random;
}

/**
 * Visual tokens of pictures, and pictures of visual tokens.
 *
 * @example
 * ```ts
 * import { openDevice, StateStore } from "../runtime/mod.ts";
 * import { TOKENIZER_PRESETS, Visualizer, VISUALIZER_PRESETS } from "./mod.ts";
 *
 * using device = await openDevice("cpu");
 * using store = new StateStore(device);
 * const config = { tokenizer: TOKENIZER_PRESETS.nano, ...VISUALIZER_PRESETS.nano };
 * using visualizer = new Visualizer({ device, store, config });
 * const night = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3) };
 * const [tokens] = await visualizer.encode([night]);
 * const [{ picture }] = await visualizer.draw([tokens], { seed: 1 });
 * if (tokens.length !== 8 * 32 || picture.width !== 64) throw new Error(`${tokens.length}`);
 * ```
 */
export class Visualizer extends VisionModel<VisualizerConfig> {
  readonly tokenizer: PictureTokenizer;

  constructor(options: VisionModelOptions<VisualizerConfig>) {
    super(FILES, options);
    this.tokenizer = new PictureTokenizer({ ...options, config: this.config.tokenizer });
  }

  [inspect](): string {
    const { tokens, tokenSize, tokenizer: { pictureSize } } = this.config;
    return `Visualizer on ${this.device.name}: ${pictureSize} × ${pictureSize} pixels to ${tokens} ` +
      `visual tokens of ${tokenSize} numbers, and back`;
  }

  /**
   * Visual tokens `[tokens, tokenSize]` of pictures, each of length 1, and where they stand. Pictures are of
   * the tokenizer's size, or of a multiple of it.
   * @throws RangeError for other sizes; TypeError for what is no list of pictures
   */
  async see(pictures: readonly Picture[]): Promise<SeenPicture[]> {
    expectPictures(pictures);
    const { pictureSize, grid } = this.config.tokenizer;
    const fitting = pictures.map((picture) => reducedTo(picture, pictureSize));
    const inputs = (picture: Picture) => ({ pixels: pixelsOf([picture]) });
    const seen = await this.each("visual tokens", fitting, inputs, (scope, batch) => {
      const pixels = input("pixels", "float32", [batch, pictureSize, pictureSize, 3]);
      const { tokens, chosen } = visualTokens(scope, pixels, this.config);
      const numbers = ops.reshape(ops.range({ size: grid ** 2 }), { shape: [1, 1, grid ** 2] });
      const from1 = ops.add(ops.cast(numbers, { dtype: "float32" }), 1);
      const places = ops.sum(ops.mul(chosen, from1), { axes: [2], keepAxes: false });
      return { tokens, places: ops.cast(places, { dtype: "int32" }) };
    });
    return seen.map(({ tokens, places }) => ({
      tokens: tokens as Float32Array,
      places: places as Int32Array,
    }));
  }

  /** The visual tokens alone; `see` says where they stand, too. */
  async encode(pictures: readonly Picture[]): Promise<Float32Array[]> {
    return (await this.see(pictures)).map(({ tokens }) => tokens);
  }

  /**
   * Draws a picture of the visual tokens `[tokens, tokenSize]` of each: its codes are revealed in random
   * order. What is left to chance depends on the seed and the place in the list.
   * @throws RangeError for tokens of another length or that are no numbers, and a seed, steps, guidance or
   * temperature not as expected; TypeError for what is no list of tokens
   */
  async draw(
    pictures: readonly Float32Array[],
    { seed = 0, steps, guidance = 1.5, temperature = 0.5 }: VisualizeOptions = {},
  ): Promise<Visualized[]> {
    checkNumber("seed", seed, { whole: true });
    const { latents, codes } = decoderOf(this.config);
    checkNumber("steps", steps ?? latents, COUNT);
    checkNumber("guidance", guidance, { min: 0 });
    checkNumber("temperature", temperature, { min: 0 });
    this.#expectTokens(pictures);
    const drawings = pictures.map((tokens, i): Drawing => {
      const random = new Random(seed, "visualizer", i);
      return {
        tokens,
        ids: new Int32Array(latents),
        hidden: new Float32Array(latents).fill(1),
        order: random.shuffle(Array.from({ length: latents }, (_, latent) => latent)),
        random,
      };
    });
    const rounds = Math.min(steps ?? latents, latents);
    const sampling = { temperature, topK: codes };
    for (let round = 0; round < rounds; round++) {
      const [first, end] = [round, round + 1].map((at) => Math.round(at * latents / rounds));
      const logits = await this.#logits(drawings);
      drawings.forEach(({ ids, hidden, order, random }, i) => {
        for (const latent of order.slice(first, end)) {
          const own = (all: Float32Array) => all.subarray(latent * codes, (latent + 1) * codes);
          const scores = guided(own(logits[i].said), own(logits[i].free), guidance);
          ids[latent] = sample(scores, sampling, random);
          hidden[latent] = 0;
        }
      });
    }
    const ids = drawings.map(({ ids }) => ids);
    const drawn = await this.tokenizer.decode(ids, { seed });
    return drawn.map((picture, i) => ({ picture, ids: ids[i] }));
  }

  /** Logits `[latents, codes]` with the visual tokens and without, of each. */
  async #logits(drawings: readonly Drawing[]) {
    const found = await this.each("reveal", drawings, inputsOf, (scope, batch) => {
      const { condition, ...codes } = hiddenCodes(batch, this.config);
      const logits = (condition: Tensor) => {
        const decoder = decoderOf(this.config);
        const logits = codeLogits(scope.at("visualizer"), { ...codes, condition }, decoder);
        return ops.reshape(logits, { shape: [batch, decoder.latents, decoder.codes] });
      };
      return { said: logits(condition), free: logits(ops.mul(condition, 0)) };
    });
    return found as { readonly said: Float32Array; readonly free: Float32Array }[];
  }

  #expectTokens(pictures: readonly Float32Array[]): void {
    const { tokens, tokenSize } = this.config;
    const expected = `a list of pictures, ${tokens} visual tokens of ${tokenSize} numbers each`;
    if (!Array.isArray(pictures)) {
      throw new TypeError(`Expected ${expected}, but found ${brief(pictures)}`);
    }
    for (const one of pictures as readonly unknown[]) {
      if (!(one instanceof Float32Array)) {
        throw new TypeError(`Expected ${expected}, but found ${brief(one)}`);
      }
      if (one.length !== tokens * tokenSize) {
        throw new RangeError(`Expected ${expected}, but found ${one.length} numbers`);
      }
      const strange = one.find((x) => !Number.isFinite(x));
      if (strange !== undefined) throw new RangeError(`Expected ${expected}, but found ${strange}`);
    }
  }

  /**
   * Loads what `save` wrote.
   * @throws CheckpointError for missing or damaged files, and tensors of other shapes
   */
  static async load(directory: string, device: Device): Promise<Visualizer> {
    return new Visualizer(await FILES.load(directory, device));
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.tokenizer[Symbol.dispose]();
  }
}

/** The part of a configuration that makes visual tokens. */
export function tokensConfigOf(config: VisualizerConfig): VisualTokensConfig {
  const { tokens, tokenSize, hiddenSize, heads, tokenLayers, textLayers } = config;
  return { tokens, tokenSize, hiddenSize, heads, layers: tokenLayers, textLayers };
}

/** The part of a configuration that draws. */
export function decoderOf(config: VisualizerConfig): LatentDiffusionConfig {
  const { tokens, tokenSize, hiddenSize, heads, decoderLayers, tokenizer } = config;
  const { codes, depth } = quantizerOf(tokenizer.quantizer);
  return {
    latents: tokenizer.grid ** 2 * depth,
    codes,
    conditions: tokens,
    conditionSize: tokenSize,
    hiddenSize,
    heads,
    layers: decoderLayers,
  };
}

/** Pixels `[batch, size, size, 3]` in [−1, 1] to visual tokens. */
function visualTokens(scope: Scope, pixels: Tensor, config: VisualizerConfig) {
  const features = ops.stopGradient(encode(scope.at("encoder"), pixels, config.tokenizer));
  return visualTokensOf(scope.at("visual_tokens"), features, tokensConfigOf(config));
}

/** Pictures whose codes are partly hidden, as inputs. */
function hiddenCodes(batch: number, config: VisualizerConfig): HiddenCodes {
  const { latents } = decoderOf(config);
  return {
    ids: input("ids", "int32", [batch * latents]),
    hidden: input("hidden", "float32", [batch, latents]),
    condition: input("condition", "float32", [batch, config.tokens, config.tokenSize]),
  };
}

function inputsOf({ ids, hidden, tokens: condition }: Drawing): Named {
  return { ids, hidden, condition };
}

/** Every parameter that encoding and drawing need, found by tracing them. */
export function visualizerParameters(config: VisualizerConfig): ParameterSpec[] {
  const { pictureSize } = config.tokenizer;
  const scope = new Scope();
  visualTokens(scope, input("pixels", "float32", [1, pictureSize, pictureSize, 3]), config);
  codeLogits(scope.at("visualizer"), hiddenCodes(1, config), decoderOf(config));
  const specs = [...tokenizerParameters(config.tokenizer), ...scope.specs()];
  return [...new Map(specs.map((spec) => [spec.name, spec])).values()];
}

const FILES = new VisionModelFiles("visualizer", VisualizerConfig, visualizerParameters);
