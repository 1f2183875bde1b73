/** `deno task compose "a story about a cat and three apples"`: tells it in words and pictures. */
import { plot } from "../mod.ts";
import { loadChosenModel, openChosenDevice } from "./opening.ts";
import { DEVICE, main, readCommandLine, SEED } from "./options.ts";
import { outputFile, TO_STORY } from "./picture_file.ts";
import { FROM, RECIPE_OF_MODEL } from "./recipe.ts";

await main(async () => {
  const options = readCommandLine({
    task: "compose",
    words: { "SUBJECT …": "what to tell: a story about things, or how to draw them" },
    options: {
      to: TO_STORY,
      pictures: { value: "N", default: "6", meaning: "how many pictures at most, 1 to 16" },
      seed: SEED,
      recipe: RECIPE_OF_MODEL,
      from: FROM,
      device: DEVICE,
    },
    examples: [
      `"a story about a cat and three apples" --to story.html`,
      `"how to draw two red hearts and a cat" --to hearts.md --seed 7`,
    ],
  });
  const [about] = options.words;
  const pictures = options.number("pictures", { min: 1, max: 16, whole: true });
  const seed = options.number("seed", { min: 0, max: 2 ** 31, whole: true });
  const to = await outputFile(options, about, [".html", ".md"]);

  using device = await openChosenDevice(options);
  using model = await loadChosenModel(options, device);
  const told = new plot.Composition(about);
  for await (const part of model.compose(about, { pictures, seed })) {
    told.push(part);
    // Who interrupts it has what there is so far.
    if (part.kind === "picture") await told.save(to);
    const words = part.kind === "text" ? part.text : ` [picture ${told.pictures.length}]\n`;
    await Deno.stdout.write(new TextEncoder().encode(words));
  }
  await told.save(to);
  console.log(`\n${to}`);
});
