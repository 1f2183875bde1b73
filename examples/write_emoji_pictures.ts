/**
 * `deno task write-emoji-pictures --to pictures`: writes a folder of pictures with captions to try
 * `deno task train` on: every emoji of one style, with its name.
 */
import sharp from "../lib/packages/sharp.ts";
import { z } from "../lib/packages/zod.ts";
import { emojiJson, iconSource } from "../lib/worlds/emoji/emoji_sources.ts";
import { tell } from "./interrupt.ts";
import { main, readCommandLine, UsageError } from "./options.ts";

/** Width and height of the pictures, in pixels. */
const SIZE = 96;
/** Skin tones: the same picture again, in other colours. */
const TONE = /1f3f[b-f]/;
/** Groups whose names take no article: "a no entry" is not English. */
const WITHOUT_ARTICLE = new Set(["Symbols", "Flags"]);

const Names = z.record(z.string(), z.string());
const Groups = z.object({ categories: z.record(z.string(), z.array(z.string())) });

/** What a picture is called: its name and, where it takes one, its name with an article. */
function captionsOf(name: string, group: string | undefined): string[] {
  const caption = name.replaceAll("-", " ");
  if (group === undefined || WITHOUT_ARTICLE.has(group) || /s$|^\d/.test(caption)) return [caption];
  return [caption, `${/^[aeiou]/.test(caption) ? "an" : "a"} ${caption}`];
}

await main(async () => {
  const options = readCommandLine({
    task: "write-emoji-pictures",
    options: {
      to: { value: "FOLDER", default: "out/emoji", meaning: "where the pictures go" },
      style: {
        value: "NAME",
        default: "fluent-flat",
        meaning: "who drew them: fluent-flat, noto or twemoji",
      },
    },
    examples: ["", "--style noto --to out/noto"],
  });
  const to = options.text("to");
  const style = options.choice("style", ["fluent-flat", "noto", "twemoji"]);
  const isEmpty = await Deno.readDir(to)[Symbol.asyncIterator]().next().then(
    ({ done }) => done === true,
    (error) => error instanceof Deno.errors.NotFound,
  );
  if (!isEmpty) throw new UsageError(`Expected an empty folder, or none yet, but found ${to}`);
  await Deno.mkdir(to, { recursive: true });

  const names = Names.parse(await emojiJson(style, "chars.json"));
  const { categories } = Groups.parse(await emojiJson(style, "metadata.json"));
  const groupOf = new Map(
    Object.entries(categories).flatMap(([group, names]) => names.map((name) => [name, group])),
  );
  const drawingOf = await iconSource(style);
  const known = Object.entries(names).flatMap(([key, name]) => TONE.test(key) ? [] : [name]);
  let [pictures, captions] = [0, 0];
  for (const name of new Set(known)) {
    const drawing = await drawingOf(name);
    if (drawing === undefined) continue;
    const png = await sharp(drawing).resize(SIZE, SIZE).png().toBuffer();
    const lines = captionsOf(name, groupOf.get(name));
    await Deno.writeFile(`${to}/${name}.png`, new Uint8Array(png));
    await Deno.writeTextFile(`${to}/${name}.txt`, lines.map((line) => `${line}\n`).join(""));
    pictures++;
    captions += lines.length;
    if (pictures % 500 === 0) tell(`${pictures} pictures`);
  }
  console.log(`${to}: ${pictures} pictures with ${captions} captions`);
});
