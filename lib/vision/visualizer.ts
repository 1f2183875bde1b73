/**
 * Pictures as a few continuous vectors, and back (MetaMorph, arXiv 2412.14164, sections 3.1 and 3.3): an
 * encoder makes m visual tokens of a picture, and a diffusion decoder, the visualizer, draws a picture of
 * visual tokens. What they leave open, such as where things stand, it settles by chance.
 */
import { expectPictures, type Picture, reducedTo } from "../data/picture.ts";
import { input, ops, type Tensor } from "../graph/mod.ts";
import { inspect } from "../notebook/mod.ts";
import { type ParameterSpec, Scope } from "../nn/mod.ts";
import { checkNumber, COUNT, type Device, Random } from "../runtime/mod.ts";
import { z } from "../packages/zod.ts";
import { TokenizerConfig } from "./config.ts";
import { flowStep, flowTimes, type LatentFlowConfig } from "./decoders/latent_flow.ts";
import { encode } from "./encoders/semantic_encoder.ts";
import { summarize, type SummaryConfig } from "./encoders/summary.ts";
import { codeLatents, latentsOf } from "./latents.ts";
import { pixelsOf } from "./patches.ts";
import { nearest } from "./quantizers/mod.ts";
import { PictureTokenizer, tokenizerParameters } from "./tokenizers/picture_tokenizer.ts";
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
  /** Blocks of what makes visual tokens, of the texts that it learns against, and of the flow. */
  summaryLayers: size,
  textLayers: size,
  flowLayers: size,
}).refine((c) => c.hiddenSize % c.heads === 0, {
  error: "Expected hiddenSize to be a multiple of heads",
}).refine((c) => c.tokenizer.kind === "semantic", {
  error: "Expected a semantic tokenizer",
});

export type VisualizerConfig = z.infer<typeof VisualizerConfig>;

/** A picture that was drawn of visual tokens, and the tokenizer's codes that it was drawn of. */
export interface Visualized {
  readonly picture: Picture;
  readonly ids: Int32Array;
}

export interface VisualizeOptions {
  /** Default 0. Another seed is another picture of the same tokens. */
  readonly seed?: number;
  /** Steps along the flow; default 16. */
  readonly steps?: number;
  /** How strongly the tokens count; 1 is no guidance. Default 2. */
  readonly guidance?: number;
}

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
   * Visual tokens `[tokens, tokenSize]` of pictures, each of length 1. Pictures are of the tokenizer's
   * size, or of a multiple of it.
   * @throws RangeError for other sizes; TypeError for what is no list of pictures
   */
  async encode(pictures: readonly Picture[]): Promise<Float32Array[]> {
    expectPictures(pictures);
    const { pictureSize } = this.config.tokenizer;
    const fitting = pictures.map((picture) => reducedTo(picture, pictureSize));
    const inputs = (picture: Picture) => ({ pixels: pixelsOf([picture]) });
    const encoded = await this.each("visual tokens", fitting, inputs, (scope, batch) => {
      const pixels = input("pixels", "float32", [batch, pictureSize, pictureSize, 3]);
      return { tokens: visualTokens(scope, pixels, this.config) };
    });
    return encoded.map(({ tokens }) => tokens as Float32Array);
  }

  /**
   * Draws a picture of the visual tokens `[tokens, tokenSize]` of each. What is left to chance depends on
   * the seed and the place in the list.
   * @throws RangeError for tokens of another length, and a seed, steps or guidance not as expected
   */
  async draw(
    pictures: readonly Float32Array[],
    { seed = 0, steps = 16, guidance = 2 }: VisualizeOptions = {},
  ): Promise<Visualized[]> {
    checkNumber("seed", seed, { whole: true });
    checkNumber("steps", steps, COUNT);
    checkNumber("guidance", guidance, { min: 0 });
    const { config } = this;
    const length = config.tokens * config.tokenSize;
    for (const { length: found } of pictures) {
      if (found !== length) {
        throw new RangeError(
          `Expected ${config.tokens} visual tokens of ${config.tokenSize} numbers each, ` +
            `${length} in all, but found ${found}`,
        );
      }
    }
    const { latents, latentSize } = flowOf(config);
    let states = pictures.map((tokens, i) => ({
      tokens,
      x: new Random(seed, "visualizer", i).normals(latents * latentSize),
    }));
    const times = flowTimes(steps);
    for (const [step, from] of times.slice(0, -1).entries()) {
      const clock = {
        from: Float32Array.of(from),
        to: Float32Array.of(times[step + 1]),
        guidance: Float32Array.of(guidance),
      };
      const inputs = (state: { tokens: Float32Array; x: Float32Array }) => ({ ...state, ...clock });
      const stepped = await this.each("flow", states, inputs, (scope, batch) => ({
        next: flowOfBatch(scope, batch, config),
      }));
      states = states.map(({ tokens }, i) => ({
        tokens,
        x: stepped[i].next as Float32Array<ArrayBuffer>,
      }));
    }
    const found = await this.each("codes", states, ({ x }) => ({ x }), (scope, batch) => {
      const x = input("x", "float32", [batch, latents, latentSize]);
      return {
        ids: nearest(
          ops.reshape(x, { shape: [batch * latents, latentSize] }),
          codeLatents(scope.at("quantizer"), config.tokenizer),
        ),
      };
    });
    const ids = found.map(({ ids }) => ids as Int32Array);
    const drawn = await this.tokenizer.decode(ids, { seed });
    return drawn.map((picture, i) => ({ picture, ids: ids[i] }));
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
export function summaryOf(config: VisualizerConfig): SummaryConfig {
  const { tokens, tokenSize, hiddenSize, heads, summaryLayers, textLayers } = config;
  return { tokens, tokenSize, hiddenSize, heads, layers: summaryLayers, textLayers };
}

/** The part of a configuration that draws. */
export function flowOf(config: VisualizerConfig): LatentFlowConfig {
  const { tokens, tokenSize, hiddenSize, heads, flowLayers, tokenizer } = config;
  return {
    ...latentsOf(tokenizer),
    conditions: tokens,
    conditionSize: tokenSize,
    hiddenSize,
    heads,
    layers: flowLayers,
  };
}

/** Pixels `[batch, size, size, 3]` in [−1, 1] to visual tokens `[batch, tokens, tokenSize]`. */
export function visualTokens(scope: Scope, pixels: Tensor, config: VisualizerConfig): Tensor {
  const features = ops.stopGradient(encode(scope.at("encoder"), pixels, config.tokenizer));
  return summarize(scope.at("summary"), features, summaryOf(config));
}

/** A step along the flow, over inputs. */
function flowOfBatch(scope: Scope, batch: number, config: VisualizerConfig): Tensor {
  const flow = flowOf(config);
  const tokens = input("tokens", "float32", [batch, config.tokens, config.tokenSize]);
  const codes = codeLatents(scope.at("quantizer"), config.tokenizer);
  return flowStep(scope.at("visualizer"), codes, tokens, {
    x: input("x", "float32", [batch, flow.latents, flow.latentSize]),
    from: input("from", "float32", [batch]),
    to: input("to", "float32", [batch]),
    guidance: input("guidance", "float32", [batch]),
  }, flow);
}

/** Every parameter that encoding and drawing need, found by tracing them. */
export function visualizerParameters(config: VisualizerConfig): ParameterSpec[] {
  const { pictureSize } = config.tokenizer;
  const scope = new Scope();
  visualTokens(scope, input("pixels", "float32", [1, pictureSize, pictureSize, 3]), config);
  flowOfBatch(scope, 1, config);
  const specs = [...tokenizerParameters(config.tokenizer), ...scope.specs()];
  return [...new Map(specs.map((spec) => [spec.name, spec])).values()];
}

const FILES = new VisionModelFiles("visualizer", VisualizerConfig, visualizerParameters);
