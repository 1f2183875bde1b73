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
 *
 * @throws RangeError naming the number of a budget that is not as expected; when a stage runs, also
 * for pictures of another size, captions without words, and where more than a hundredth of the
 * captions are longer than those that were measured
 *
 * @example
 * ```ts
 * import { listed } from "../data/data_set.ts";
 * import { openDevice, StateStore } from "../runtime/mod.ts";
 * import { TextTokenizer } from "../text/mod.ts";
 * import { PictureTokenizer, TOKENIZER_PRESETS, tokenizerStages } from "./mod.ts";
 *
 * const gray = (level: number) => new Uint8Array(64 * 64 * 3).fill(level);
 * const set = listed([
 *   { picture: { width: 64, height: 64, data: gray(0) }, caption: "night" },
 *   { picture: { width: 64, height: 64, data: gray(255) }, caption: "snow" },
 * ]);
 * using device = await openDevice("cpu");
 * using store = new StateStore(device);
 * const config = TOKENIZER_PRESETS.nano;
 * using tokenizer = new PictureTokenizer({ device, store, config });
 * const text = TextTokenizer.train(["night", "snow"], { vocabularySize: 260, specialTokens: [] });
 * const budget = { steps: 2, batchSize: 4, peakRate: 2e-3 };
 * const budgets = { encoder: budget, quantizer: budget, pixels: budget };
 * const sources = { captioned: set, pictures: set };
 * for (const stage of tokenizerStages(tokenizer, sources, text, budgets)) {
 *   for await (const _ of stage.run());
 * }
 * const [{ ids }] = await tokenizer.encode([(await set.at(0)).picture]);
 * if (ids.length !== 4 * 4) throw new Error(`Expected 16 tokens, but found ${ids.length}`);
 * ```
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
