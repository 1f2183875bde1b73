/** A visualizer of random weights, small enough to draw in a moment. */
import { type Picture, pictureOf } from "../lib/data/picture.ts";
import { Random, type StateStore } from "../lib/runtime/mod.ts";
import { type TokenizerConfig, Visualizer, type VisualizerConfig } from "../lib/vision/mod.ts";

const TOKENIZER: TokenizerConfig = {
  kind: "semantic",
  pictureSize: 16,
  grid: 4,
  featureSize: 8,
  encoderLayers: 1,
  textLayers: 1,
  heads: 2,
  quantizer: { kind: "vector", codes: 32, codeSize: 4 },
  featureDecoderLayers: 1,
  pixelDecoderLayers: 1,
};

/** The configuration, with another tokenizer. */
export function visualizerConfig(tokenizer: Partial<TokenizerConfig> = {}): VisualizerConfig {
  return {
    tokenizer: { ...TOKENIZER, ...tokenizer },
    tokens: 3,
    tokenSize: 6,
    hiddenSize: 16,
    heads: 2,
    tokenLayers: 1,
    textLayers: 1,
    decoderLayers: 1,
  };
}

/** A visualizer whose parameters live in the store. */
export function tinyVisualizer(store: StateStore, config = visualizerConfig()): Visualizer {
  return new Visualizer({ device: store.device, store, config, seed: 0 });
}

/** A picture of 16 × 16 random colors, each a square of `times × times` pixels. */
export function coloredPicture(seed: number, times = 1): Picture {
  const size = TOKENIZER.pictureSize;
  const random = new Random(seed, "pixels");
  const small = Uint8Array.from({ length: 3 * size ** 2 }, () => random.integer(256));
  const width = times * size;
  const data = Uint8Array.from({ length: 3 * width ** 2 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return small[3 * (Math.floor(y / times) * size + Math.floor(x / times)) + i % 3];
  });
  return pictureOf({ width, height: width, data });
}
