/** `deno task describe picture.png`: says what is in a picture, or answers a question about it. */
import { loadIllume, openDevice, readPicture } from "../mod.ts";
import { main, readCommandLine } from "./options.ts";

await main(async () => {
  const options = readCommandLine({
    command: "deno task describe PICTURE",
    words: 1,
    values: { from: "out/demo", question: undefined, device: "cpu" },
  });
  const question = options.given("question");

  using device = await openDevice(options.text("device"));
  const model = await loadIllume(options.text("from"), device);
  const picture = await readPicture(options.words[0], { size: model.world.pictureSize });
  console.log(
    question === undefined ? await model.describe(picture) : await model.ask(picture, question),
  );
});
