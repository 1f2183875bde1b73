/** `deno task assess picture.png "two red hearts"`: the model's own judgement, as JSON. */
import { readPicture } from "../mod.ts";
import { loadChosenModel, openChosenDevice } from "./opening.ts";
import { DEVICE, fromHere, main, readCommandLine, UsageError } from "./options.ts";
import { FROM, RECIPE_OF_MODEL } from "./recipe.ts";

await main(async () => {
  const options = readCommandLine({
    task: "assess",
    words: { PICTURE: "the picture to judge", "CAPTION …": "what it should show" },
    options: { recipe: RECIPE_OF_MODEL, from: FROM, device: DEVICE },
    examples: [`picture.png "two red hearts"`],
  });
  const [path, caption] = options.words;

  using device = await openChosenDevice(options);
  const model = await loadChosenModel(options, device);
  if (model.language.settings.kind === "plain") {
    const found = "one of people's own pictures, whose captions teach no judging";
    throw new UsageError(`Expected a model that was taught to judge, but found ${found}`);
  }
  const picture = await readPicture(fromHere(path), { size: model.pictureSize });
  console.log(JSON.stringify(await model.assess(picture, caption), null, 2));
});
