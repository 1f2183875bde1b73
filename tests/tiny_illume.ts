/** A whole ILLUME of random weights for the nano world, small enough to train a step in a moment. */
import { emojiLanguage } from "../lib/worlds/emoji/language.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";
import { Illume } from "../lib/recipes/mod.ts";
import type { StateStore } from "../lib/runtime/mod.ts";
import type { TextTokenizer } from "../lib/text/mod.ts";
import { PictureTokenizer, type TokenizerConfig } from "../lib/vision/mod.ts";

export const TINY_TOKENIZER: TokenizerConfig = {
  kind: "semantic",
  pictureSize: 64,
  grid: 4,
  featureSize: 8,
  encoderLayers: 1,
  textLayers: 1,
  heads: 2,
  quantizer: { kind: "vector", codes: 64, codeSize: 4 },
  featureDecoderLayers: 1,
  pixelDecoderLayers: 1,
};

/** A model whose parameters live in the store. */
export function tinyIllume(store: StateStore, text: TextTokenizer, seed = 0): Illume {
  const { device } = store;
  const world = worldOf("nano");
  const tokenizer = new PictureTokenizer({ device, store, config: TINY_TOKENIZER, seed });
  const language = emojiLanguage(world);
  const { unified: { config }, longestText } = Illume.init({ tokenizer, text, language });
  const sizes = { hiddenSize: 32, layers: 2, intermediateSize: 48 };
  return new Illume({
    tokenizer,
    text,
    language,
    config: { ...config, ...sizes },
    seed,
    longestText,
  });
}
