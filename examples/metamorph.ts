/**
 * `deno task metamorph`: what MetaMorph (arXiv 2412.14164) found of reading and drawing learned
 * together, in a world whose truth is known. Models that share everything up to the last stage learn
 * different samples in it: how few of drawing are enough, which others help, by which loss, and beside
 * ILLUME.
 */
import { armsOf, EXPERIMENTS, type Studied } from "./metamorph_arms.ts";
import { StudyReport } from "./metamorph_results.ts";
import { studyRecipe } from "./metamorph_setting.ts";
import { trainBeginning, trainVision } from "./metamorph_shared.ts";
import { runArm } from "./metamorph_training.ts";
import { runStudy } from "./study.ts";

await runStudy({
  task: "metamorph",
  experiments: EXPERIMENTS,
  armsOf,
  form: StudyReport,
  recipe: studyRecipe,
  async begin(setting) {
    const vision = await trainVision(setting);
    const begun = new Map<Studied["recipe"], Promise<string>>();
    return {
      vision,
      async run(arm) {
        const from = begun.get(arm.recipe) ?? trainBeginning(arm.recipe, setting);
        begun.set(arm.recipe, from);
        return await runArm(arm, await from, setting);
      },
    };
  },
});
