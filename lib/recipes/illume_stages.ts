/**
 * How ILLUME learns (arXiv 2412.06673, section 3.3), as data: what each stage trains, on which
 * mixture of tasks, for how long and how fast.
 */
import type { EmojiScenes } from "../worlds/emoji/emoji_scenes.ts";
import type { World } from "../worlds/emoji/world.ts";
import type { Precision } from "../graph/mod.ts";
import {
  type Budget,
  checkBudget,
  checkFits,
  forgetOptimizer,
  muon,
  shownStage,
  type Stage,
  trainingLoop,
  TrainStep,
} from "../optim/mod.ts";
import type { Scope } from "../nn/mod.ts";
import { checkNumber, Random } from "../runtime/mod.ts";
import { ADAPTER, nextTokenLosses, VISION_EMBEDDINGS, VISION_HEAD } from "../unified/mod.ts";
import type { Illume } from "./illume.ts";
import { MixedBatches, pick, type Weighted } from "./mixed_batches.ts";
import { type Size, type TaskName, tasksOf } from "./tasks.ts";

export type { Weighted };

export interface StagePlan {
  readonly name: string;
  /** Beginnings of the names of the parameters that learn; absent, all of the language model. */
  readonly learns?: readonly string[];
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
      learns: [ADAPTER, VISION_EMBEDDINGS, VISION_HEAD],
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
  const { device, store, seed } = model;
  checkBudget(plan.budget, plan.name);
  const weights = mixture.map(({ weight }) => weight);
  for (const weight of weights) checkNumber(`weight in stage "${plan.name}"`, weight, { min: 0 });
  const total = weights.reduce((a, b) => a + b, 0);
  checkNumber(`sum of weights in stage "${plan.name}"`, total, { above: 0 });
  const { steps, batchSize, peakRate } = plan.budget;
  const { accumulate: parts = 1, recompute, precision } = plan;
  if (!Number.isInteger(batchSize / parts) || parts < 1) {
    throw new RangeError(
      `Expected the batch of ${batchSize} of stage "${plan.name}" to come in equal parts, ` +
        `but found ${parts} parts`,
    );
  }
  const bySize = new Map(
    [...Map.groupBy(mixture, ({ task }) => task.size)]
      .map(([size, own]) => [size, new MixedBatches(model, own, plan.name)]),
  );
  const shapeOf = (size: Size, batch: number) => bySize.get(size)!.shape(Math.ceil(batch / parts));
  const step = (size: Size, batch: number) => ({
    losses: (scope: Scope) => {
      return nextTokenLosses(scope, model.config, shapeOf(size, batch), { recompute });
    },
    accumulate: parts > 1,
    precision,
    rateOf: (name: string) => learns(plan, name) ? 1 : 0,
    optimizer: muon(),
  });
  const memory = (batch = batchSize) =>
    [...bySize.keys()].map((size) => TrainStep.memory(step(size, batch)))
      .reduce((most, next) => next.total > most.total ? next : most);
  return shownStage({
    name: plan.name,
    steps,
    batchSize,
    memory,
    async *run({ done = 0, signal } = {}) {
      checkFits({ name: plan.name, batchSize, memory }, device);
      if (done === 0) forgetOptimizer(store);
      using compiled = new DisposableStack();
      const trainSteps = new Map<Size, TrainStep>();
      for (const size of bySize.keys()) {
        const trainStep = await TrainStep.compile({
          ...step(size, batchSize),
          device,
          store,
          seed,
        });
        trainSteps.set(size, compiled.use(trainStep));
      }
      yield* trainingLoop({
        stage: plan.name,
        steps,
        batchSize,
        peakRate,
        done,
        signal,
        async batch(step) {
          const random = new Random(seed, plan.name, step);
          const size = pick(mixture, random).task.size;
          const shape = shapeOf(size, batchSize);
          const batch = await bySize.get(size)!.draw(shape, parts, random);
          return { trainStep: trainSteps.get(size)!, ...batch };
        },
      });
      forgetOptimizer(store);
    },
  });
}

/** Whether a parameter learns. The vision tokenizer's never do. */
function learns(plan: Pick<StagePlan, "learns">, parameter: string): boolean {
  if (parameter.startsWith("quantizer.")) return false;
  return plan.learns?.some((start) => parameter.startsWith(start)) ?? true;
}
