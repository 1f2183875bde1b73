/** `deno task describe picture.png`: says what is in a picture, or answers a question about it. */
import { readPicture } from "../mod.ts";
import { loadChosenModel, openChosenDevice } from "./opening.ts";
import { DEVICE, fromHere, main, readCommandLine } from "./options.ts";
import { FROM, RECIPE_OF_MODEL } from "./recipe.ts";

await main(async () => {
  const options = readCommandLine({
    task: "describe",
    words: { PICTURE: "the picture to read" },
    options: {
      question: { value: "QUESTION", meaning: "what to answer in place of a description" },
      recipe: RECIPE_OF_MODEL,
      from: FROM,
      device: DEVICE,
    },
    examples: ["picture.png", `picture.png --question "how many hearts are there?"`],
  });
  const question = options.given("question");

  using device = await openChosenDevice(options);
  const model = await loadChosenModel(options, device);
  const picture = await readPicture(fromHere(options.words[0]), { size: model.pictureSize });
  console.log(
    question === undefined ? await model.describe(picture) : await model.ask(picture, question),
  );
});
