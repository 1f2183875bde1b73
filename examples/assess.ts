/** `deno task assess picture.png "two red hearts"`: the model's own judgement, as JSON. */
import { loadIllume, openDevice, readPicture } from "../mod.ts";
import { main, readCommandLine } from "./options.ts";

await main(async () => {
  const options = readCommandLine({
    command: 'deno task assess PICTURE "CAPTION"',
    words: 2,
    values: { from: "out/demo", device: "cpu" },
  });
  const [path, caption] = options.words;

  using device = await openDevice(options.text("device"));
  const model = await loadIllume(options.text("from"), device);
  const picture = await readPicture(path, { size: model.world.pictureSize });
  console.log(JSON.stringify(await model.assess(picture, caption), null, 2));
});
