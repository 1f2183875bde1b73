/** How an arm of `deno task dreamllm` is trained and measured, in a folder. */
import {
  emojiDocuments,
  evaluateDistances,
  Random,
  type RecipeModel,
  type StagePlan,
} from "../mod.ts";
import { unifiedStages } from "../lib/unified/mod.ts";
import { alignedModel } from "./dreamllm_alignment.ts";
import type { Arm } from "./dreamllm_arms.ts";
import { type DreamResult, Measured } from "./dreamllm_results.ts";
import { measure } from "./study_measures.ts";
import { initialModel, learnedParameters, stagesOf } from "./study_models.ts";
import { mixtureOf, totalOf } from "./study_samples.ts";
import {
  begunPlans,
  finish,
  folderOf,
  openTraining,
  type Setting,
  tuningPlan,
} from "./study_setting.ts";

/** Trains an arm from nothing but what sees pictures, saves its model, and measures it. */
export async function runArm(arm: Arm, setting: Setting): Promise<Omit<DreamResult, "commit">> {
  const { name, samples, recipe, queries, aligned } = arm;
  using owned = new DisposableStack();
  const model = await initialModel(recipe, setting, owned, { queries });
  using training = await openTraining(name, model.store, setting);
  const plan = tuningPlan(mixtureOf(samples), totalOf(samples), setting);
  await finish(training, stagesOfArm(arm, model, [...begunPlans(recipe, setting), plan], setting));
  await model.save(`${setting.directory}/${folderOf(name)}`);
  const { samples: seen, seconds } = training.stages.at(-1)!;
  return {
    name,
    recipe,
    queries,
    aligned,
    samples: { ...samples },
    steps: plan.budget.steps,
    seconds: Math.round(seconds),
    samplesPerSecond: Math.round(seen / seconds),
    parameters: learnedParameters(model),
    ...await training.once("measured", Measured, async () => ({
      ...await measure(model, samples, setting),
      distances: await measureDistances(model, setting),
    })),
  };
}

function stagesOfArm(
  { aligned }: Arm,
  model: RecipeModel,
  plans: readonly StagePlan[],
  setting: Setting,
) {
  const stages = stagesOf(model, plans, setting);
  if (!aligned || model.recipe !== "dreamllm") return stages;
  const { device, store, seed, lastStage: { rates } } = model;
  const unified = alignedModel(model);
  // The stages before are DreamLLM's own.
  const [plan] = plans.slice(-1);
  return [
    ...stages.slice(0, -1),
    ...unifiedStages({ device, store, seed, unified }, emojiDocuments(setting.scenes), [
      { ...plan, rates: plan.rates ?? rates },
    ]),
  ];
}

/** How far drawings are from true pictures of the same captions, as a set. */
async function measureDistances(
  model: RecipeModel,
  { scenes, sizes, seed }: Setting,
): Promise<Measured["distances"]> {
  const random = new Random(seed, "captions to draw");
  const all = Array.from({ length: 2 * sizes.distances }, () => scenes.caption(random));
  const [asked, others] = [all.slice(0, sizes.distances), all.slice(sizes.distances)];
  const drawn = await model.drawAll(asked.map(({ caption }) => caption), { seed });
  const from = (pictures: typeof asked) => pictures.map(({ picture }) => picture);
  return {
    drawn: await evaluateDistances(
      model.tokenizer,
      drawn.map(({ picture }) => picture),
      from(others),
    ),
    true: await evaluateDistances(model.tokenizer, from(asked), from(others)),
  };
}
