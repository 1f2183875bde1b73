/**
 * `deno task train --data pictures --out out/mine`: trains ILLUME (arXiv 2412.06673), MetaMorph
 * (2412.14164) or DreamLLM (2309.11499) from nothing on a folder of pictures with captions, or of
 * documents of text and pictures, and reports what it learned.
 */
import {
  type Captioned,
  captionedDocuments,
  captionTokenizer,
  type DataSet,
  interleavedDocuments,
  mapped,
  OWN_TOKENIZER_PRESETS,
  ownPicturesPlan,
  plainCaption,
  PlainLanguage,
  RECIPES,
  shortenedPlan,
  skippedInWords,
  StateStore,
  storyOf,
  type TextTokenizer,
  Training,
} from "../mod.ts";
import { EXISTING, existingOf, wordsOfRun } from "./existing.ts";
import { typed } from "./help.ts";
import { stopOnInterrupt } from "./interrupt.ts";
import { openChosenDevice } from "./opening.ts";
import { DEVICE, main, QUICK, readCommandLine, SEED, UsageError } from "./options.ts";
import { type OwnData, type OwnPart, readOwnData } from "./own_data.ts";
import { RECIPE, recipeOf } from "./recipe.ts";
import { writeTrainReport } from "./train_report.ts";
import { trainSummary } from "./train_summary.ts";

/** What a training leaves in its folder, besides what every training does. */
const FILES = [
  ...["config.json", "model.safetensors", "tokenizer.json", "skipped.jsonl"],
  ...["report.html", "report.json", "drawn.png", "reconstructed.png"],
];

/** The fewest pictures of either part. */
const FEWEST = { training: 8, heldOut: 2 };

await main(async () => {
  const options = readCommandLine({
    task: "train",
    options: {
      data: {
        value: "FOLDER",
        meaning: "pictures with captions, or documents in MMC4's shape; the README says how",
      },
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
      "--data path/to/folder --out out/mine --recipe dreamllm",
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

  // Data: pictures with captions, and the documents that they stand in, where the folder has any. A
  // tenth is held out.
  const own = await readOwnData(data, { size: config.pictureSize, seed, signal });
  expectEnough(own);
  const { folder, learned, heldOut } = own;
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
      data: { kind: own.kind, fingerprint: folder.fingerprint },
    },
    existing,
    files: FILES,
    signal,
  });
  await folder.writeSkipped(`${out}/skipped.jsonl`);
  const { captioned, documents } = learned;
  const pictures = captioned.files.length;
  const plan = ownPicturesPlan(preset, pictures, recipe.name, documents?.size);
  const tellsStories = plan.stages.some(({ mixture }) => "story" in mixture);
  const [texts, heldOutTexts] = [learned, heldOut].map((part) => [
    ...part.captioned.samples.map(({ caption }) => plainCaption(caption)),
    ...(tellsStories ? storyTexts(part) : []),
  ]);
  const language = PlainLanguage.of(texts);
  const text = captionTokenizer(texts);
  const samples: DataSet<Captioned> = mapped(
    captioned,
    ({ picture, caption }) => ({ picture, caption: plainCaption(caption) }),
  );

  // The model: what sees and draws pictures, and the language model; and the stages that it learns in.
  const { model, vision, early, multimodal } = recipe.begin({
    store,
    tokenizer: config,
    preset,
    seed,
    text,
    language,
    longestText: longest([...texts, ...heldOutTexts], text),
    sources: {
      tokenizer: { captioned: samples, pictures: samples },
      visualizer: samples,
      documents: {
        ...captionedDocuments(samples, seed),
        ...(tellsStories && documents ? { story: interleavedDocuments(documents, seed) } : {}),
      },
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
    data: own,
    language,
    model,
    tellsStories,
    stages: training.stages,
    visionStages: vision.map(({ name }) => name),
    seconds: () => training.seconds,
    signal,
  });
  const [{ caption }] = captioned.samples;
  const [subject] = tellsStories ? storyTexts(learned) : [];
  console.log(trainSummary(report, out, { caption, subject }));
});

function expectEnough({ folder: { path, skipped }, ...data }: OwnData): void {
  const [learned, held] = [data.learned, data.heldOut].map((part) => part.captioned.files.length);
  if (learned >= FEWEST.training && held >= FEWEST.heldOut) return;
  throw new UsageError(
    `Expected at least ${FEWEST.training} pictures to learn from and ${FEWEST.heldOut} to hold out ` +
      `in ${path}, but found ${learned} and ${held}, ${skippedInWords(skipped)}; which tenth is ` +
      "held out is chance, and another --seed holds out another; a hundred pictures are enough to " +
      "try it, and a thousand to see it learn",
  );
}

/** What a model that tells stories is asked for, and answers. */
function storyTexts({ documents }: OwnPart): string[] {
  const stories = documents?.documents.flatMap((document) => storyOf(document) ?? []) ?? [];
  return stories.flatMap(({ about, parts }) => [about, ...parts.map(({ text }) => text)])
    .filter((text) => text !== "");
}

/** Tokens of the longest text, and some more; at least 32. */
function longest(texts: readonly string[], text: TextTokenizer): number {
  const lengths = texts.map((each) => text.encode(` ${each}`).length);
  return Math.max(32, 8 + lengths.reduce((most, length) => Math.max(most, length), 0));
}
