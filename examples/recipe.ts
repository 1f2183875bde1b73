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

const DEFAULTS = `default ${FOLDERS.illume}, of MetaMorph ${FOLDERS.metamorph}, ` +
  `of DreamLLM ${FOLDERS.dreamllm}`;

/** The options of commands that train. */
export const RECIPE = {
  value: "NAME",
  default: "illume" as const,
  meaning: "what is trained: illume, metamorph or dreamllm",
};
export const OUT = { value: "FOLDER", meaning: `where the model and report go (${DEFAULTS})` };

/** The options of commands that use a model. */
export const RECIPE_OF_MODEL = {
  value: "NAME",
  meaning:
    "what the model has to be: illume, metamorph or dreamllm (default what is in the folder)",
};
export const FROM = { value: "FOLDER", meaning: `the model's folder (${DEFAULTS})` };

/** The recipe that was named. */
export function recipeOf(options: CommandLine<"recipe">): RecipeName {
  return options.choice("recipe", NAMES);
}

/** How a person would name a model's folder to a command that uses it. */
export function wordsOfModel(folder: string): string[] {
  if (folder === FOLDERS[RECIPE.default]) return [];
  const recipe = NAMES.find((name) => FOLDERS[name] === folder);
  return recipe === undefined ? ["--from", folder] : ["--recipe", recipe];
}

/** How a person would have the demo of a recipe train a model in a folder. */
export function wordsOfDemo(recipe: RecipeName, folder: string): string[] {
  return [
    ...(recipe === RECIPE.default ? [] : ["--recipe", recipe]),
    ...(folder === FOLDERS[recipe] ? [] : ["--out", folder]),
  ];
}
