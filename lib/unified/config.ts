/** The sizes of a unified model. */
import { z } from "../packages/zod.ts";
import type { TransformerConfig } from "../nn/mod.ts";
import { QuantizerConfig, quantizerOf } from "../vision/mod.ts";

const size = z.int().positive();

export const UnifiedConfig = z.strictObject({
  hiddenSize: size,
  layers: size,
  heads: size,
  keyValueHeads: size,
  intermediateSize: size,
  queryKeyNorm: z.boolean(),
  /** Text tokens, special ones included. */
  textVocabulary: size,
  /** The vision tokenizer's. */
  quantizer: QuantizerConfig,
  /** Tokens of a picture that is read; drawn, each becomes as many codes as the quantizer has it. */
  pictureTokens: size,
  /** Size of the continuous feature that a token of a picture is read as. */
  featureSize: size,
}).refine((c) => c.hiddenSize % c.heads === 0 && c.heads % c.keyValueHeads === 0, {
  error: "Expected hiddenSize to be a multiple of heads, and heads of keyValueHeads",
});

export type UnifiedConfig = z.infer<typeof UnifiedConfig> & TransformerConfig;

/** Codes of a picture that is drawn. */
export function drawnTokens({ quantizer, pictureTokens }: UnifiedConfig): number {
  return pictureTokens * quantizerOf(quantizer).depth;
}
