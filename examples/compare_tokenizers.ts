/**
 * `deno task compare-tokenizers`: does a language model learn faster on semantic tokens than on
 * tokens of pixels (ILLUME, arXiv 2412.06673, figure 6), or on both (ILLUME+, arXiv 2504.01934,
 * table 6)? The same model learns to draw and to answer with each, with the same grid, codebooks,
 * samples and seeds. A stopped run goes on with the training that it was at.
 */
import { z } from "../lib/packages/zod.ts";
import {
  type Device,
  emojiDocuments,
  emojiLanguage,
  type EmojiScenes,
  emojiScenes,
  evaluateAnswers,
  evaluateCeilings,
  evaluateDrawing,
  evaluatePurity,
  evaluationCaptions,
  Illume,
  illumeStages,
  PictureTokenizer,
  type QuantizerConfig,
  SceneParser,
  shortened,
  type Stage,
  type StagePlan,
  StateStore,
  TOKENIZER_PRESETS,
  type TokenizerBudgets,
  type TokenizerConfig,
  tokenizerSources,
  tokenizerStages,
  Training,
  trainTextTokenizer,
  type World,
  worldOf,
} from "../mod.ts";
import { comparisonFigure } from "./comparison_figure.ts";
import { typed } from "./help.ts";
import { stopOnInterrupt } from "./interrupt.ts";
import { openChosenDevice } from "./opening.ts";
import { DEVICE, main, QUICK, readCommandLine } from "./options.ts";
import { JSON_FILE, provenance, writeResults } from "./results.ts";

/**
 * `nano`'s concepts in three styles and two sizes on six backgrounds: about 4,800 kinds of patch with
 * an object, of 132 meanings. A codebook of 256 has to choose what it keeps.
 */
const WORLD: World = { ...worldOf("small"), name: "nano", concepts: worldOf("nano").concepts };

const CODEBOOK: QuantizerConfig = { kind: "vector", codes: 256, codeSize: 32 };

/** The model reads what the tokens say and no more, as in table 6 of ILLUME+. */
const SHARED = { ...TOKENIZER_PRESETS.nano, reads: "codes", quantizer: CODEBOOK } as const;

/** A kind of token, and for how many steps its parts are trained: equally many in all. */
interface Contestant {
  readonly name: string;
  readonly config: TokenizerConfig;
  readonly steps: Readonly<Record<keyof TokenizerBudgets, number>>;
  /** For how many steps language models learn on it: each number of steps is a model of its own. */
  readonly alignments: readonly number[];
}

const CONTESTANTS: readonly Contestant[] = [
  {
    name: "semantic",
    config: { ...SHARED, kind: "semantic" },
    steps: { encoder: 250, quantizer: 250, pixels: 750 },
    alignments: [125, 250, 500, 1000, 2000],
  },
  {
    name: "pixel",
    config: { ...SHARED, kind: "pixel" },
    steps: { encoder: 250, quantizer: 0, pixels: 1000 },
    alignments: [125, 250, 500, 1000, 4000],
  },
  {
    name: "pixel, L1 alone",
    config: { ...SHARED, kind: "pixel", perceptual: 0 },
    steps: { encoder: 0, quantizer: 0, pixels: 1250 },
    alignments: [1000],
  },
  {
    name: "dual",
    config: {
      ...SHARED,
      kind: "dual",
      quantizer: { kind: "product", parts: [CODEBOOK, CODEBOOK] },
    },
    steps: { encoder: 250, quantizer: 0, pixels: 1000 },
    alignments: [125, 250, 500, 1000],
  },
];

const BATCH = 32;
const LANGUAGE: StagePlan = {
  name: "language",
  mixture: { text: 1 },
  budget: { steps: 200, batchSize: BATCH, peakRate: 3e-3 },
};

const MIXTURE = { describe: 1, draw: 3, question: 2 };

/** However short, a training's rate falls to its end. */
const alignment = (steps: number): StagePlan => ({
  name: "alignment",
  mixture: MIXTURE,
  budget: { steps, batchSize: BATCH, peakRate: 2.5e-3 },
});

const share = z.number().min(0).max(1);

/** What the tokens alone are worth. */
const Tokens = z.strictObject({
  /** GenEval of true scenes after the tokenizer. */
  ceiling: share,
  /** What single codes tell. */
  purity: z.strictObject({ concept: share, color: share }),
});

/** What a language model on them knows after a number of samples. */
const Look = z.strictObject({
  samples: z.number(),
  drawing: share,
  answers: share,
  questions: z.record(z.string(), share),
  descriptions: share,
  seconds: z.number(),
});
type Look = z.infer<typeof Look>;

type Tokens = z.infer<typeof Tokens>;

interface Run {
  readonly kind: string;
  readonly seed: number;
  readonly tokens: Tokens;
  readonly looks: readonly Look[];
}

/** What all runs of a seed share. */
interface Setting {
  readonly device: Device;
  readonly signal: AbortSignal;
  readonly seed: number;
  readonly quick: boolean;
  readonly scenes: EmojiScenes;
  readonly parser: SceneParser;
}

await main(async () => {
  const options = readCommandLine({
    task: "compare-tokenizers",
    options: {
      seeds: { value: "N", default: "3", meaning: "how many seeds, from 0 on" },
      out: { value: "FOLDER", default: "out/compare", meaning: "where the models go" },
      json: JSON_FILE,
      figure: {
        value: "FILE.png",
        meaning: "where the curves go; without it, curves.png among the models",
      },
      device: DEVICE,
      quick: QUICK,
    },
    examples: ["", "--seeds 1 --json compared.json"],
  });
  const seeds = options.number("seeds", { min: 1, max: 100, whole: true });
  const quick = options.flag("quick");
  const source = await provenance("compare-tokenizers");
  const signal = stopOnInterrupt(typed("compare-tokenizers", ...Deno.args));
  using device = await openChosenDevice(options);
  const runs: Run[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const scenes = await emojiScenes({ world: WORLD, seed });
    const parser = SceneParser.create(WORLD, scenes.sprites);
    const setting = { device, signal, seed, quick, scenes, parser };
    for (const contestant of CONTESTANTS) {
      console.error(`${contestant.name} tokens, seed ${seed}`);
      const directory = `${options.text("out")}/${seed}/${contestant.name.replaceAll(/\W+/g, "_")}`;
      runs.push({ kind: contestant.name, seed, ...await run(contestant, directory, setting) });
    }
  }
  const report = {
    ...source,
    contestants: CONTESTANTS,
    mixture: MIXTURE,
    batchSize: BATCH,
    samplesForPixelScore: { drawing: reached(runs, "drawing"), answers: reached(runs, "answers") },
    runs,
  };
  await writeResults(report, options.given("json"));
  await comparisonFigure(runs).save(options.given("figure") ?? `${options.text("out")}/curves.png`);
});

/** Trains a tokenizer, and language models on it that are looked at when they are done. */
async function run(
  { name, config, steps, alignments }: Contestant,
  directory: string,
  setting: Setting,
): Promise<{ tokens: Tokens; looks: Look[] }> {
  const { device, signal, seed, quick, scenes, parser } = setting;
  using store = new StateStore(device);
  using training = await Training.open({
    directory: `${directory}/tokenizer`,
    store,
    settings: { preset: name, seed, quick, device: device.name, world: WORLD, config },
    existing: "resume",
    signal,
  });
  using tokenizer = new PictureTokenizer({ device, store, config, seed });
  const budget = (steps: number) => ({ steps, batchSize: 64, peakRate: 2e-3 });
  const stages = tokenizerStages(tokenizer, tokenizerSources(scenes), trainTextTokenizer(scenes), {
    encoder: shortened(budget(steps.encoder), quick ? 0.01 : 1),
    quantizer: shortened(budget(steps.quantizer), quick ? 0.01 : 1),
    pixels: shortened(budget(steps.pixels), quick ? 0.01 : 1),
  });
  training.plan(stages);
  for (const stage of stages) await finish(training, stage);
  await tokenizer.save(directory);

  const captions = evaluationCaptions(scenes.world, { perTask: quick ? 1 : 32, seed });
  const tokens = await training.once("tokens", Tokens, async () => {
    const { reconstructed } = await evaluateCeilings(tokenizer, scenes, parser, captions, { seed });
    const purity = await evaluatePurity(tokenizer, scenes, { pictures: quick ? 60 : 3000, seed });
    return { ceiling: reconstructed.overall, purity };
  });
  const looks: Look[] = [];
  for (const steps of quick ? [10] : alignments) {
    looks.push(await training.once(`${steps} steps`, Look, () => look(steps, directory, setting)));
  }
  return { tokens, looks };
}

/** Trains a language model for a number of steps, and looks at what it knows. */
async function look(
  steps: number,
  directory: string,
  { device, signal, seed, quick, scenes, parser }: Setting,
): Promise<Look> {
  using tokenizer = await PictureTokenizer.load(directory, device);
  using store = tokenizer.store;
  const text = trainTextTokenizer(scenes);
  const model = Illume.init({ tokenizer, text, language: emojiLanguage(scenes.world), seed });
  const plans = [
    { ...LANGUAGE, budget: shortened(LANGUAGE.budget, quick ? 0.01 : 1) },
    alignment(steps),
  ];
  const stages = illumeStages(model, emojiDocuments(scenes), plans);
  using training = await Training.open({
    directory: `${directory}/${steps}`,
    store,
    settings: { seed, quick, device: device.name, world: WORLD, config: tokenizer.config },
    existing: "resume",
    signal,
  });
  training.plan(stages);
  for (const stage of stages) await finish(training, stage);
  const captions = evaluationCaptions(scenes.world, { perTask: quick ? 1 : 32, seed });
  const { scores } = await evaluateDrawing(model, parser, captions, { seed });
  const answers = await evaluateAnswers(model, scenes, { pictures: quick ? 4 : 128, seed });
  return {
    samples: steps * BATCH,
    drawing: scores.overall,
    answers: answers.overall,
    questions: answers.questions,
    descriptions: answers.descriptions,
    seconds: Math.round(training.seconds),
  };
}

async function finish(training: Training, stage: Stage): Promise<void> {
  for await (const _ of training.run(stage));
}

/**
 * For each seed and kind of token, with which share of the samples the pixel tokens' last score is
 * reached, between looks on a straight line. Absent where it never is.
 */
function reached(runs: readonly Run[], task: "drawing" | "answers") {
  return runs.filter(({ kind }) => kind === "semantic" || kind === "dual").map(
    ({ kind, seed, looks }) => {
      const pixel = runs.find((run) => run.kind === "pixel" && run.seed === seed)!;
      const { samples: all, [task]: goal } = pixel.looks[pixel.looks.length - 1];
      const at = looks.findIndex((look) => look[task] >= goal);
      if (at < 0) return { kind, seed, goal };
      const before = looks[at - 1] ?? { samples: 0, [task]: 0 };
      const rise = looks[at][task] - before[task];
      const part = rise === 0 ? 1 : (goal - before[task]) / rise;
      const samples = before.samples + part * (looks[at].samples - before.samples);
      return { kind, seed, goal, share: samples / all };
    },
  );
}
