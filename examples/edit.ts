/** `deno task edit picture.png "make the heart blue" --to edited.png`: changes a picture as told. */
import { encodePng, loadIllume, openDevice, readPicture, writeFileAtomic } from "../mod.ts";
import { main, readCommandLine } from "./options.ts";

await main(async () => {
  const options = readCommandLine({
    command: 'deno task edit PICTURE "INSTRUCTION"',
    words: 2,
    values: { from: "out/demo", to: undefined, guidance: "1.25", seed: "0", device: "cpu" },
  });
  const [path, instruction] = options.words;
  const to = options.pngPath("to");
  const guidance = options.number("guidance", { min: 0, max: 20 });
  const seed = options.number("seed", { min: 0, max: 2 ** 31, whole: true });

  using device = await openDevice(options.text("device"));
  const model = await loadIllume(options.text("from"), device);
  const picture = await readPicture(path, { size: model.world.pictureSize });
  const edited = await model.edit(picture, instruction, { guidance, seed });
  await writeFileAtomic(to, await encodePng(edited, { scale: 4 }));
  console.log(to);
});
