/**
 * Pictures as a few continuous vectors, and back (MetaMorph, arXiv 2412.14164, sections 3.1 and 3.3): an
 * encoder makes m visual tokens of a picture, and a diffusion decoder, the visualizer, draws a picture of
 * visual tokens. What they leave open, such as where things stand, it settles by chance.
 */
import { expectPictures, type Picture, reducedTo } from "../data/picture.ts";
import { input, ops, type Tensor } from "../graph/mod.ts";
import { type ParameterSpec, Scope } from "../nn/mod.ts";
import { inspect } from "../notebook/mod.ts";
import type { Device } from "../runtime/mod.ts";
import { type Schema, z } from "../packages/zod.ts";
import { type TokenizerConfig, tokenizerSchema } from "./config.ts";
import { encode } from "./encoders/semantic_encoder.ts";
import { type VisualTokensConfig, visualTokensOf } from "./encoders/visual_tokens.ts";
import {
  LatentDecoder,
  type LatentDecoderConfig,
  latentDecoderParameters,
  type Visualized,
  type VisualizeOptions,
} from "./latent_decoder.ts";
import { pixelsOf } from "./patches.ts";
import type { PictureTokenizer } from "./tokenizers/picture_tokenizer.ts";
import { VisionModel } from "./vision_model.ts";
import { VisionModelFiles, type VisionModelOptions } from "./vision_model_files.ts";

const size = z.int().positive();

/** What a visualizer sees and draws with, and its sizes. */
export interface VisualizerConfig {
  /** What it sees pictures with, and what draws pixels of its codes; a semantic one. */
  readonly tokenizer: TokenizerConfig;
  /** Visual tokens of a picture. */
  readonly tokens: number;
  /** Numbers in a visual token. */
  readonly tokenSize: number;
  /** Width of all blocks, a multiple of 4 · `heads`. */
  readonly hiddenSize: number;
  /** Attention heads of a block. */
  readonly heads: number;
  /** Blocks of what makes visual tokens. */
  readonly tokenLayers: number;
  /** Blocks of what they learn to say. */
  readonly textLayers: number;
  /** Blocks of the diffusion decoder. */
  readonly decoderLayers: number;
}

/** For schemas that hold the configuration of a visualizer. */
export const visualizerSchema: z.ZodType<VisualizerConfig> = z.strictObject({
  tokenizer: tokenizerSchema,
  tokens: size,
  tokenSize: size,
  hiddenSize: size,
  heads: size,
  tokenLayers: size,
  textLayers: size,
  decoderLayers: size,
}).refine((c) => c.hiddenSize % (4 * c.heads) === 0, {
  error: "Expected hiddenSize to be a multiple of 4 · heads",
}).refine((c) => c.tokenizer.kind === "semantic", {
  error: "Expected a semantic tokenizer",
});

/** Checks the configuration of a visualizer. */
export const VisualizerConfig: Schema<VisualizerConfig> = visualizerSchema;

/** A picture as visual tokens. */
export interface SeenPicture {
  /** `[tokens, tokenSize]` */
  readonly tokens: Float32Array;
  /** The patch that each stands for, from 1, in reading order; 0 where it stands for nothing. */
  readonly places: Int32Array;
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
  /** What draws of visual tokens. */
  readonly decoder: LatentDecoder;

  /**
   * A visualizer over parameters in a store; those that are missing are made when they are needed.
   */
  constructor(options: VisionModelOptions<VisualizerConfig>) {
    super(FILES, options);
    this.decoder = new LatentDecoder({ ...options, config: decoderOf(this.config) });
  }

  /** What it sees pictures with, and of whose codes it draws. */
  get tokenizer(): PictureTokenizer {
    return this.decoder.tokenizer;
  }

  /** What the console and a REPL show. */
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
   * Draws a picture of the visual tokens `[tokens, tokenSize]` of each.
   * @throws RangeError and TypeError as `LatentDecoder.draw`
   */
  draw(pictures: readonly Float32Array[], options?: VisualizeOptions): Promise<Visualized[]> {
    return this.decoder.draw(pictures, options);
  }

  /**
   * What becomes of a picture token by token: drawings of none of its visual tokens, of the first, of the
   * first two, … of all, `tokens + 1` of them. For those that are to come stands what the tokens of a plain
   * picture are: that there is nothing.
   * @throws RangeError and TypeError as `LatentDecoder.draw`
   */
  async unfold(tokens: Float32Array, options?: VisualizeOptions): Promise<Visualized[]> {
    const { tokens: count, tokenSize, tokenizer: { pictureSize } } = this.config;
    const data = new Uint8Array(3 * pictureSize ** 2);
    const [nothing] = await this.encode([{ width: pictureSize, height: pictureSize, data }]);
    // What is no list of numbers is refused where it is drawn.
    const first = Array.from({ length: count + 1 }, (_, known) => {
      return tokens?.map?.((x, i) => i < known * tokenSize ? x : nothing[i]);
    });
    // One at a time: what is left to chance depends on the place in a list.
    return await Array.fromAsync(first, async (one) => (await this.draw([one], options))[0]);
  }

  /**
   * Loads what `save` wrote.
   * @throws CheckpointError for missing or damaged files, and tensors of other shapes
   */
  static async load(directory: string, device: Device): Promise<Visualizer> {
    return new Visualizer(await FILES.load(directory, device));
  }

  /** Frees the graphs; the parameters stay in the store. */
  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.decoder[Symbol.dispose]();
  }
}

/** The part of a configuration that makes visual tokens. */
export function tokensConfigOf(config: VisualizerConfig): VisualTokensConfig {
  const { tokens, tokenSize, hiddenSize, heads, tokenLayers, textLayers } = config;
  return { tokens, tokenSize, hiddenSize, heads, layers: tokenLayers, textLayers };
}

/** The part of a configuration that draws. */
export function decoderOf(config: VisualizerConfig): LatentDecoderConfig {
  const { tokens, tokenSize, hiddenSize, heads, decoderLayers, tokenizer } = config;
  return {
    tokenizer,
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

/** Every parameter that encoding and drawing need, found by tracing them. */
export function visualizerParameters(config: VisualizerConfig): ParameterSpec[] {
  const { pictureSize } = config.tokenizer;
  const scope = new Scope();
  visualTokens(scope, input("pixels", "float32", [1, pictureSize, pictureSize, 3]), config);
  const specs = [...latentDecoderParameters(decoderOf(config)), ...scope.specs()];
  return [...new Map(specs.map((spec) => [spec.name, spec])).values()];
}

const FILES = new VisionModelFiles("visualizer", visualizerSchema, visualizerParameters);
