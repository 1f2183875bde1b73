/** `deno task edit picture.png "make the heart blue"`: changes a picture as told. */
import { encodePng, readPicture, writeFileAtomic } from "../mod.ts";
import { loadChosenModel, openChosenDevice } from "./opening.ts";
import { DEVICE, fromHere, GUIDANCE, guidanceOf, main, readCommandLine, SEED } from "./options.ts";
import { FROM, RECIPE_OF_MODEL } from "./recipe.ts";
import { outputFile, TO } from "./picture_file.ts";

await main(async () => {
  const options = readCommandLine({
    task: "edit",
    words: {
      PICTURE: "the picture to change",
      "INSTRUCTION …": "what to change; the README lists the instructions that are known",
    },
    options: {
      to: TO,
      seed: SEED,
      guidance: GUIDANCE,
      recipe: RECIPE_OF_MODEL,
      from: FROM,
      device: DEVICE,
    },
    examples: [
      `picture.png "make the heart blue"`,
      `picture.png "remove the cat" --to without_cat.png`,
    ],
  });
  const [path, instruction] = options.words;
  const guidance = guidanceOf(options);
  const seed = options.number("seed", { min: 0, max: 2 ** 31, whole: true });
  const to = await outputFile(options, instruction);

  using device = await openChosenDevice(options);
  const model = await loadChosenModel(options, device);
  const picture = await readPicture(fromHere(path), { size: model.pictureSize });
  const edited = await model.edit(picture, instruction, { ...guidance, seed });
  await writeFileAtomic(to, await encodePng(edited, { scale: 4 }));
  console.log(to);
});
