/** What `train` measures at its end, and what it leaves behind besides the model. */
import process from "node:process";
import {
  type Captioned,
  type CaptionedPictures,
  captionWords,
  countsByReason,
  evaluateDistances,
  evaluateReconstruction,
  evaluateRetrieval,
  type Picture,
  plainCaption,
  type PlainLanguage,
  plot,
  readMetrics,
  type Recipe,
  type RecipeModel,
  reducedTo,
  Report,
  type Retrieval,
  type StageSummary,
  storyOf,
  wordOverlap,
  writeFileAtomic,
} from "../mod.ts";
import type { OwnData } from "./own_data.ts";
import { spread } from "./spread.ts";
import { storyFigures, tellAll } from "./told_stories.ts";

export interface Trained {
  readonly recipe: Recipe<RecipeModel>;
  readonly preset: string;
  readonly seed: number;
  readonly data: OwnData;
  readonly language: PlainLanguage;
  readonly model: RecipeModel;
  /** Whether it learned the documents, and not their pictures alone. */
  readonly tellsStories: boolean;
  readonly stages: readonly StageSummary[];
  /** Of what sees and draws pictures, by name. */
  readonly visionStages: readonly string[];
  /** Seconds that the training has taken, asked for at the end. */
  readonly seconds: () => number;
  readonly signal: AbortSignal;
}

/** At most this many pictures of a part are measured. */
const MEASURED = 256;
/** Of these this many are retrieved, each from among all: that takes as many squared. */
const RETRIEVED = 64;
const SHOWN = 18;
/** Stories that are told. */
const TOLD = 2;

/** A picture with one of its captions, in normal form, and with all of them. */
interface Sample extends Captioned {
  readonly all: readonly string[];
}

/** Measures a model, above all on pictures that were held out, and writes everything into a folder. */
export async function writeTrainReport(out: string, trained: Trained): Promise<Report> {
  const { recipe, preset, seed, data, language, model, signal } = trained;
  const { folder, learned: { captioned: training }, heldOut: { captioned: heldOut } } = data;
  const { tokenizer, device } = model;
  const held = await samplesOf(heldOut);
  const known = await samplesOf(heldOut.only(({ caption }) => language.knows(caption)));
  const learned = await samplesOf(training);

  const retrieved = spread(held, RETRIEVED);
  const retrieval = await evaluateRetrieval(model, retrieved);
  signal.throwIfAborted();
  const reconstruction = await evaluateReconstruction(tokenizer, picturesOf(held), { seed });
  const shown = spread(picturesOf(held), 12);
  const encoded = await tokenizer.encode(shown);
  const redrawn = await tokenizer.decode(encoded.map(({ ids }) => ids), { seed });
  signal.throwIfAborted();
  const drawn = await drawingsOf(model, known, seed);
  const familiar = spread(learned, SHOWN);
  const drawnAgain = await drawingsOf(model, familiar, seed);
  signal.throwIfAborted();
  const descriptions = await model.describeAll(picturesOf(held));
  const descriptionsLearned = await model.describeAll(picturesOf(learned));
  signal.throwIfAborted();
  const told = trained.tellsStories ? await tellAll(model, subjectsOf(trained), seed) : [];
  signal.throwIfAborted();

  const report = Report.parse({
    recipe: recipe.name,
    preset,
    seed,
    device: device.name,
    data: {
      path: folder.path,
      pictures: training.files.length,
      captions: training.size,
      heldOut: heldOut.files.length,
      known: heldOut.only(({ caption }) => language.knows(caption)).files.length,
      documents: data.learned.documents && data.heldOut.documents && {
        learned: data.learned.documents.size,
        heldOut: data.heldOut.documents.size,
      },
      skipped: countsByReason(folder.skipped),
    },
    reconstruction,
    retrieval: {
      captionsByPictures: recallOf(retrieval.captionsByPictures),
      picturesByCaptions: recallOf(retrieval.picturesByCaptions),
      among: retrieval.among,
    },
    distances: await distancesOf(model, { known, drawn, learned, seed }),
    descriptions: {
      heldOut: overlapOf(descriptions, held),
      learned: overlapOf(descriptionsLearned, learned),
      others: overlapOf([...descriptions.slice(1), descriptions[0]], held),
    },
    stages: [...trained.stages],
    seconds: trained.seconds(),
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  });
  const figures: plot.ReportFigure[] = [
    {
      heading: "Reconstructed",
      text:
        "Held-out pictures, their semantic tokens coloured by code, and what the decoder makes " +
        "of them. No drawing can be better than these.",
      figure: plot.reconstructions(
        shown.map((picture, i) => ({
          picture,
          tokens: [...encoded[i].ids],
          reconstruction: redrawn[i],
        })),
      ),
    },
    ...await visualizedFigures(model, shown, seed),
    ...(known.length === 0 ? [] : [{
      heading: "Drawn: captions that were held out",
      text: "Beside each held-out picture what the model draws of its caption.",
      figure: besides(spread(known, SHOWN), spread(drawn, SHOWN)),
    }]),
    {
      heading: "Drawn: captions that it learned from",
      text: "The same for pictures that it has seen.",
      figure: besides(familiar, drawnAgain),
    },
    ...storyFigures(told),
    {
      heading: "Described",
      text: "Held-out pictures, and what the model says of them.",
      figure: titled(spread(held, SHOWN), spread(descriptions, SHOWN)),
    },
    {
      heading: "Captions found by pictures",
      text:
        `Held-out pictures, and which of ${retrieved.length} held-out captions the model finds ` +
        "the likeliest for each, beyond how likely it is anyway.",
      figure: titled(
        spread(retrieved, SHOWN),
        spread(
          retrieval.captionsByPictures.nearest.map(([first]) => retrieved[first].caption),
          SHOWN,
        ),
      ),
    },
    ...await lossFigures(out, trained),
  ];
  const page = plot.reportPage({
    title: `${recipe.title} on ${folder.path.split(/[\\/]/).findLast((name) => name !== "")}`,
    description: [...DESCRIPTION[data.kind], ...wordsOf(told)].join("\n\n"),
    report,
    figures,
  });
  await writeFileAtomic(`${out}/report.json`, JSON.stringify(report, null, 2));
  await writeFileAtomic(`${out}/report.html`, page);
  const pictures = {
    reconstructed: "Reconstructed",
    drawn: "Drawn: captions that it learned from",
  };
  for (const [file, heading] of Object.entries(pictures)) {
    await figures.find((figure) => figure.heading === heading)!.figure.save(`${out}/${file}.png`);
  }
  return report;
}

const EXPECT =
  "What to expect: it knows the words that it learned from and no others, and nothing of " +
  "the world but these pictures. What it saw it draws and names; a thing that it has never seen " +
  "under its name it can neither draw nor name. It was taught no questions but “what is this?”, no " +
  "edits, and no judgement of drawings.";

const DESCRIPTION: Readonly<Record<OwnData["kind"], readonly string[]>> = {
  captions: [
    "One model that reads pictures and draws them, trained from nothing on a folder of pictures with " +
    "captions. A tenth of the pictures, chosen by their names, was held out; scores are on these " +
    "where they do not say otherwise.",
    EXPECT,
  ],
  documents: [
    "One model that reads pictures and draws them, trained from nothing on a folder of documents of " +
    "text and pictures. A picture's caption is what stands beside it in its document. A tenth of the " +
    "documents, chosen by their addresses, was held out; scores are on their pictures where they do " +
    "not say otherwise.",
    EXPECT,
  ],
};

/** What held-out documents are about, as far as the model knows the words. */
function subjectsOf({ data: { heldOut: { documents } }, language }: Trained): string[] {
  const abouts = documents?.documents.flatMap((document) => storyOf(document)?.about ?? []) ?? [];
  const known = abouts.map((about) => {
    if (language.knows(about)) return about;
    return captionWords(about).filter((word) => language.knows(word)).join(" ");
  });
  return spread(known.filter((about) => about !== ""), TOLD);
}

/** Stories without a picture, which no figure shows. */
function wordsOf(told: readonly plot.Composition[]): string[] {
  return told.filter(({ pictures }) => pictures.length === 0)
    .map((story) => `Told without a picture: ${Deno.inspect(story)}`);
}

const picturesOf = (samples: readonly Captioned[]): Picture[] =>
  samples.map(({ picture }) => picture);

/** One sample of each of some pictures. */
async function samplesOf(set: CaptionedPictures): Promise<Sample[]> {
  const captionsOf = Map.groupBy(set.samples, ({ file }) => file);
  const one = set.oneEach();
  const some = spread([...one.samples.keys()], MEASURED);
  return await Promise.all(some.map(async (i) => {
    const { picture, caption } = await one.at(i);
    const all = captionsOf.get(one.samples[i].file)!.map(({ caption }) => plainCaption(caption));
    return { picture, caption: plainCaption(caption), all };
  }));
}

/** What the model draws of captions, as large as the pictures that it reads. */
async function drawingsOf(
  model: RecipeModel,
  samples: readonly Captioned[],
  seed: number,
): Promise<Picture[]> {
  const drawn = await model.drawAll(samples.map(({ caption }) => caption), { seed });
  return drawn.map(({ picture }) => reducedTo(picture, model.pictureSize));
}

function recallOf({ recallAt1, recallAt5 }: Retrieval) {
  return { recallAt1, recallAt5 };
}

/** The mean overlap of texts with that caption of their picture which is most like them. */
function overlapOf(texts: readonly string[], samples: readonly Sample[]): number {
  const overlaps = texts.map((text, i) =>
    Math.max(
      ...samples[i].all.map((caption) => wordOverlap(captionWords(text), captionWords(caption))),
    )
  );
  return overlaps.reduce((sum, overlap) => sum + overlap, 0) / overlaps.length;
}

/**
 * Fréchet distances from held-out pictures, of drawings of their captions and, to compare with, of
 * their reconstructions and of as many pictures that were learned from.
 */
async function distancesOf(
  { tokenizer }: RecipeModel,
  { known, drawn, learned, seed }: {
    readonly known: readonly Captioned[];
    readonly drawn: readonly Picture[];
    readonly learned: readonly Captioned[];
    readonly seed: number;
  },
): Promise<Report["distances"]> {
  const truth = picturesOf(known);
  const others = picturesOf(spread(learned, known.length));
  if (truth.length < 2 || others.length < 2) return undefined;
  const encoded = await tokenizer.encode(truth);
  const redrawn = await tokenizer.decode(encoded.map(({ ids }) => ids), { seed });
  const from = (pictures: readonly Picture[]) => evaluateDistances(tokenizer, pictures, truth);
  return {
    pictures: truth.length,
    drawn: await from(drawn),
    reconstructed: await from(redrawn),
    learned: await from(others),
  };
}

/** What MetaMorph's visualizer makes of the visual tokens of pictures. */
async function visualizedFigures(
  model: RecipeModel,
  shown: readonly Picture[],
  seed: number,
): Promise<plot.ReportFigure[]> {
  if (model.recipe !== "metamorph") return [];
  const drawn = await model.visualizer.draw(await model.visualizer.encode(shown), { seed });
  const pairs = shown.flatMap((picture, i) => [{ picture }, { picture: drawn[i].picture }]);
  return [{
    heading: "Visualized",
    text: "Held-out pictures, and what the visualizer makes of their visual tokens.",
    figure: plot.pictureGrid(pairs, { columns: 6 }),
  }];
}

/** Pictures and, to the right of each, what was drawn. */
function besides(samples: readonly Captioned[], drawn: readonly Picture[]): plot.Figure {
  const pairs = samples.flatMap(({ picture, caption }, i) => [
    { picture, title: caption },
    { picture: drawn[i], title: "drawn" },
  ]);
  return plot.pictureGrid(pairs, { columns: 6 });
}

function titled(samples: readonly Captioned[], titles: readonly string[]): plot.Figure {
  return plot.pictureGrid(
    samples.map(({ picture }, i) => ({ picture, title: titles[i] })),
    { columns: 6 },
  );
}

async function lossFigures(
  out: string,
  { visionStages, model }: Trained,
): Promise<plot.ReportFigure[]> {
  const metrics = await readMetrics(`${out}/metrics.jsonl`);
  const points = metrics.map(({ stage, samples, loss, parts }) => ({
    stage,
    samples,
    loss,
    ...parts,
  }));
  const isVision = ({ stage }: { stage: string }) => visionStages.includes(stage);
  return [
    {
      heading: "The language model's losses",
      text: "The one loss over the samples that it saw, and its parts, by stage.",
      figure: plot.lossCurve(points.filter((point) => !isVision(point)), {
        parts: ["loss", "text", model.unified.draw.name],
      }),
    },
    {
      heading: "The tokenizer's losses",
      figure: plot.lossCurve(points.filter(isVision)),
    },
  ];
}
