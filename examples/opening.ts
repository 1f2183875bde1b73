/** What commands open by name: a device, and a model in a folder. */
import { fileURLToPath } from "node:url";
import {
  type Device,
  DeviceError,
  devices,
  loadModel,
  openDevice,
  type RecipeModel,
  type World,
  worldOfModel,
} from "../mod.ts";
import { typed } from "./help.ts";
import { type CommandLine, UsageError } from "./options.ts";
import { recipeOf, SHIPPED, wordsOfDemo } from "./recipe.ts";

/** Opens the device that a person chose; where it is missing, they are told which there are. */
export async function openChosenDevice(options: CommandLine<"device">): Promise<Device> {
  const name = options.text("device");
  return await openDevice(name).catch(async (error) => {
    if (!(error instanceof DeviceError) || name === "cpu") throw error;
    const there = (await devices()).map(({ name, hardware }) => `--device ${name} (${hardware})`);
    throw new DeviceError(`${error.message}; choose ${there.join(" or ")}`, { cause: error });
  });
}

/**
 * Loads the model that a person chose; where there is none, they are told how to come by one, and where
 * it is of another recipe than they said, of which.
 */
export async function loadChosenModel(
  options: CommandLine<"from" | "recipe">,
  device: Device,
): Promise<RecipeModel> {
  const recipe = options.given("recipe") === undefined ? undefined : recipeOf(options);
  // Those that come along lie in the repository, wherever the command is called.
  const from = options.given("from") ??
    fileURLToPath(new URL(`../${SHIPPED[recipe ?? "illume"]}`, import.meta.url));
  if (!await isThere(`${from}/config.json`)) {
    const demo = typed("demo", ...wordsOfDemo(recipe ?? "illume", from));
    const found = await isThere(`${from}/training/state.json`)
      ? "a training that is not finished: go on with the command that began it, and --resume"
      : `none: run \`${demo}\` first, or give the folder of one with --from`;
    throw new UsageError(`Expected a model in ${from}, but found ${found}`);
  }
  const model = await loadModel(from, { device });
  if (recipe === undefined || recipe === model.recipe) return model;
  throw new UsageError(
    `Expected a model of recipe ${recipe} in ${from}, but found one of ${model.recipe}`,
  );
}

/**
 * The world of a model, by which its answers are scored.
 * @throws UsageError for a model of people's own pictures
 */
export function worldOfScores(model: RecipeModel): World {
  if (model.language.settings.kind !== "plain") return worldOfModel(model);
  throw new UsageError(
    "Expected a model of the emoji's world, where what is right is known, but found one of people's " +
      "own pictures, whose scores stand in its folder, in report.html",
  );
}

/** Is there a file? Where that cannot be said, opening it will tell why. */
async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, (error) => error.code !== "ENOENT");
}
