/** `deno task measure-model`: what a model sees, judges and edits, as JSON. */
import {
  emojiScenes,
  evaluateDetails,
  evaluateEditing,
  evaluateIllustrating,
  evaluateJudge,
  evaluateStories,
  SceneParser,
} from "../mod.ts";
import { loadChosenModel, openChosenDevice, worldOfScores } from "./opening.ts";
import { DEVICE, main, readCommandLine, SEED } from "./options.ts";
import { FROM, RECIPE_OF_MODEL } from "./recipe.ts";

await main(async () => {
  const options = readCommandLine({
    task: "measure-model",
    options: { recipe: RECIPE_OF_MODEL, from: FROM, seed: SEED, device: DEVICE },
    examples: ["", "--from out/small > measured.json"],
  });
  const seed = options.number("seed", { min: 0, max: 2 ** 31, whole: true });

  using device = await openChosenDevice(options);
  const model = await loadChosenModel(options, device);
  const scenes = await emojiScenes({ world: worldOfScores(model), seed });
  const parser = SceneParser.create(scenes.world, scenes.sprites);
  const measured = {
    details: await evaluateDetails(model, scenes, { questions: 600, seed }),
    verdicts: await evaluateJudge(model, scenes, { perTask: 48, seed }),
    edits: await evaluateEditing(model, scenes, parser, { edits: 150, seed }),
    ...(model.recipe === "dreamllm"
      ? {
        stories: await evaluateStories(model, scenes, parser, { stories: 150, seed }),
        illustrating: await evaluateIllustrating(model, scenes, parser, { stories: 100, seed }),
      }
      : {}),
  };
  console.log(JSON.stringify(measured, null, 2));
});
