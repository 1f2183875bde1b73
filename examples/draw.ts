/** `deno task draw "two red hearts"`: draws a caption. */
import { contactSheet, encodePng, writeFileAtomic } from "../mod.ts";
import { loadChosenModel, openChosenDevice } from "./opening.ts";
import { DEVICE, GUIDANCE, guidanceOf, main, readCommandLine, SEED } from "./options.ts";
import { FROM, RECIPE_OF_MODEL } from "./recipe.ts";
import { outputFile, TO } from "./picture_file.ts";

await main(async () => {
  const options = readCommandLine({
    task: "draw",
    words: { "CAPTION …": "what to draw; the README lists the words that are known" },
    options: {
      to: TO,
      n: { value: "N", default: "1", meaning: "how many pictures, on one sheet, 1 to 64" },
      seed: SEED,
      guidance: GUIDANCE,
      recipe: RECIPE_OF_MODEL,
      from: FROM,
      device: DEVICE,
    },
    examples: [
      `"two red hearts"`,
      `"a photo of a cat left of a dog" --to picture.png --seed 7`,
      `"three keys" --n 16 --guidance 3`,
    ],
  });
  const [caption] = options.words;
  const n = options.number("n", { min: 1, max: 64, whole: true });
  const guidance = guidanceOf(options);
  const seed = options.number("seed", { min: 0, max: 2 ** 31, whole: true });
  const to = await outputFile(options, caption);

  using device = await openChosenDevice(options);
  const model = await loadChosenModel(options, device);
  const drawn = await model.drawAll(Array(n).fill(caption), { ...guidance, seed });
  const pictures = drawn.map(({ picture }) => picture);
  const sheet = n === 1 ? pictures[0] : contactSheet(pictures, Math.ceil(Math.sqrt(n)), 2);
  await writeFileAtomic(to, await encodePng(sheet, { scale: 4 }));
  console.log(to);
});
