/** Recipes as people name them to commands, and where the demo of each leaves its model. */
import type { RecipeName } from "../mod.ts";
import type { CommandLine } from "./options.ts";

const NAMES = ["illume", "metamorph", "dreamllm"] as const satisfies readonly RecipeName[];

/** Where the demo of a recipe leaves its model, if nobody says another folder. */
export const FOLDERS: Readonly<Record<RecipeName, string>> = {
  illume: "out/demo",
  metamorph: "out/metamorph",
  dreamllm: "out/dream",
};

/** Where the models lie that come with the repository. */
export const SHIPPED: Readonly<Record<RecipeName, string>> = {
  illume: "models/nano",
  metamorph: "models/metamorph",
  dreamllm: "models/dreamllm",
};

const defaults = (folders: typeof FOLDERS) =>
  `default ${folders.illume}, of MetaMorph ${folders.metamorph}, of DreamLLM ${folders.dreamllm}`;

/** The options of commands that train. */
export const RECIPE = {
  value: "NAME",
  default: "illume" as const,
  meaning: "what is trained: illume, metamorph or dreamllm",
};
export const OUT = {
  value: "FOLDER",
  meaning: `where the model and report go (${defaults(FOLDERS)})`,
};

/** The options of commands that use a model. */
export const RECIPE_OF_MODEL = {
  value: "NAME",
  meaning:
    "what the model has to be: illume, metamorph or dreamllm (default what is in the folder)",
};
export const FROM = { value: "FOLDER", meaning: `the model's folder (${defaults(SHIPPED)})` };

/** The recipe that was named. */
export function recipeOf(options: CommandLine<"recipe">): RecipeName {
  return options.choice("recipe", NAMES);
}

/** How a person would name a model's folder to a command that uses it. */
export function wordsOfModel(folder: string): string[] {
  if (folder === SHIPPED[RECIPE.default]) return [];
  const recipe = NAMES.find((name) => SHIPPED[name] === folder);
  return recipe === undefined ? ["--from", folder] : ["--recipe", recipe];
}

/** How a person would have the demo of a recipe train a model in a folder. */
export function wordsOfDemo(recipe: RecipeName, folder: string): string[] {
  return [
    ...(recipe === RECIPE.default ? [] : ["--recipe", recipe]),
    ...(folder === FOLDERS[recipe] ? [] : ["--out", folder]),
  ];
}
