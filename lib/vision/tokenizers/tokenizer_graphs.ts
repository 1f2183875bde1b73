/** What every kind of tokenizer computes. */
import type { Tensor } from "../../graph/mod.ts";
import type { Scope } from "../../nn/mod.ts";
import type { TokenizerConfig } from "../config.ts";
import type { FlowOptions } from "../decoders/pixel_decoder.ts";
import type { Quantized } from "../quantizers/mod.ts";

export interface TokenizerGraphs {
  /** Numbers in a patch's continuous feature. */
  featureSize(config: TokenizerConfig): number;
  /**
   * Pixels `[batch, size, size, 3]` in [−1, 1] to continuous features `[batch, grid², featureSize]`, and
   * to codes.
   */
  encode(
    scope: Scope,
    pixels: Tensor,
    config: TokenizerConfig,
  ): { readonly features: Tensor; readonly quantized: Quantized };
  /** Codes `[batch, grid², codeSize]` to semantic features `[batch, grid², config.featureSize]`. */
  decodeFeatures?(scope: Scope, codes: Tensor, config: TokenizerConfig): Tensor;
  /** Whether pictures are drawn by diffusion, from noise. */
  readonly diffuses: boolean;
  /** Codes `[batch, grid², codeSize]` and standard normal noise, like the drawn pixels, to these. */
  decode(
    scope: Scope,
    codes: Tensor,
    noise: Tensor,
    config: TokenizerConfig,
    options: FlowOptions,
  ): Tensor;
}
