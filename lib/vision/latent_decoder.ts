/**
 * Pictures of vectors, whatever says them: the visual tokens of MetaMorph (arXiv 2412.14164), the states
 * of DreamLLM's queries (arXiv 2309.11499). A diffusion over a tokenizer's codes draws them
 * (`latent_diffusion.ts`); pixels come from the tokenizer.
 */
import type { Picture } from "../data/picture.ts";
import { brief, input, ops, type Tensor } from "../graph/mod.ts";
import { guided, type ParameterSpec, sample, Scope } from "../nn/mod.ts";
import { inspect } from "../notebook/mod.ts";
import { checkNumber, COUNT, Random } from "../runtime/mod.ts";
import { type Schema, z } from "../packages/zod.ts";
import { type TokenizerConfig, tokenizerSchema } from "./config.ts";
import {
  codeLogits,
  type HiddenCodes,
  type LatentDiffusionConfig,
} from "./decoders/latent_diffusion.ts";
import { quantizerOf } from "./quantizers/mod.ts";
import type { Named } from "./stacked.ts";
import { PictureTokenizer, tokenizerParameters } from "./tokenizers/picture_tokenizer.ts";
import { VisionModel } from "./vision_model.ts";
import { VisionModelFiles, type VisionModelOptions } from "./vision_model_files.ts";

const size = z.int().positive();

/** What a decoder draws of, and its sizes. */
export interface LatentDecoderConfig {
  /** Of whose codes it draws. */
  readonly tokenizer: TokenizerConfig;
  /** Vectors that a picture is drawn from. */
  readonly conditions: number;
  /** Numbers in such a vector. */
  readonly conditionSize: number;
  /** Width of the blocks, a multiple of `heads`. */
  readonly hiddenSize: number;
  /** Attention heads of a block. */
  readonly heads: number;
  /** Blocks. */
  readonly layers: number;
}

/** For schemas that hold the configuration of a decoder. */
export const latentDecoderSchema: z.ZodType<LatentDecoderConfig> = z.strictObject({
  tokenizer: tokenizerSchema,
  conditions: size,
  conditionSize: size,
  hiddenSize: size,
  heads: size,
  layers: size,
}).refine((c) => c.hiddenSize % c.heads === 0, {
  error: "Expected hiddenSize to be a multiple of heads",
});

/** Checks the configuration of a decoder. */
export const LatentDecoderConfig: Schema<LatentDecoderConfig> = latentDecoderSchema;

/** A picture that was drawn of vectors, and the tokenizer's codes that it was drawn of. */
export interface Visualized {
  /** What was drawn. */
  readonly picture: Picture;
  /** Codes of each patch, row by row: `[grid² · depth]`. */
  readonly ids: Int32Array;
}

/** How pictures are drawn of vectors. */
export interface VisualizeOptions {
  /** Default 0. Another seed is another picture of the same vectors. */
  readonly seed?: number;
  /** How many times hidden codes are revealed, some at a time; default 16, or each by itself if fewer. */
  readonly steps?: number;
  /** How strongly the vectors count; 1 is no guidance. Default 1.5. */
  readonly guidance?: number;
  /** Lower is surer, higher more varied; where things stand varies less, too. Default 0.35. */
  readonly temperature?: number;
}

/** How pictures are drawn by default. */
export const DECODER_SAMPLING = {
  /** As many as `nano` has codes. Each takes a run of the decoder. */
  steps: 16,
  guidance: 1.5,
  temperature: 0.35,
  /** How much chance there is in which code is the surest: enough that things stand anywhere. */
  orderNoise: 0.3,
} as const;

/** A picture while it is drawn. */
interface Drawing {
  readonly condition: Float32Array;
  readonly ids: Int32Array;
  readonly hidden: Float32Array;
  readonly random: Random;
}

/** Where its parameters live. */
export const DECODER = "visualizer.";

/** The scope of its parameters. */
export function decoderScope(root: Scope): Scope {
  return root.at(DECODER.slice(0, -1));
}

/**
 * Draws pictures of vectors.
 *
 * @example
 * ```ts
 * import { openDevice, StateStore } from "../runtime/mod.ts";
 * import { LatentDecoder, TOKENIZER_PRESETS } from "./mod.ts";
 *
 * using device = await openDevice("cpu");
 * using store = new StateStore(device);
 * const sizes = { conditions: 4, conditionSize: 8, hiddenSize: 16, heads: 2, layers: 1 };
 * const config = { tokenizer: TOKENIZER_PRESETS.nano, ...sizes };
 * using decoder = new LatentDecoder({ device, store, config });
 * const [{ picture }] = await decoder.draw([new Float32Array(4 * 8)], { seed: 1 });
 * if (picture.width !== 64) throw new Error(`${picture.width}`);
 * ```
 */
export class LatentDecoder extends VisionModel<LatentDecoderConfig> {
  /** Of whose codes it draws, and what makes pixels of them. */
  readonly tokenizer: PictureTokenizer;

  /** A decoder over parameters in a store; those that are missing are made when they are needed. */
  constructor(options: VisionModelOptions<LatentDecoderConfig>) {
    super(FILES, options);
    this.tokenizer = new PictureTokenizer({ ...options, config: this.config.tokenizer });
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    const { conditions, conditionSize, tokenizer: { pictureSize } } = this.config;
    return `LatentDecoder on ${this.device.name}: ${conditions} vectors of ${conditionSize} numbers ` +
      `to ${pictureSize} × ${pictureSize} pixels`;
  }

  /**
   * Draws a picture of the vectors `[conditions, conditionSize]` of each. What is left to chance depends
   * on the seed and the place in the list.
   * @throws RangeError for vectors of another length or that are no numbers, and a seed, steps, guidance or
   * temperature not as expected; TypeError for what is no list of vectors
   */
  async draw(
    conditions: readonly Float32Array[],
    {
      seed = 0,
      steps = DECODER_SAMPLING.steps,
      guidance = DECODER_SAMPLING.guidance,
      temperature = DECODER_SAMPLING.temperature,
    }: VisualizeOptions = {},
  ): Promise<Visualized[]> {
    checkNumber("seed", seed, { whole: true });
    const { latents, codes } = diffusionOf(this.config);
    checkNumber("steps", steps, COUNT);
    checkNumber("guidance", guidance, { min: 0 });
    checkNumber("temperature", temperature, { min: 0 });
    this.#expectVectors(conditions);
    const drawings = conditions.map((condition, i): Drawing => {
      const random = new Random(seed, "visualizer", i);
      return {
        condition,
        ids: new Int32Array(latents),
        hidden: new Float32Array(latents).fill(1),
        random,
      };
    });
    const rounds = Math.min(steps, latents);
    const sampling = { temperature, topK: codes };
    for (let round = 0; round < rounds; round++) {
      const [first, end] = [round, round + 1].map((at) => Math.round(at * latents / rounds));
      const logits = await this.#logits(drawings);
      drawings.forEach(({ ids, hidden, random }, i) => {
        const left = [...hidden.keys()].filter((latent) => hidden[latent] === 1);
        const scores = new Map(left.map((latent) => {
          const own = (all: Float32Array) => all.subarray(latent * codes, (latent + 1) * codes);
          return [latent, guided(own(logits[i].said), own(logits[i].free), guidance)];
        }));
        for (const latent of surest(scores, random).slice(0, end - first)) {
          ids[latent] = sample(scores.get(latent)!, sampling, random);
          hidden[latent] = 0;
        }
      });
    }
    const ids = drawings.map(({ ids }) => ids);
    const drawn = await this.tokenizer.decode(ids, { seed });
    return drawn.map((picture, i) => ({ picture, ids: ids[i] }));
  }

  /** Logits `[latents, codes]` with the vectors and without, of each. */
  async #logits(drawings: readonly Drawing[]) {
    const found = await this.each("reveal", drawings, inputsOf, (scope, batch) => {
      const { condition, ...codes } = hiddenCodes(scope, batch, this.config);
      const logits = (condition: Tensor) => {
        const diffusion = diffusionOf(this.config);
        const logits = codeLogits(decoderScope(scope), { ...codes, condition }, diffusion);
        return ops.reshape(logits, { shape: [batch, diffusion.latents, diffusion.codes] });
      };
      return { said: logits(condition), free: logits(ops.mul(condition, 0)) };
    });
    return found as { readonly said: Float32Array; readonly free: Float32Array }[];
  }

  #expectVectors(pictures: readonly Float32Array[]): void {
    const { conditions, conditionSize } = this.config;
    const expected = `a list of pictures, ${conditions} vectors of ${conditionSize} numbers each`;
    if (!Array.isArray(pictures)) {
      throw new TypeError(`Expected ${expected}, but found ${brief(pictures)}`);
    }
    for (const one of pictures as readonly unknown[]) {
      if (!(one instanceof Float32Array)) {
        throw new TypeError(`Expected ${expected}, but found ${brief(one)}`);
      }
      if (one.length !== conditions * conditionSize) {
        throw new RangeError(`Expected ${expected}, but found ${one.length} numbers`);
      }
      const strange = one.find((x) => !Number.isFinite(x));
      if (strange !== undefined) throw new RangeError(`Expected ${expected}, but found ${strange}`);
    }
  }

  /** Frees the graphs; the parameters stay in the store. */
  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.tokenizer[Symbol.dispose]();
  }
}

/**
 * The hidden latents, the surest first: by log max P(code), with Gumbel noise (MaskGIT, arXiv 2202.04200).
 * In random order there are sooner too many things, or too few (docs/LOG.md).
 */
function surest(scores: ReadonlyMap<number, Float32Array>, random: Random): number[] {
  const sureness = [...scores].map(([latent, own]) => {
    const most = own.reduce((a, b) => Math.max(a, b));
    const noise = -Math.log(-Math.log(random.uniform() || Number.MIN_VALUE));
    const sure = -Math.log(own.reduce((sum, x) => sum + Math.exp(x - most), 0));
    return [latent, sure + DECODER_SAMPLING.orderNoise * noise] as const;
  });
  return sureness.sort(([, a], [, b]) => b - a).map(([latent]) => latent);
}

/** What the codes of a tokenizer stand for: `[codes, codeSize]`. */
export function codeEntries(root: Scope, { quantizer }: TokenizerConfig): Tensor {
  return quantizerOf(quantizer).entries(root.at("quantizer"));
}

/** The sizes of the diffusion. */
export function diffusionOf(config: LatentDecoderConfig): LatentDiffusionConfig {
  const { tokenizer, ...sizes } = config;
  const { codes, depth } = quantizerOf(tokenizer.quantizer);
  return { ...sizes, latents: tokenizer.grid ** 2 * depth, codes };
}

/** Pictures whose codes are partly hidden, as inputs. */
function hiddenCodes(root: Scope, batch: number, config: LatentDecoderConfig): HiddenCodes {
  const { latents } = diffusionOf(config);
  return {
    ids: input("ids", "int32", [batch * latents]),
    hidden: input("hidden", "float32", [batch, latents]),
    condition: input("condition", "float32", [batch, config.conditions, config.conditionSize]),
    entries: codeEntries(root, config.tokenizer),
  };
}

function inputsOf({ ids, hidden, condition }: Drawing): Named {
  return { ids, hidden, condition };
}

/** Every parameter that drawing needs, found by tracing it. */
export function latentDecoderParameters(config: LatentDecoderConfig): ParameterSpec[] {
  const scope = new Scope();
  codeLogits(decoderScope(scope), hiddenCodes(scope, 1, config), diffusionOf(config));
  const specs = [...tokenizerParameters(config.tokenizer), ...scope.specs()];
  return [...new Map(specs.map((spec) => [spec.name, spec])).values()];
}

const FILES = new VisionModelFiles("latent decoder", latentDecoderSchema, latentDecoderParameters);
