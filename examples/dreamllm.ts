/**
 * `deno task dreamllm`: what DreamLLM (arXiv 2309.11499) found of dream queries, of drawing beside all
 * else, and of words and pictures in turn, in a world whose truth is known; and ILLUME, MetaMorph and
 * DreamLLM side by side.
 */
import { armsOf, EXPERIMENTS } from "./dreamllm_arms.ts";
import { DreamReport } from "./dreamllm_results.ts";
import { runArm } from "./dreamllm_training.ts";
import { studyRecipe } from "./metamorph_setting.ts";
import { trainVision } from "./metamorph_shared.ts";
import { runStudy } from "./study.ts";
import { begunPlans } from "./study_setting.ts";

await runStudy({
  task: "dreamllm",
  experiments: EXPERIMENTS,
  armsOf,
  form: DreamReport,
  async recipe(quick) {
    const { begun, ...shared } = await studyRecipe(quick);
    return {
      ...shared,
      begun: { ...begun, dreamllm: begunPlans("dreamllm", { quick }) },
    };
  },
  async begin(setting) {
    return { vision: await trainVision(setting), run: (arm) => runArm(arm, setting) };
  },
});
