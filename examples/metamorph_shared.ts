/**
 * What the arms of a seed share in `deno task metamorph`: tokenizer and visualizer, trained once and
 * frozen, and of each recipe a language model after its first two stages.
 */
import {
  evaluateDistances,
  evaluateVisualizer,
  StateStore,
  tokenizerSources,
  tokenizerStages,
  trainTextTokenizer,
  unseenPictures,
  Visualizer,
  visualizerSource,
  visualizerStages,
} from "../mod.ts";
import type { Studied } from "./metamorph_arms.ts";
import { visionPlan, VISUALIZER } from "./metamorph_setting.ts";
import { initialModel, stagesOf } from "./study_models.ts";
import { VisionResult } from "./study_results.ts";
import { begunPlans, finish, openTraining, type Setting } from "./study_setting.ts";

/** Trains tokenizer and visualizer, saves both, and says what they are worth. */
export async function trainVision(setting: Setting): Promise<VisionResult> {
  const { device, seed, scenes, directory } = setting;
  using store = new StateStore(device);
  using visualizer = new Visualizer({ device, store, config: VISUALIZER, seed });
  using training = await openTraining("vision", store, setting);
  const text = trainTextTokenizer(scenes);
  const { tokenizer, visualizer: budgets } = visionPlan(setting);
  await finish(training, [
    ...tokenizerStages(visualizer.tokenizer, tokenizerSources(scenes), text, tokenizer),
    ...visualizerStages(visualizer, visualizerSource(scenes), text, budgets),
  ]);
  await visualizer.save(`${directory}/visualizer`);
  await visualizer.tokenizer.save(`${directory}/tokenizer`);
  const seconds = Math.round(training.stages.reduce((sum, { seconds }) => sum + seconds, 0));
  return await training.once("measured", VisionResult, async () => {
    return { ...await measureVision(visualizer, setting), seconds };
  });
}

/** GenEval of what is drawn of true visual tokens, and how far that is from true pictures as a set. */
async function measureVision(
  visualizer: Visualizer,
  { scenes, parser, captions, sizes, seed }: Setting,
): Promise<Omit<VisionResult, "seconds">> {
  const { tokenizer } = visualizer;
  const { drawn, ceilings } = await evaluateVisualizer(visualizer, scenes, parser, captions, {
    seed,
  });
  const all = unseenPictures(scenes, { pictures: 2 * sizes.distances, seed });
  const [truth, others] = [all.slice(0, sizes.distances), all.slice(sizes.distances)];
  const codes = (await tokenizer.encode(truth)).map(({ ids }) => ids);
  const reconstructed = await tokenizer.decode(codes, { seed });
  const visualized = await visualizer.draw(await visualizer.encode(truth), { seed });
  // Beside pictures that nothing was drawn of: who repeats what it was shown is not nearer for it.
  const distances = {
    visualized: await evaluateDistances(
      tokenizer,
      visualized.map(({ picture }) => picture),
      others,
    ),
    reconstructed: await evaluateDistances(tokenizer, reconstructed, others),
    others: await evaluateDistances(tokenizer, truth, others),
  };
  return {
    visualizer: drawn,
    truth: ceilings.truth.overall,
    reconstructed: ceilings.reconstructed.overall,
    distances,
  };
}

/** Trains a recipe's first two stages on that, once, and says in which folder the model is. */
export async function trainBeginning(recipe: Studied["recipe"], setting: Setting): Promise<string> {
  const name = `begun ${recipe}`;
  const folder = `${setting.directory}/${recipe}`;
  using owned = new DisposableStack();
  const model = await initialModel(recipe, setting, owned);
  using training = await openTraining(name, model.store, setting);
  await finish(training, stagesOf(model, begunPlans(recipe, setting), setting));
  await model.save(folder);
  return folder;
}
