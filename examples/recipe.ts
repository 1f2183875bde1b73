/** Recipes as people name them to commands, and where the demo of each leaves its model. */
import type { RecipeName } from "../mod.ts";
import type { CommandLine } from "./options.ts";

const NAMES = ["illume", "metamorph"] as const satisfies readonly RecipeName[];

/** Where the demo of a recipe leaves its model, if nobody says another folder. */
export const FOLDERS: Readonly<Record<RecipeName, string>> = {
  illume: "out/demo",
  metamorph: "out/metamorph",
};

const DEFAULTS = `default ${FOLDERS.illume}, of MetaMorph ${FOLDERS.metamorph}`;

/** The options of commands that train. */
export const RECIPE = {
  value: "NAME",
  default: "illume",
  meaning: "what is trained: illume or metamorph",
};
export const OUT = { value: "FOLDER", meaning: `where the model and report go (${DEFAULTS})` };

/** The options of commands that use a model. */
export const RECIPE_OF_MODEL = {
  value: "NAME",
  meaning: "what the model has to be: illume or metamorph (default what is in the folder)",
};
export const FROM = { value: "FOLDER", meaning: `the model's folder (${DEFAULTS})` };

/** The recipe that was named. */
export function recipeOf(options: CommandLine<"recipe">): RecipeName {
  return options.choice("recipe", NAMES);
}

/** How a person would name a model's folder to a command that uses it. */
export function wordsOfModel(folder: string): string[] {
  if (folder === FOLDERS.illume) return [];
  return folder === FOLDERS.metamorph ? ["--recipe", "metamorph"] : ["--from", folder];
}

/** How a person would have the demo of a recipe train a model in a folder. */
export function wordsOfDemo(recipe: RecipeName, folder: string): string[] {
  return [
    ...(recipe === RECIPE.default ? [] : ["--recipe", recipe]),
    ...(folder === FOLDERS[recipe] ? [] : ["--out", folder]),
  ];
}
