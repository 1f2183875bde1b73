/** A unified model of the sizes of `nano`, over as many words as are asked for, for graphs alone. */
import { illumeModalities } from "../lib/recipes/illume.ts";
import { languageModelOf } from "../lib/recipes/language_models.ts";
import type { UnifiedModel } from "../lib/unified/mod.ts";
import type { TokenizerConfig } from "../lib/vision/mod.ts";

export function nanoModel(tokenizer: TokenizerConfig, words: number): UnifiedModel {
  return illumeModalities({
    tokenizer,
    text: { size: words, tokenId: () => 0, encode: () => [], decode: () => "" },
    config: languageModelOf("nano", tokenizer.grid),
    encode: () => Promise.resolve([]),
  });
}
