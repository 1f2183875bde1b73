/** Models of each recipe as studies begin them, on what sees and draws pictures, and their stages. */
import {
  DreamLLM,
  dreamllmStages,
  emojiDocuments,
  emojiLanguage,
  Illume,
  illumeStages,
  MetaMorph,
  metamorphStages,
  PictureTokenizer,
  type RecipeModel,
  type RecipeName,
  type Stage,
  type StagePlan,
  trainTextTokenizer,
  Visualizer,
} from "../mod.ts";
import { visualizerParameters } from "../lib/vision/mod.ts";
import { VISUALIZER } from "./metamorph_setting.ts";
import type { Setting } from "./study_setting.ts";

/**
 * A model that has learned nothing yet, on the tokenizer and the visualizer in a seed's folder.
 *
 * @param owned takes what shall be freed with the model
 * @param queries of a DreamLLM
 */
export async function initialModel(
  recipe: RecipeName,
  { device, directory, scenes, seed }: Setting,
  owned: DisposableStack,
  { queries }: { readonly queries?: number } = {},
): Promise<RecipeModel> {
  const language = emojiLanguage(scenes.world);
  const parts = { text: trainTextTokenizer(scenes), language, seed };
  if (recipe === "illume") {
    const tokenizer = owned.use(await PictureTokenizer.load(`${directory}/tokenizer`, device));
    owned.use(tokenizer.store);
    return owned.use(Illume.init({ ...parts, tokenizer }));
  }
  const visualizer = owned.use(await Visualizer.load(`${directory}/visualizer`, device));
  owned.use(visualizer.store);
  return owned.use(
    recipe === "metamorph"
      ? MetaMorph.init({ ...parts, visualizer })
      : DreamLLM.init({ ...parts, decoder: visualizer.decoder, queries }),
  );
}

/** Stages of a model of any recipe. */
export function stagesOf(
  model: RecipeModel,
  plans: readonly StagePlan[],
  { scenes }: Pick<Setting, "scenes">,
): Stage[] {
  const documents = emojiDocuments(scenes);
  switch (model.recipe) {
    case "illume":
      return illumeStages(model, documents, plans);
    case "metamorph":
      return metamorphStages(model, documents, plans);
    case "dreamllm":
      return dreamllmStages(model, documents, plans);
  }
}

/** The parameters of a model that are not of what it sees and draws with from the beginning. */
export function learnedParameters(model: RecipeModel): number {
  const names = new Set(visualizerParameters(VISUALIZER).map(({ name }) => name));
  return model.store.keptNames().filter((name) => !names.has(name))
    .map((name) => model.store.get(name).type.shape.reduce((a, b) => a * b, 1))
    .reduce((a, b) => a + b, 0);
}
