/** What a model of any recipe works with: it reads people's words, answers, samples and paints. */
import type { Language } from "../text/language.ts";
import type { Asked, Inference } from "../unified/mod.ts";
import type { Drawn } from "./drawn.ts";

/** How something is sampled. What is left out is the recipe's default. */
export interface SamplingOptions {
  /** Default 0. */
  readonly seed?: number;
  /** How strongly the caption counts; 1 is no guidance. Default 1.25 of ILLUME, 1.5 of others. */
  readonly guidance?: number;
  /** Lower is surer, higher more varied. Default 0.3 of ILLUME, 0.35 of others. */
  readonly temperature?: number;
  /** How many of the likeliest tokens are sampled from; of what is told, and of ILLUME. Default 64. */
  readonly topK?: number;
}

/** What is to be drawn, and the same questions without what they ask for. */
export interface DrawingPrompts {
  readonly asked: Asked;
  readonly unconditional: Asked;
  /** What the answers begin with; nothing where absent. */
  readonly begun?: Asked;
}

export interface Hands<D extends Drawn> {
  readonly inference: Inference;
  readonly language: Language;
  /** Samples what is asked for, as `inference.draw` gives it. What nobody says of how is the recipe's. */
  readonly sample: (
    inference: Inference,
    prompts: DrawingPrompts,
    options: SamplingOptions,
  ) => Promise<unknown[]>;
  /** Pictures of what was sampled. */
  readonly paint: (contents: readonly unknown[], options: SamplingOptions) => Promise<D[]>;
}
