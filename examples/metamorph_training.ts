/** How an arm of `deno task metamorph` is trained and measured: from where the arms part, in a folder. */
import { Illume, MetaMorph } from "../mod.ts";
import type { Arm } from "./metamorph_arms.ts";
import type { ArmResult } from "./metamorph_results.ts";
import { measure } from "./study_measures.ts";
import { learnedParameters, stagesOf } from "./study_models.ts";
import { Measured } from "./study_results.ts";
import { mixtureOf, totalOf } from "./study_samples.ts";
import { finish, folderOf, openTraining, type Setting, tuningPlan } from "./study_setting.ts";

/**
 * Trains an arm, saves its model, and measures it; a run that was stopped goes on.
 *
 * @param from the folder of the recipe's model where the arms part
 */
export async function runArm(
  arm: Arm,
  from: string,
  setting: Setting,
): Promise<Omit<ArmResult, "commit">> {
  const { name, samples, recipe, loss } = arm;
  using model = await opened(arm, from, setting);
  using training = await openTraining(name, model.store, setting);
  const plan = tuningPlan(mixtureOf(samples), totalOf(samples), setting);
  await finish(training, stagesOf(model, [plan], setting));
  await model.save(`${setting.directory}/${folderOf(name)}`);
  const [{ samples: seen, seconds }] = training.stages;
  return {
    name,
    recipe,
    loss,
    samples: { ...samples },
    steps: plan.budget.steps,
    seconds: Math.round(seconds),
    samplesPerSecond: Math.round(seen / seconds),
    parameters: learnedParameters(model),
    ...await training.once("measured", Measured, () => measure(model, samples, setting)),
  };
}

/** The model in a folder, with the loss of an arm. */
async function opened({ recipe, loss }: Arm, from: string, { device }: Setting) {
  if (recipe === "illume") return await Illume.load(from, { device });
  const model = await MetaMorph.load(from, { device });
  const { visualizer, text, language, seed, longestText, unified: { config } } = model;
  const parts = { visualizer, text, language, seed, longestText, config };
  return new MetaMorph({ ...parts, loss, owned: model });
}
