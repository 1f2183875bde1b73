/** A whole DreamLLM of random weights for the nano world, small enough to train a step in a moment. */
import { emojiLanguage } from "../lib/worlds/emoji/language.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";
import { DreamLLM } from "../lib/recipes/mod.ts";
import type { StateStore } from "../lib/runtime/mod.ts";
import type { TextTokenizer } from "../lib/text/mod.ts";
import { LatentDecoder, type LatentDecoderConfig } from "../lib/vision/mod.ts";
import { TINY_TOKENIZER } from "./tiny_illume.ts";

const CONFIG: LatentDecoderConfig = {
  tokenizer: TINY_TOKENIZER,
  conditions: 3,
  conditionSize: 8,
  hiddenSize: 16,
  heads: 2,
  layers: 1,
};

/** A model whose parameters live in the store. */
export function tinyDreamLLM(store: StateStore, text: TextTokenizer, seed = 0): DreamLLM {
  const { device } = store;
  const decoder = new LatentDecoder({ device, store, config: CONFIG, seed });
  const queries = 4;
  const language = emojiLanguage(worldOf("nano"));
  const { unified: { config }, longestText } = DreamLLM.init({ decoder, queries, text, language });
  const sizes = { hiddenSize: 32, layers: 2, intermediateSize: 48 };
  return new DreamLLM({
    decoder,
    queries,
    text,
    language,
    config: { ...config, ...sizes },
    seed,
    longestText,
  });
}
