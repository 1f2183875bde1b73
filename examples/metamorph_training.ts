/** How an arm of `deno task metamorph` is trained and measured: from where the arms part, in a folder. */
import { Illume, MetaMorph } from "../mod.ts";
import { tokenizerParameters, visualizerParameters } from "../lib/vision/mod.ts";
import { type Arm, mixtureOf, type Studied, totalOf } from "./metamorph_arms.ts";
import { measure } from "./metamorph_measures.ts";
import { type ArmResult, Measured } from "./metamorph_results.ts";
import { finish, folderOf, openTraining, type Setting, tuningPlan } from "./metamorph_setting.ts";
import { stagesOf } from "./metamorph_shared.ts";

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

/** The parameters of a model that are not of what it sees and draws with. */
function learnedParameters(model: Studied): number {
  const frozen = model.recipe === "illume"
    ? tokenizerParameters(model.tokenizer.config)
    : visualizerParameters(model.visualizer.config);
  const names = new Set(frozen.map(({ name }) => name));
  return model.store.keptNames().filter((name) => !names.has(name))
    .map((name) => model.store.get(name).type.shape.reduce((a, b) => a * b, 1))
    .reduce((a, b) => a + b, 0);
}
