/**
 * `deno task train --data pictures --out out/mine`: trains ILLUME (arXiv 2412.06673) or MetaMorph
 * (2412.14164) from nothing on a folder of pictures with captions, and reports what it learned.
 */
import {
  type Captioned,
  captionedDocuments,
  type CaptionedPictures,
  captionTokenizer,
  type DataSet,
  type FolderSample,
  mapped,
  OWN_TOKENIZER_PRESETS,
  ownPicturesPlan,
  type PictureFolder,
  pictureFolder,
  plainCaption,
  PlainLanguage,
  RECIPES,
  shortenedPlan,
  skippedInWords,
  StateStore,
  type TextTokenizer,
  Training,
} from "../mod.ts";
import { EXISTING, existingOf, wordsOfRun } from "./existing.ts";
import { typed } from "./help.ts";
import { stopOnInterrupt, tell } from "./interrupt.ts";
import { openChosenDevice } from "./opening.ts";
import { DEVICE, main, QUICK, readCommandLine, SEED, UsageError } from "./options.ts";
import { RECIPE, recipeOf } from "./recipe.ts";
import { writeTrainReport } from "./train_report.ts";
import { trainSummary } from "./train_summary.ts";

/** What a training leaves in its folder, besides what every training does. */
const FILES = [
  ...["config.json", "model.safetensors", "tokenizer.json", "skipped.jsonl"],
  ...["report.html", "report.json", "drawn.png", "reconstructed.png"],
];

/** Seconds from one word about the reading to the next. */
const TOLD_EVERY = 2;
/** The fewest pictures of either part. */
const FEWEST = { training: 8, heldOut: 2 };

await main(async () => {
  const options = readCommandLine({
    task: "train",
    options: {
      data: { value: "FOLDER", meaning: "pictures with captions beside them; the README says how" },
      out: { value: "FOLDER", meaning: "where the model and report go" },
      recipe: RECIPE,
      preset: {
        value: "NAME",
        default: "nano",
        meaning: "how large the model is, and how long it learns: nano, small, or base on a GPU",
      },
      ...EXISTING,
      seed: SEED,
      device: DEVICE,
      quick: QUICK,
    },
    examples: [
      "--data path/to/folder --out out/mine",
      "--data path/to/folder --out out/mine --resume",
      "--data path/to/folder --out out/mine --recipe metamorph",
    ],
  });
  const recipe = RECIPES[recipeOf(options)];
  const preset = options.choice("preset", ["nano", "small", "base"]);
  const seed = options.number("seed", { min: 0, max: 2 ** 31, whole: true });
  const [data, out] = [options.text("data"), options.text("out")];
  const existing = existingOf(options);
  const quick = options.flag("quick");

  const signal = stopOnInterrupt(typed("train", ...wordsOfRun(), "--resume"));
  using device = await openChosenDevice(options);
  using store = new StateStore(device);
  const config = OWN_TOKENIZER_PRESETS[preset];

  // Data: the folder's pictures with their captions, of which a tenth is held out.
  const folder = await read(data, config.pictureSize, signal);
  const { training: learned, heldOut } = folder.split({ share: 0.1, seed });
  expectEnough(folder, learned, heldOut);
  using training = await Training.open({
    directory: out,
    store,
    settings: {
      recipe: recipe.name,
      preset,
      seed,
      quick,
      device: device.name,
      tokenizer: config,
      data: { fingerprint: folder.fingerprint },
    },
    existing,
    files: FILES,
    signal,
  });
  await folder.writeSkipped(`${out}/skipped.jsonl`);
  const captions = learned.samples.map(({ caption }) => plainCaption(caption));
  const language = PlainLanguage.of(captions);
  const text = captionTokenizer(captions);
  const samples: DataSet<Captioned> = mapped(
    learned,
    ({ picture, caption }) => ({ picture, caption: plainCaption(caption) }),
  );

  // The model: what sees and draws pictures, and the language model; and the stages that it learns in.
  const plan = ownPicturesPlan(preset, learned.files.length, recipe.name);
  const { model, vision, early, multimodal } = recipe.begin({
    store,
    tokenizer: config,
    preset,
    seed,
    text,
    language,
    longestText: longest([...learned.samples, ...heldOut.samples], text),
    sources: {
      tokenizer: { captioned: samples, pictures: samples },
      visualizer: samples,
      documents: captionedDocuments(samples, seed),
    },
    plan: quick ? shortenedPlan(plan, 0.01) : plan,
  });
  const all = [...vision, ...early, ...multimodal];
  training.plan(all);
  for (const stage of all) {
    for await (const _ of training.run(stage));
  }
  await model.save(out);

  const report = await writeTrainReport(out, {
    recipe,
    preset,
    seed,
    folder,
    training: learned,
    heldOut,
    language,
    model,
    stages: training.stages,
    visionStages: vision.map(({ name }) => name),
    seconds: () => training.seconds,
    signal,
  });
  console.log(trainSummary(report, out, learned.samples[0].caption));
});

/** Reads the folder, and says how far it is. */
async function read(path: string, size: number, signal: AbortSignal): Promise<PictureFolder> {
  let told = performance.now();
  const folder = await pictureFolder(path, {
    size,
    signal,
    progress(done, total) {
      const now = performance.now();
      if (now - told < 1000 * TOLD_EVERY) return;
      told = now;
      tell(`pictures read: ${done}/${total}`);
    },
  });
  const found = `${folder.files.length} pictures with ${folder.size} captions`;
  tell(`${path}: ${found}, ${skippedInWords(folder.skipped)}`);
  return folder;
}

function expectEnough(
  { path, skipped }: PictureFolder,
  training: CaptionedPictures,
  heldOut: CaptionedPictures,
): void {
  const [learned, held] = [training.files.length, heldOut.files.length];
  if (learned >= FEWEST.training && held >= FEWEST.heldOut) return;
  throw new UsageError(
    `Expected at least ${FEWEST.training} pictures to learn from and ${FEWEST.heldOut} to hold out ` +
      `in ${path}, but found ${learned} and ${held}, ${skippedInWords(skipped)}; which tenth is ` +
      "held out is chance, and another --seed holds out another; a hundred pictures are enough to " +
      "try it, and a thousand to see it learn",
  );
}

/** Tokens of the longest caption, and some more; at least 32. */
function longest(samples: readonly FolderSample[], text: TextTokenizer): number {
  const lengths = samples.map(({ caption }) => text.encode(` ${plainCaption(caption)}`).length);
  return Math.max(32, 8 + lengths.reduce((most, length) => Math.max(most, length), 0));
}
