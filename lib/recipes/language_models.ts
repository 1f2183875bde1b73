/** The language models of all recipes, by size: alike, so that recipes can be compared. */
import type { LanguageModelConfig } from "../unified/mod.ts";
import type { Preset } from "../vision/mod.ts";

/** The sizes of a model: minutes on two cores, hours on two cores, or a GPU's work. */
export const LANGUAGE_MODEL_PRESETS = {
  nano: { hiddenSize: 128, layers: 4, heads: 4, intermediateSize: 256 },
  small: { hiddenSize: 256, layers: 6, heads: 8, intermediateSize: 512 },
  base: { hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 2048 },
} as const satisfies Readonly<Record<Preset, object>>;

/**
 * @param grid rows, and columns, of a picture
 * @param further places that are none of these
 */
export function languageModelOf(preset: Preset, grid: number, further = 0): LanguageModelConfig {
  const sizes = LANGUAGE_MODEL_PRESETS[preset];
  const places = grid ** 2 + further;
  return {
    ...sizes,
    keyValueHeads: sizes.heads,
    queryKeyNorm: true,
    tokenShift: true,
    places,
    grid,
  };
}
