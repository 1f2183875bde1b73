/**
 * How tokenizers are trained, part after part: the semantic encoder against captions; with it
 * frozen, what the kind of tokenizer needs.
 */
import type { Stage } from "../optim/mod.ts";
import type { TextTokenizer } from "../text/mod.ts";
import { perceptualWeight } from "./config.ts";
import type { TokenizerBudgets } from "./presets.ts";
import type { TokenizerSources } from "./sources.ts";
import type { PictureTokenizer } from "./tokenizers/picture_tokenizer.ts";
import { dualCodebooksStage } from "./stages/dual.ts";
import { encoderStage } from "./stages/encoder.ts";
import { pixelCodebookStage } from "./stages/pixel.ts";
import { pixelDecoderStage, semanticCodebookStage } from "./stages/semantic.ts";

/**
 * The parts of a tokenizer, in order. They begin with the semantic encoder: a tokenizer of pixels
 * too needs it, unless it compares pictures by nothing but their pixels.
 */
export function tokenizerStages(
  tokenizer: PictureTokenizer,
  { captioned, pictures }: TokenizerSources,
  text: TextTokenizer,
  budgets: TokenizerBudgets,
): Stage[] {
  const { config } = tokenizer;
  const encoder = encoderStage(tokenizer, captioned, text, budgets.encoder);
  switch (config.kind) {
    case "semantic":
      return [
        encoder,
        semanticCodebookStage(tokenizer, pictures, budgets.quantizer),
        pixelDecoderStage(tokenizer, pictures, budgets.pixels),
      ];
    case "pixel": {
      const codebook = pixelCodebookStage(tokenizer, pictures, budgets.pixels);
      return perceptualWeight(config) === 0 ? [codebook] : [encoder, codebook];
    }
    case "dual":
      return [encoder, dualCodebooksStage(tokenizer, pictures, budgets.pixels)];
  }
}
