/** `deno task draw "two red hearts" --to picture.png`: draws a caption. */
import { contactSheet, encodePng, loadIllume, openDevice, writeFileAtomic } from "../mod.ts";
import { main, readCommandLine } from "./options.ts";

await main(async () => {
  const options = readCommandLine({
    command: 'deno task draw "CAPTION"',
    words: 1,
    values: {
      from: "out/demo",
      to: undefined,
      n: "1",
      guidance: "1.25",
      seed: "0",
      device: "cpu",
    },
  });
  const [caption] = options.words;
  const to = options.pngPath("to");
  const n = options.number("n", { min: 1, max: 64, whole: true });
  const guidance = options.number("guidance", { min: 0, max: 20 });
  const seed = options.number("seed", { min: 0, max: 2 ** 31, whole: true });

  using device = await openDevice(options.text("device"));
  const model = await loadIllume(options.text("from"), device);
  const drawn = await model.drawAll(Array(n).fill(caption), { guidance, seed });
  const pictures = drawn.map(({ picture }) => picture);
  const sheet = n === 1 ? pictures[0] : contactSheet(pictures, Math.ceil(Math.sqrt(n)), 2);
  await writeFileAtomic(to, await encodePng(sheet, { scale: 4 }));
  console.log(to);
});
