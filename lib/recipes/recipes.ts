/** The recipes by name: how a training of each begins, and loading a model of whichever it is. */
import { brief } from "../graph/mod.ts";
import { CheckpointError } from "../nn/mod.ts";
import {
  PictureTokenizer,
  type Preset,
  TOKENIZER_BUDGETS,
  tokenizerStages,
  Visualizer,
  VISUALIZER_BUDGETS,
  VISUALIZER_PRESETS,
  visualizerStages,
} from "../vision/mod.ts";
import { DreamLLM, DREAMLLM_STAGES, dreamllmStages } from "./dreamllm.ts";
import { Illume, ILLUME_STAGES, illumeStages } from "./illume.ts";
import { MetaMorph, METAMORPH_STAGES, metamorphStages } from "./metamorph.ts";
import {
  isRecipe,
  type LoadOptions,
  RECIPE_CLASSES,
  recipeIn,
  type RecipeName,
} from "./model_files.ts";
import { partedStages, type Recipe, type RecipeParts, type RecipePlan } from "./recipe.ts";

/** A model of any recipe; its `recipe` says which. */
export type RecipeModel = Illume | MetaMorph | DreamLLM;

function plansWith(stages: Readonly<Record<Preset, RecipePlan["stages"]>>) {
  const planOf = (preset: Preset): RecipePlan => ({
    tokenizer: TOKENIZER_BUDGETS[preset],
    visualizer: VISUALIZER_BUDGETS[preset],
    stages: stages[preset],
  });
  return { nano: planOf("nano"), small: planOf("small"), base: planOf("base") };
}

const ILLUME: Recipe<Illume> = {
  name: "illume",
  title: "ILLUME",
  plans: plansWith(ILLUME_STAGES),
  begin({ store, tokenizer: config, sources, plan, ...parts }) {
    const { device } = store;
    const tokenizer = new PictureTokenizer({ device, store, config, seed: parts.seed });
    const model = Illume.init({ ...parts, tokenizer });
    return {
      model,
      vision: tokenizerStages(tokenizer, sources.tokenizer, parts.text, plan.tokenizer),
      ...partedStages(illumeStages(model, sources.documents, plan.stages), plan.stages),
    };
  },
};

/** A visualizer, and the stages that it learns in. MetaMorph and DreamLLM draw with it. */
function visualizing(
  { store, tokenizer, preset, seed, text, sources, plan }: RecipeParts,
) {
  const config = { ...VISUALIZER_PRESETS[preset], tokenizer };
  const visualizer = new Visualizer({ device: store.device, store, config, seed });
  return {
    visualizer,
    vision: [
      ...tokenizerStages(visualizer.tokenizer, sources.tokenizer, text, plan.tokenizer),
      ...visualizerStages(visualizer, sources.visualizer, text, plan.visualizer),
    ],
  };
}

const METAMORPH: Recipe<MetaMorph> = {
  name: "metamorph",
  title: "MetaMorph",
  plans: plansWith(METAMORPH_STAGES),
  begin(parts) {
    const { sources, plan } = parts;
    const { visualizer, vision } = visualizing(parts);
    const model = MetaMorph.init({ ...parts, visualizer });
    return {
      model,
      vision,
      ...partedStages(metamorphStages(model, sources.documents, plan.stages), plan.stages),
    };
  },
};

const DREAMLLM: Recipe<DreamLLM> = {
  name: "dreamllm",
  title: "DreamLLM",
  plans: plansWith(DREAMLLM_STAGES),
  begin(parts) {
    const { sources, plan } = parts;
    const { visualizer: { decoder }, vision } = visualizing(parts);
    const model = DreamLLM.init({ ...parts, decoder });
    return {
      model,
      vision,
      ...partedStages(dreamllmStages(model, sources.documents, plan.stages), plan.stages),
    };
  },
};

/**
 * Every recipe, by its name: how long a model of each size learns, and a model with its stages, ready to
 * run.
 *
 * @example
 * ```ts
 * import { RECIPES, shortenedPlan } from "./mod.ts";
 *
 * const { stages, visualizer } = shortenedPlan(RECIPES.metamorph.plans.nano, 0.01);
 * const steps = [visualizer.decoder, ...stages.map(({ budget }) => budget)].map(({ steps }) => steps);
 * if (Math.max(...steps) > 100) throw new Error(`${steps}`);
 * ```
 */
export const RECIPES: Readonly<Record<RecipeName, Recipe<RecipeModel>>> = {
  illume: ILLUME,
  metamorph: METAMORPH,
  dreamllm: DREAMLLM,
};

/**
 * Loads a model of whichever recipe a folder holds. Disposing of it frees its parameters and what it
 * sees and draws with.
 *
 * @throws CheckpointError for a missing, truncated or foreign file, an unknown recipe, another version
 * or language, or tensors of other names or shapes than the configuration asks for; TypeError where the
 * folder is no path or the device is none
 *
 * @example
 * ```ts
 * import { openDevice, StateStore } from "../runtime/mod.ts";
 * import { PlainLanguage } from "../text/mod.ts";
 * import { PictureTokenizer, TOKENIZER_PRESETS } from "../vision/mod.ts";
 * import { captionTokenizer, Illume, loadModel } from "./mod.ts";
 *
 * const captions = ["a red apple", "a green pear"];
 * using device = await openDevice("cpu");
 * using store = new StateStore(device);
 * using tokenizer = new PictureTokenizer({ device, store, config: TOKENIZER_PRESETS.nano });
 * const [language, text] = [PlainLanguage.of(captions), captionTokenizer(captions)];
 * const folder = await Deno.makeTempDir();
 * await Illume.init({ tokenizer, text, language }).save(folder);
 *
 * using model = await loadModel(folder);
 * if (model.recipe !== "illume") throw new Error(model.recipe);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function loadModel(directory: string, options?: LoadOptions): Promise<RecipeModel> {
  const found = await recipeIn(directory);
  if (!isRecipe(found)) {
    const known = Object.keys(RECIPE_CLASSES).map(brief).join(" or ");
    throw CheckpointError.of(
      `a model of recipe ${known} in ${directory}/config.json`,
      brief(found),
    );
  }
  const classes = { illume: Illume, metamorph: MetaMorph, dreamllm: DreamLLM };
  return await classes[found].load(directory, options);
}
