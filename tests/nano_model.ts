/** A unified model of the sizes of `nano`, over as many words as are asked for, for graphs alone. */
import { illumeModalities, LANGUAGE_MODEL_PRESETS } from "../lib/recipes/illume.ts";
import type { UnifiedModel } from "../lib/unified/mod.ts";
import type { TokenizerConfig } from "../lib/vision/mod.ts";

export function nanoModel(tokenizer: TokenizerConfig, words: number): UnifiedModel {
  const sizes = LANGUAGE_MODEL_PRESETS.nano;
  return illumeModalities({
    tokenizer,
    text: { size: words, tokenId: () => 0, encode: () => [], decode: () => "" },
    config: {
      ...sizes,
      keyValueHeads: sizes.heads,
      queryKeyNorm: true,
      tokenShift: true,
      places: tokenizer.grid ** 2,
    },
    encode: () => Promise.resolve([]),
  });
}
