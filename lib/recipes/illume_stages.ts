/**
 * How ILLUME learns (arXiv 2412.06673, section 3.3), as data: what each stage trains, on which
 * mixture of tasks, for how long and how fast.
 */
import type { EmojiScenes } from "../worlds/emoji/emoji_scenes.ts";
import type { World } from "../worlds/emoji/world.ts";
import type { Precision } from "../graph/mod.ts";
import { type Budget, muon, type Rates, type Stage, trainingStage } from "../optim/mod.ts";
import type { Scope } from "../nn/mod.ts";
import { checkNumber } from "../runtime/mod.ts";
import { ADAPTER, nextTokenLosses, VISION_EMBEDDINGS, VISION_HEAD } from "../unified/mod.ts";
import type { Illume } from "./illume.ts";
import { MixedBatches, pick, type Weighted } from "./mixed_batches.ts";
import { type TaskName, tasksOf } from "./tasks.ts";

export type { Weighted };

export interface StagePlan {
  readonly name: string;
  /** Default: all of the language model at the peak rate; the vision tokenizer stays as it is. */
  readonly rates?: Rates;
  /** How often each task comes up. */
  readonly mixture: { readonly [task in TaskName]?: number };
  readonly budget: Budget;
  /** In how many parts a batch is computed, to need the memory of one; a whole one unless told. */
  readonly accumulate?: number;
  /** Keeps only what enters each block, and computes the rest again for the gradient. */
  readonly recompute?: boolean;
  /** float32 unless told. */
  readonly precision?: Precision;
}

/** The codebook, which the language model shares with the vision tokenizer, is the tokenizer's. */
const LEARNING: Rates = { "": 1, "quantizer.": 0 };

/**
 * The paper starts from a trained language model; here a stage of plain text stands in for it, since
 * without it the first stage would fit an adapter to a random network.
 */
function stagesOf(budgets: {
  readonly language: Budget;
  readonly embedding: Budget;
  readonly alignment: Budget;
  readonly fineTuning: Budget;
}): StagePlan[] {
  return [
    { name: "language", mixture: { text: 1 }, budget: budgets.language },
    {
      name: "visual embedding initialization",
      rates: { "": 0, [ADAPTER]: 1, [VISION_EMBEDDINGS]: 1, [VISION_HEAD]: 1 },
      mixture: { reconstruct: 1, describe: 1 },
      budget: budgets.embedding,
    },
    {
      name: "image-text alignment",
      mixture: { describe: 1, draw: 3, question: 1, detail: 1 },
      budget: budgets.alignment,
    },
    {
      name: "fine-tuning",
      mixture: { draw: 6, question: 2, detail: 2, describe: 1, edit: 2, reconstruct: 1 },
      budget: budgets.fineTuning,
    },
  ];
}

/** The stages of a preset. */
export const ILLUME_STAGES: Readonly<Record<World["preset"], readonly StagePlan[]>> = {
  nano: stagesOf({
    language: { steps: 200, batchSize: 32, peakRate: 3e-3 },
    embedding: { steps: 150, batchSize: 32, peakRate: 3e-3 },
    alignment: { steps: 1900, batchSize: 32, peakRate: 2.5e-3 },
    fineTuning: { steps: 800, batchSize: 32, peakRate: 2e-3 },
  }),
  small: stagesOf({
    language: { steps: 300, batchSize: 32, peakRate: 2e-3 },
    embedding: { steps: 150, batchSize: 32, peakRate: 2e-3 },
    alignment: { steps: 6000, batchSize: 32, peakRate: 2e-3 },
    fineTuning: { steps: 2200, batchSize: 32, peakRate: 1.5e-3 },
  }),
  base: stagesOf({
    language: { steps: 1000, batchSize: 128, peakRate: 1e-3 },
    embedding: { steps: 500, batchSize: 128, peakRate: 1e-3 },
    alignment: { steps: 20_000, batchSize: 128, peakRate: 1e-3 },
    fineTuning: { steps: 6000, batchSize: 128, peakRate: 5e-4 },
  }),
};

/** The stages of a model's preset, ready to run, over a data set. */
export function illumeStages(
  model: Illume,
  scenes: EmojiScenes,
  plans: readonly StagePlan[] = ILLUME_STAGES[model.world.preset],
): Stage[] {
  const tasks = tasksOf(scenes);
  return plans.map((plan) => {
    const mixture = Object.entries(plan.mixture).map(([name, weight]) => ({
      task: tasks[name as TaskName],
      weight,
    }));
    return unifiedStage(model, plan, mixture);
  });
}

/** A stage that trains the language model on a mixture of tasks. */
export function unifiedStage(
  model: Illume,
  plan: Omit<StagePlan, "mixture">,
  mixture: readonly Weighted[],
): Stage {
  const { name, budget, rates = LEARNING, accumulate: parts = 1, recompute, precision } = plan;
  const weights = mixture.map(({ weight }) => weight);
  for (const weight of weights) checkNumber(`weight in stage "${name}"`, weight, { min: 0 });
  const total = weights.reduce((a, b) => a + b, 0);
  checkNumber(`sum of weights in stage "${name}"`, total, { above: 0 });
  const bySize = new Map(
    [...Map.groupBy(mixture, ({ task }) => task.size)]
      .map(([size, own]) => [size, new MixedBatches(model, own, name)]),
  );
  const graphs = [...bySize].map(([size, batches]) => [size, {
    losses: (scope: Scope, rows: number) =>
      nextTokenLosses(scope, model.config, batches.shape(rows), { recompute }),
  }]);
  return trainingStage(model, name, budget, {
    graphs: Object.fromEntries(graphs),
    rates,
    parts,
    precision,
    optimizer: muon(),
    async batch({ count, shared: random }) {
      const { size } = pick(mixture, random).task;
      const batches = bySize.get(size)!;
      return { graph: size, ...await batches.draw(batches.shape(count / parts), parts, random) };
    },
  });
}
