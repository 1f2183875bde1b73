/** What the arms of `deno task metamorph` share besides: what sees and draws pictures. */
import {
  emojiScenes,
  RECIPES,
  shortenedPlan,
  TOKENIZER_PRESETS,
  trainTextTokenizer,
  VISUALIZER_PRESETS,
} from "../mod.ts";
import { DECODER_SAMPLING } from "../lib/vision/mod.ts";
import {
  batchSize,
  begunPlans,
  peakRate,
  PRESET,
  QUICK,
  QUICK_SIZES,
  type Setting,
  SIZES,
} from "./study_setting.ts";

/** What sees and draws pictures. */
export const VISUALIZER = { ...VISUALIZER_PRESETS[PRESET], tokenizer: TOKENIZER_PRESETS[PRESET] };

/** How long that learns. */
export function visionPlan({ quick }: Pick<Setting, "quick">) {
  const { tokenizer, visualizer } = shortenedPlan(
    RECIPES.metamorph.plans[PRESET],
    quick ? QUICK : 1,
  );
  return { tokenizer, visualizer };
}

/** All that decides, beside seed and arm, what is found. */
export async function studyRecipe(quick: boolean) {
  const text = trainTextTokenizer(await emojiScenes({ preset: PRESET }));
  return {
    quick,
    preset: PRESET,
    sizes: quick ? QUICK_SIZES : SIZES,
    visualizer: VISUALIZER,
    vision: visionPlan({ quick }),
    begun: {
      metamorph: begunPlans("metamorph", { quick }),
      illume: begunPlans("illume", { quick }),
    },
    tuning: { batchSize, peakRate },
    vocabulary: text.size,
    sampling: DECODER_SAMPLING,
  };
}
