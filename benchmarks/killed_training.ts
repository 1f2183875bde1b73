/**
 * A whole ILLUME of random weights, trained, saved as often as it may, its best kept, and let draw:
 * a run of seconds for `kill.ts` to kill. The words are a folder, and a share of the steps.
 */
import { askedCaptions } from "../lib/worlds/emoji/asked_captions.ts";
import { emojiDocuments } from "../lib/worlds/emoji/documents.ts";
import { z } from "../lib/packages/zod.ts";
import { stopOnInterrupt } from "../examples/interrupt.ts";
import { main } from "../examples/options.ts";
import {
  emojiScenes,
  illumeStages,
  openDevice,
  parserJudge,
  SceneParser,
  selfGenerate,
  shortened,
  StateStore,
  tokenizerSources,
  tokenizerStages,
  Training,
  trainTextTokenizer,
} from "../mod.ts";
import { tinyIllume } from "../tests/tiny_illume.ts";

await main(async () => {
  const [directory, share] = Deno.args;
  const signal = stopOnInterrupt("the same again");
  using device = await openDevice("cpu", { threads: 1 });
  using store = new StateStore(device);
  using training = await Training.open({
    directory,
    store,
    settings: { share: Number(share) },
    existing: "resume",
    files: [
      ...["config.json", "model.safetensors", "tokenizer.json"],
      ...["drawings/drawings.jsonl", "drawings/settings.json"],
    ],
    saveEvery: 0,
    signal,
  });
  const scenes = await emojiScenes({ preset: "nano", seed: 0 });
  const text = trainTextTokenizer(scenes);
  const model = tinyIllume(store, text);
  const budget = (steps: number, batchSize: number) =>
    shortened({ steps, batchSize, peakRate: 2e-3 }, Number(share));
  const budgets = {
    encoder: budget(100, 4),
    quantizer: budget(200, 4),
    pixels: budget(100, 4),
  };
  const stages = [
    ...tokenizerStages(model.tokenizer, tokenizerSources(scenes), text, budgets),
    ...illumeStages(model, emojiDocuments(scenes), [
      { name: "language", mixture: { text: 1 }, budget: budget(200, 8) },
      {
        name: "alignment",
        mixture: { draw: 2, question: 1, edit: 1 },
        budget: budget(300, 8),
        accumulate: 2,
      },
    ]),
  ];
  for (const stage of stages) {
    for await (const { step, loss } of training.run(stage)) {
      if (step % 50 === 0) {
        await training.once(`${stage.name} ${step}`, z.number(), () => Promise.resolve(loss));
      }
      if (stage.name === "language" && step % 5 === 0) await training.offer(-loss);
    }
    if (stage.name === "language") training.restoreBest();
  }
  const judge = parserJudge(SceneParser.create(scenes.world, scenes.sprites));
  const captions = Math.ceil(256 * Number(share));
  const asked = askedCaptions(scenes.world);
  const drawing = { directory: `${directory}/drawings`, asked, captions, seed: 0, signal };
  for await (const _ of selfGenerate(model, judge, drawing));
  await model.save(directory);
});
