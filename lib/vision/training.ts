/**
 * How tokenizers are trained, part after part: the semantic encoder against captions; with it
 * frozen, what the kind of tokenizer needs.
 */
import type { EmojiScenes } from "../worlds/emoji/emoji_scenes.ts";
import type { Budget, Stage } from "../optim/mod.ts";
import type { TextTokenizer } from "../text/mod.ts";
import { perceptualWeight } from "./config.ts";
import type { PictureTokenizer } from "./tokenizers/picture_tokenizer.ts";
import { dualCodebooksStage } from "./stages/dual.ts";
import { encoderStage } from "./stages/encoder.ts";
import { pixelCodebookStage } from "./stages/pixel.ts";
import { pixelDecoderStage, semanticCodebookStage } from "./stages/semantic.ts";

export interface TokenizerBudgets {
  readonly encoder: Budget;
  readonly quantizer: Budget;
  readonly pixels: Budget;
}

/** How long each part learns, by preset. */
export const TOKENIZER_BUDGETS: Readonly<Record<"nano" | "small" | "base", TokenizerBudgets>> = {
  nano: {
    encoder: { steps: 250, batchSize: 64, peakRate: 2e-3 },
    quantizer: { steps: 200, batchSize: 64, peakRate: 2e-3 },
    pixels: { steps: 300, batchSize: 64, peakRate: 2e-3 },
  },
  small: {
    encoder: { steps: 600, batchSize: 64, peakRate: 2e-3 },
    quantizer: { steps: 800, batchSize: 64, peakRate: 2e-3 },
    pixels: { steps: 3000, batchSize: 64, peakRate: 2e-3 },
  },
  base: {
    encoder: { steps: 3000, batchSize: 256, peakRate: 1e-3 },
    quantizer: { steps: 3000, batchSize: 256, peakRate: 1e-3 },
    pixels: { steps: 10_000, batchSize: 256, peakRate: 1e-3 },
  },
};

/**
 * The parts of a tokenizer, in order. They begin with the semantic encoder: a tokenizer of pixels
 * too needs it, unless it compares pictures by nothing but their pixels.
 */
export function tokenizerStages(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  text: TextTokenizer,
  budgets: TokenizerBudgets,
): Stage[] {
  const { config } = tokenizer;
  const encoder = encoderStage(tokenizer, scenes, text, budgets.encoder);
  switch (config.kind) {
    case "semantic":
      return [
        encoder,
        semanticCodebookStage(tokenizer, scenes, budgets.quantizer),
        pixelDecoderStage(tokenizer, scenes, budgets.pixels),
      ];
    case "pixel": {
      const codebook = pixelCodebookStage(tokenizer, scenes, budgets.pixels);
      return perceptualWeight(config) === 0 ? [codebook] : [encoder, codebook];
    }
    case "dual":
      return [encoder, dualCodebooksStage(tokenizer, scenes, budgets.pixels)];
  }
}
