/** The sizes of a tokenizer. */
import { z } from "../packages/zod.ts";
import { QuantizerConfig } from "./quantizers/mod.ts";

const size = z.int().positive();

export const TokenizerConfig = z.strictObject({
  /** What becomes tokens: semantic features, pixels, or both. */
  kind: z.enum(["semantic", "pixel", "dual"]),
  /** Width and height of pictures, in pixels. */
  pictureSize: size,
  /** How many times larger than those that are read pictures are drawn; default 1. */
  enlarge: size.optional(),
  /** Tokens a side: a picture has grid² tokens. */
  grid: size,
  /** Size of a patch's semantic feature. */
  featureSize: size,
  /**
   * How much it counts, where a decoder of pixels learns, that a frozen semantic encoder sees the
   * same; default 1, and with 0 the pixels alone are compared.
   */
  perceptual: z.number().min(0).optional(),
  /** What a model reads of a picture: continuous features, or the codes they became; default features. */
  reads: z.enum(["features", "codes"]).optional(),
  /**
   * Whether patches see each other as they are encoded and drawn, as they must where an object is
   * several patches; default false: each is taken by itself, which is learned sooner.
   */
  attention: z.boolean().optional(),
  /** Blocks of the vision encoder. */
  encoderLayers: size,
  /** Blocks of the text tower that the encoder is trained against. */
  textLayers: size,
  heads: size,
  /** Of a dual tokenizer the product of a semantic and a pixel one. */
  quantizer: QuantizerConfig,
  /** Blocks of the feature decoder. */
  featureDecoderLayers: size,
  /** Blocks of what draws pixels; of each of the diffusion decoder's two halves. */
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

export type TokenizerConfig = z.infer<typeof TokenizerConfig>;

/** How much a perceptual term counts beside that of pixels. */
export function perceptualWeight({ perceptual = 1 }: TokenizerConfig): number {
  return perceptual;
}

/** Width and height of the pictures that a tokenizer draws. */
export function drawnSize({ pictureSize, enlarge = 1 }: TokenizerConfig): number {
  return enlarge * pictureSize;
}
