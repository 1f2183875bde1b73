/** A whole MetaMorph of random weights for the nano world, small enough to train a step in a moment. */
import { emojiLanguage } from "../lib/worlds/emoji/language.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";
import { MetaMorph } from "../lib/recipes/mod.ts";
import type { StateStore } from "../lib/runtime/mod.ts";
import type { TextTokenizer } from "../lib/text/mod.ts";
import { Visualizer, type VisualizerConfig } from "../lib/vision/mod.ts";
import { TINY_TOKENIZER } from "./tiny_illume.ts";

const CONFIG: VisualizerConfig = {
  tokenizer: TINY_TOKENIZER,
  tokens: 3,
  tokenSize: 8,
  hiddenSize: 16,
  heads: 2,
  tokenLayers: 1,
  textLayers: 1,
  decoderLayers: 1,
};

/** A model whose parameters live in the store. */
export function tinyMetaMorph(
  store: StateStore,
  text: TextTokenizer,
  seed = 0,
  loss: MetaMorph["loss"] = "cosine",
): MetaMorph {
  const { device } = store;
  const visualizer = new Visualizer({ device, store, config: CONFIG, seed });
  const language = emojiLanguage(worldOf("nano"));
  const { unified: { config }, longestText } = MetaMorph.init({ visualizer, text, language });
  const sizes = { hiddenSize: 32, layers: 2, intermediateSize: 48 };
  return new MetaMorph({
    visualizer,
    text,
    language,
    config: { ...config, ...sizes },
    seed,
    longestText,
    loss,
  });
}
