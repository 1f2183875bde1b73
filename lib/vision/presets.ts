/** Tokenizers by size, and how long each learns. */
import type { Budget } from "../optim/mod.ts";
import type { TokenizerConfig } from "./config.ts";
import type { VisualizerBudgets } from "./stages/visualizer.ts";
import type { VisualizerConfig } from "./visualizer.ts";

/** The size of a model: minutes on two cores, hours on two cores, or a GPU's work. */
export type Preset = "nano" | "small" | "base";

/** Tokenizers by size; all are semantic. */
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
  /** What makes features of pictures. */
  readonly encoder: Budget;
  /** What makes codes of features, and features of codes. */
  readonly quantizer: Budget;
  /** What makes pixels of codes. */
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

/** Visualizers by size, each on the tokenizer of its size. */
export const VISUALIZER_PRESETS = {
  nano: {
    tokens: 8,
    tokenSize: 32,
    hiddenSize: 128,
    heads: 4,
    tokenLayers: 2,
    textLayers: 1,
    decoderLayers: 4,
  },
  small: {
    tokens: 16,
    tokenSize: 64,
    hiddenSize: 192,
    heads: 6,
    tokenLayers: 4,
    textLayers: 3,
    decoderLayers: 6,
  },
  base: {
    tokens: 16,
    tokenSize: 128,
    hiddenSize: 384,
    heads: 6,
    tokenLayers: 6,
    textLayers: 4,
    decoderLayers: 12,
  },
} as const satisfies Readonly<Record<Preset, Omit<VisualizerConfig, "tokenizer">>>;

/** How long the parts of each size learn. */
export const VISUALIZER_BUDGETS: Readonly<Record<Preset, VisualizerBudgets>> = {
  nano: {
    tokens: { steps: 500, batchSize: 64, peakRate: 2.5e-3 },
    decoder: { steps: 4000, batchSize: 32, peakRate: 2.5e-3 },
  },
  small: {
    tokens: { steps: 3000, batchSize: 64, peakRate: 2e-3 },
    decoder: { steps: 8000, batchSize: 64, peakRate: 2e-3 },
  },
  base: {
    tokens: { steps: 10_000, batchSize: 256, peakRate: 1e-3 },
    decoder: { steps: 40_000, batchSize: 256, peakRate: 1e-3 },
  },
};
