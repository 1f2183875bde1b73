/** The sizes of a tokenizer. */
import { type Schema, z } from "../packages/zod.ts";
import { type QuantizerConfig, quantizerSchema } from "./quantizers/config.ts";

const size = z.int().positive();

/** What a tokenizer of pictures is, and how large. */
export interface TokenizerConfig {
  /** What becomes tokens: semantic features, pixels, or both. */
  readonly kind: "semantic" | "pixel" | "dual";
  /** Width and height of pictures, in pixels. */
  readonly pictureSize: number;
  /** How many times larger than those that are read pictures are drawn; default 1. */
  readonly enlarge?: number;
  /** Tokens a side: a picture has grid² tokens. */
  readonly grid: number;
  /** Size of a patch's semantic feature. */
  readonly featureSize: number;
  /**
   * How much it counts, where a decoder of pixels learns, that a frozen semantic encoder sees the
   * same; default 1, and with 0 the pixels alone are compared.
   */
  readonly perceptual?: number;
  /** What a model reads of a picture: continuous features, or the codes they became; default features. */
  readonly reads?: "features" | "codes";
  /**
   * Whether patches see each other as they are encoded and drawn, as they must where an object is
   * several patches; default false: each is taken by itself, which is learned sooner.
   */
  readonly attention?: boolean;
  /** Blocks of the vision encoder. */
  readonly encoderLayers: number;
  /** Blocks of the text tower that the encoder is trained against. */
  readonly textLayers: number;
  /** Attention heads of all blocks; `featureSize` is a multiple. */
  readonly heads: number;
  /** Of a dual tokenizer the product of a semantic and a pixel one. */
  readonly quantizer: QuantizerConfig;
  /** Blocks of the feature decoder. */
  readonly featureDecoderLayers: number;
  /** Blocks of what draws pixels; of each of the diffusion decoder's two halves. */
  readonly pixelDecoderLayers: number;
}

/** For schemas that hold the configuration of a tokenizer. */
export const tokenizerSchema: z.ZodType<TokenizerConfig> = z.strictObject({
  kind: z.enum(["semantic", "pixel", "dual"]),
  pictureSize: size,
  enlarge: size.optional(),
  grid: size,
  featureSize: size,
  perceptual: z.number().min(0).optional(),
  reads: z.enum(["features", "codes"]).optional(),
  attention: z.boolean().optional(),
  encoderLayers: size,
  textLayers: size,
  heads: size,
  quantizer: quantizerSchema,
  featureDecoderLayers: size,
  pixelDecoderLayers: size,
}).refine((c) => c.pictureSize % c.grid === 0, {
  error: "Expected pictureSize to be a multiple of grid",
}).refine((c) => c.pictureSize / c.grid % 2 === 0, {
  error: "Expected patches of an even number of pixels, pictureSize / grid, a side",
}).refine((c) => c.featureSize % c.heads === 0, {
  error: "Expected featureSize to be a multiple of heads",
}).refine((c) => c.kind === "semantic" || (c.enlarge ?? 1) === 1, {
  error: "Expected enlarge only of a semantic tokenizer, whose pictures are drawn by diffusion",
}).refine(
  (c) => c.kind !== "dual" || c.quantizer.kind === "product" && c.quantizer.parts.length === 2,
  {
    error: "Expected a dual tokenizer's quantizer to be a product of two",
  },
);

/**
 * Checks the configuration of a tokenizer.
 *
 * @example
 * ```ts
 * import { TokenizerConfig } from "./config.ts";
 * import { TOKENIZER_PRESETS } from "./presets.ts";
 *
 * const odd = TokenizerConfig.safeParse({ ...TOKENIZER_PRESETS.nano, grid: 5 });
 * if (odd.success) throw new Error("Expected 64 pixels in 5 patches to be refused");
 * ```
 */
export const TokenizerConfig: Schema<TokenizerConfig> = tokenizerSchema;

/** How much a perceptual term counts beside that of pixels. */
export function perceptualWeight({ perceptual = 1 }: TokenizerConfig): number {
  return perceptual;
}

/** Width and height of the pictures that a tokenizer draws. */
export function drawnSize({ pictureSize, enlarge = 1 }: TokenizerConfig): number {
  return enlarge * pictureSize;
}
