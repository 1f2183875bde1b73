/** Tokenizers by size, and how long each learns. */
import type { Budget } from "../optim/mod.ts";
import type { TokenizerConfig } from "./config.ts";

/** The size of a model: minutes on two cores, hours on two cores, or a GPU's work. */
export type Preset = "nano" | "small" | "base";

export const TOKENIZER_PRESETS = {
  nano: {
    kind: "semantic",
    pictureSize: 64,
    grid: 4,
    featureSize: 128,
    encoderLayers: 3,
    textLayers: 1,
    heads: 4,
    quantizer: { kind: "vector", codes: 448, codeSize: 32 },
    featureDecoderLayers: 2,
    pixelDecoderLayers: 2,
  },
  small: {
    kind: "semantic",
    pictureSize: 64,
    grid: 4,
    featureSize: 192,
    encoderLayers: 4,
    textLayers: 2,
    heads: 6,
    quantizer: { kind: "vector", codes: 2048, codeSize: 32 },
    featureDecoderLayers: 2,
    pixelDecoderLayers: 3,
  },
  base: {
    kind: "semantic",
    pictureSize: 64,
    grid: 4,
    featureSize: 384,
    encoderLayers: 6,
    textLayers: 4,
    heads: 6,
    quantizer: { kind: "vector", codes: 4096, codeSize: 32 },
    featureDecoderLayers: 4,
    pixelDecoderLayers: 4,
  },
} as const satisfies Readonly<Record<Preset, TokenizerConfig>>;

/** How long each part learns. */
export interface TokenizerBudgets {
  readonly encoder: Budget;
  readonly quantizer: Budget;
  readonly pixels: Budget;
}

/** How long the parts of each size learn. */
export const TOKENIZER_BUDGETS: Readonly<Record<Preset, TokenizerBudgets>> = {
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
