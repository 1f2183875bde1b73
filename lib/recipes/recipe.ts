/** What a training needs to know of a recipe: how long everything learns, and from what it begins. */
import type { DataSet } from "../data/data_set.ts";
import type { Document } from "../data/document.ts";
import { type Budget, shortened, type Stage } from "../optim/mod.ts";
import type { StateStore } from "../runtime/mod.ts";
import type { Language } from "../text/language.ts";
import type { TextTokenizer } from "../text/mod.ts";
import type { StagePlan } from "../unified/mod.ts";
import type {
  CaptionedView,
  Preset,
  TokenizerBudgets,
  TokenizerConfig,
  TokenizerSources,
  VisualizerBudgets,
} from "../vision/mod.ts";
import type { RecipeName } from "./model_files.ts";

/** How long everything learns, and what the language model learns. */
export interface RecipePlan {
  /** How long the tokenizer learns. */
  readonly tokenizer: TokenizerBudgets;
  /** Of all but ILLUME. */
  readonly visualizer: VisualizerBudgets;
  /** What the language model learns, in order. */
  readonly stages: readonly StagePlan[];
}

/** What a model is begun with. */
export interface RecipeParts {
  /** Where all parameters live; the model runs on its device. */
  readonly store: StateStore;
  /** What makes features and codes of pictures, and pictures of codes. */
  readonly tokenizer: TokenizerConfig;
  /** The size of all else. */
  readonly preset: Preset;
  /** Of the initial weights and of the order of samples. */
  readonly seed: number;
  /** What makes tokens of text. */
  readonly text: TextTokenizer;
  /** What the model may be told and asked. */
  readonly language: Language;
  /** Tokens of text in a question, and in an answer, at most; default 32. */
  readonly longestText?: number;
  /** What is learned from. */
  readonly sources: RecipeSources;
  /** How long all of it learns. */
  readonly plan: RecipePlan;
}

/** What is learned from. */
export interface RecipeSources {
  /** Of the tokenizer. */
  readonly tokenizer: TokenizerSources;
  /** Of all but ILLUME. */
  readonly visualizer: DataSet<CaptionedView>;
  /** By the names that the plan's stages mix. */
  readonly documents: Readonly<Record<string, DataSet<Document>>>;
}

/** A model that has learned nothing yet, and its stages in order. */
export interface Begun<M> {
  /** The model itself. */
  readonly model: M;
  /** Of what sees and draws pictures. */
  readonly vision: readonly Stage[];
  /** Of the language model, before it learns to draw captions. */
  readonly early: readonly Stage[];
  /** Of all that it then learns. */
  readonly multimodal: readonly Stage[];
}

/** How a model is built and taught. */
export interface Recipe<M> {
  /** By which `loadModel` and commands know it. */
  readonly name: RecipeName;
  /** What it is called in print. */
  readonly title: string;
  /** How long a model of each size learns in the emoji's world. */
  readonly plans: Readonly<Record<Preset, RecipePlan>>;
  /** A model that has learned nothing yet, and the stages that teach it. */
  begin(parts: RecipeParts): Begun<M>;
}

/**
 * A plan with a share of each budget's steps, at least one.
 *
 * @example
 * ```ts
 * import { RECIPES, shortenedPlan } from "./mod.ts";
 *
 * const { tokenizer, stages } = shortenedPlan(RECIPES.illume.plans.nano, 1e-9);
 * const budgets = [tokenizer.encoder, ...stages.map(({ budget }) => budget)];
 * const steps = budgets.map(({ steps }) => steps);
 * if (steps.some((count) => count !== 1)) throw new Error(`${steps}`);
 * ```
 */
export function shortenedPlan(
  { tokenizer, visualizer, stages }: RecipePlan,
  share: number,
): RecipePlan {
  const cut = (budget: Budget) => shortened(budget, share);
  return {
    tokenizer: {
      encoder: cut(tokenizer.encoder),
      quantizer: cut(tokenizer.quantizer),
      pixels: cut(tokenizer.pixels),
    },
    visualizer: { tokens: cut(visualizer.tokens), decoder: cut(visualizer.decoder) },
    stages: stages.map((stage) => ({ ...stage, budget: cut(stage.budget) })),
  };
}

/** A recipe's stages, parted where drawing captions begins. */
export function partedStages(stages: readonly Stage[], plans: readonly StagePlan[]) {
  const first = plans.findIndex(({ mixture }) => (mixture.draw ?? 0) > 0);
  const at = first < 0 ? plans.length : first;
  return { early: stages.slice(0, at), multimodal: stages.slice(at) };
}
