/** A folder as people have them: pictures of all sizes and formats, some of them broken. */
import sharp from "../lib/packages/sharp.ts";
import { EmojiSet, Random } from "../mod.ts";
import type { EmojiStyle } from "../lib/worlds/emoji/mod.ts";

const STYLES: readonly EmojiStyle[] = ["noto", "twemoji"];
const GROUNDS = ["#84c0ec", "#8cdaaa", "#c0a6e2", "#d4c296", "#9c9ea2"];

/** What is wrong with a folder of {@link writeOddPictures}: how many of each reason. */
export const ODD_SKIPPED = {
  "unreadable picture": 4,
  "no caption": 1,
  "no picture": 2,
  "empty caption": 1,
  "unreadable caption": 1,
  "long caption": 1,
  "same name": 1,
};

/**
 * Writes 200 drawings of emoji on grounds, from 20 to 700 pixels wide and tall, as PNG, JPEG, WebP,
 * GIF, TIFF and AVIF, in sub-folders, with captions in `.txt` and in `captions.jsonl`; and among them
 * a dozen files that cannot be used.
 */
export async function writeOddPictures(folder: string): Promise<void> {
  const set = await EmojiSet.open({ size: 160, styles: STYLES, count: 100 });
  const random = new Random(0, "odd pictures");
  const records: { file_name: string; text: string }[] = [];
  for (const inner of ["noto", "twemoji", "broken"]) {
    await Deno.mkdir(`${folder}/${inner}`, { recursive: true });
  }
  for (const style of STYLES) {
    for (const [i, { name }] of set.emoji.entries()) {
      const [width, height] = [20 + random.integer(680), 20 + random.integer(680)];
      const { size, rgba } = set.get(style, i);
      const side = Math.min(width, height);
      const drawing = await sharp(rgba, { raw: { width: size, height: size, channels: 4 } })
        .resize(side, side).png().toBuffer();
      const picture = sharp({ create: { width, height, channels: 3, background: GROUNDS[i % 5] } })
        .composite([{ input: drawing }]);
      const [extension, file] = [
        ["png", () => picture.png()],
        ["JPG", () => picture.jpeg()],
        ["webp", () => picture.webp()],
        ["gif", () => picture.gif()],
        ["tiff", () => picture.tiff()],
        ["jpeg", () => picture.grayscale().jpeg()],
        ["avif", () => picture.avif({ effort: 0 })],
      ][i % 7] as [string, () => typeof picture];
      const stem = `${style}/${i}`;
      await Deno.writeFile(`${folder}/${stem}.${extension}`, await file().toBuffer());
      const captions = [`A ${name.toUpperCase()}.`, `${name} of ${style}`];
      if (i % 2 === 0) await Deno.writeTextFile(`${folder}/${stem}.txt`, captions.join("\r\n"));
      else {
        const record = { file_name: `${stem}.${extension}` };
        records.push(...captions.map((text) => ({ ...record, text })));
      }
    }
  }
  records.push({ file_name: "gone.png", text: "a picture that is gone" });
  const lines = records.map((record) => `${JSON.stringify(record)}\n`).join("");
  await Deno.writeTextFile(`${folder}/captions.jsonl`, lines);

  const write = (name: string, content: string | Uint8Array) =>
    typeof content === "string"
      ? Deno.writeTextFile(`${folder}/broken/${name}`, content)
      : Deno.writeFile(`${folder}/broken/${name}`, content);
  const whole = await Deno.readFile(`${folder}/noto/0.png`);
  await write("cut.png", whole.subarray(0, whole.length / 2));
  await write("empty.png", "");
  await write("text.jpg", "no picture at all");
  await write("bitmap.bmp", new Uint8Array([66, 77, 0, 0]));
  for (const stem of ["cut", "empty", "text", "bitmap"]) await write(`${stem}.txt`, "a thing");
  await write("silent.png", whole);
  await write("wordless.png", whole);
  await write("wordless.txt", " … \n\n");
  await write("latin.png", whole);
  await write("latin.txt", new Uint8Array([99, 97, 102, 233]));
  await write("alone.txt", "a caption without a picture");
  await write("twice.png", whole);
  await write("twice.webp", await sharp(whole).webp().toBuffer());
  await write("twice.txt", `the first of two\n${"long ".repeat(80)}`);
  await write("notes.md", "neither a picture nor a caption");
  await write(".DS_Store", "what systems leave");
}
