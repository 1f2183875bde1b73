/**
 * `deno task compare-tokenizers`: does a language model learn faster on semantic tokens than on
 * tokens of pixels (ILLUME, arXiv 2412.06673, figure 6), or on both (ILLUME+, arXiv 2504.01934,
 * table 6)? The same model learns to draw and to answer with each, with the same grid, codebooks,
 * samples and seeds. A stopped run goes on where it was.
 */
import { cpus } from "node:os";
import { z } from "zod";
import {
  type EmojiScenes,
  emojiScenes,
  evaluateAnswers,
  evaluateCeilings,
  evaluateDrawing,
  evaluationCaptions,
  Illume,
  illumeStages,
  openDevice,
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
  tokenizerStages,
  Training,
  trainTextTokenizer,
  type World,
  worldOf,
  writeFileAtomic,
} from "../mod.ts";
import { comparisonFigure } from "./comparison_figure.ts";
import { stopOnInterrupt } from "./interrupt.ts";
import { main, readCommandLine } from "./options.ts";

/**
 * `nano`'s concepts in three styles and two sizes on six backgrounds: more kinds of patch, about
 * 4,800, than there are codes, so that a codebook has to choose what it keeps.
 */
const WORLD: World = { ...worldOf("small"), preset: "nano", concepts: worldOf("nano").concepts };

const CODEBOOK: QuantizerConfig = { kind: "vector", codes: 1024, codeSize: 32 };

/** The model reads what the tokens say and no more, as in table 6 of ILLUME+. */
const SHARED = { ...TOKENIZER_PRESETS.nano, reads: "codes" } as const;

/** A tokenizer, and for how many steps its parts are trained: equally many in all. */
interface Contestant {
  readonly config: TokenizerConfig;
  readonly steps: TokenizerSteps;
}
type TokenizerSteps = Readonly<Record<keyof TokenizerBudgets, number>>;

const CONTESTANTS: readonly Contestant[] = [
  {
    config: { ...SHARED, kind: "semantic", quantizer: CODEBOOK },
    steps: { encoder: 250, quantizer: 250, pixels: 750 },
  },
  {
    config: { ...SHARED, kind: "pixel", quantizer: CODEBOOK },
    steps: { encoder: 250, quantizer: 0, pixels: 1000 },
  },
  {
    config: {
      ...SHARED,
      kind: "dual",
      quantizer: { kind: "product", parts: [CODEBOOK, CODEBOOK] },
    },
    steps: { encoder: 250, quantizer: 0, pixels: 1000 },
  },
];

const BATCH = 32;
const LANGUAGE: StagePlan = {
  name: "language",
  mixture: { text: 1 },
  budget: { steps: 200, batchSize: BATCH, peakRate: 3e-3 },
};
const ALIGNMENT: StagePlan = {
  name: "alignment",
  mixture: { describe: 1, draw: 3, question: 2 },
  budget: { steps: 2000, batchSize: BATCH, peakRate: 2.5e-3 },
};
/** After which shares of the alignment the model is looked at. */
const LOOKS = [1 / 16, 1 / 8, 3 / 16, 1 / 4, 3 / 8, 1 / 2, 3 / 4, 1];

const Look = z.strictObject({
  samples: z.number(),
  drawing: z.number(),
  answers: z.number(),
  questions: z.record(z.string(), z.number()),
  descriptions: z.number(),
});
type Look = z.infer<typeof Look>;

interface Run {
  readonly kind: TokenizerConfig["kind"];
  readonly seed: number;
  readonly seconds: number;
  /** GenEval of true scenes after the tokenizer. */
  readonly ceiling: number;
  readonly looks: readonly Look[];
}

await main(async () => {
  const options = readCommandLine({
    command: "deno task compare-tokenizers",
    words: 0,
    values: {
      seeds: "3",
      out: "out/compare",
      device: "cpu",
      json: undefined,
      figure: undefined,
    },
    flags: ["quick"],
  });
  const seeds = options.number("seeds", { min: 1, max: 100, whole: true });
  const quick = options.flag("quick");
  const again = ["deno task compare-tokenizers", ...Deno.args].join(" ");
  const signal = stopOnInterrupt(again);
  using device = await openDevice(options.text("device"));
  const runs: Run[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const scenes = await emojiScenes({ world: WORLD, seed });
    const parser = SceneParser.create(WORLD, scenes.sprites);
    for (const { config, steps } of CONTESTANTS) {
      const { kind } = config;
      using store = new StateStore(device);
      using training = await Training.openOrResume({
        directory: `${options.text("out")}/${kind}_${seed}`,
        store,
        settings: { preset: `compare ${kind}`, seed, quick },
        signal,
      });
      console.error(`${kind} tokens, seed ${seed}`);
      const tokenizer = new PictureTokenizer({ device, store, config, seed });
      const found = await run({ training, tokenizer, steps, scenes, parser, seed, quick });
      runs.push({ kind, seed, seconds: training.seconds, ...found });
    }
  }
  const path = options.given("json");
  const report = {
    command: again,
    date: new Date().toISOString(),
    machine: `${cpus()[0].model.trim()}, ${navigator.hardwareConcurrency} threads`,
    contestants: CONTESTANTS,
    alignment: ALIGNMENT,
    samplesForPixelScore: { drawing: reached(runs, "drawing"), answers: reached(runs, "answers") },
    runs,
  };
  const text = JSON.stringify(report, null, 2);
  if (path === undefined) console.log(text);
  else await writeFileAtomic(path, new TextEncoder().encode(text));
  await comparisonFigure(runs).save(options.given("figure") ?? `${options.text("out")}/curves.png`);
});

/** Trains a tokenizer, and a language model on it that is looked at from time to time. */
async function run(
  { training, tokenizer, steps, scenes, parser, seed, quick }: {
    training: Training;
    tokenizer: PictureTokenizer;
    steps: TokenizerSteps;
    scenes: EmojiScenes;
    parser: SceneParser;
    seed: number;
    quick: boolean;
  },
): Promise<{ ceiling: number; looks: Look[] }> {
  const share = quick ? 0.01 : 1;
  const text = trainTextTokenizer(scenes);
  const budget = (steps: number) => shortened({ steps, batchSize: 64, peakRate: 2e-3 }, share);
  const budgets = {
    encoder: budget(steps.encoder),
    quantizer: budget(steps.quantizer),
    pixels: budget(steps.pixels),
  };
  const tokenizing = tokenizerStages(tokenizer, scenes, text, budgets);
  const model = Illume.init({ tokenizer, text, world: scenes.world, seed });
  const plans = [LANGUAGE, ALIGNMENT].map((plan) => ({
    ...plan,
    budget: shortened(plan.budget, share),
  }));
  const [language, alignment] = illumeStages(model, scenes, plans);
  training.plan([...tokenizing, language, alignment]);
  for (const stage of [...tokenizing, language]) await finish(training, stage);

  const captions = evaluationCaptions(scenes.world, { perTask: quick ? 1 : 24, seed });
  const ceiling = await training.once("ceiling", z.number(), async () => {
    const { reconstructed } = await evaluateCeilings(tokenizer, scenes, parser, captions, { seed });
    return reconstructed.overall;
  });
  const lookAt = (step: number) =>
    training.once(`look ${step}`, Look, async () => {
      const { scores } = await evaluateDrawing(model, parser, captions, { seed });
      const answers = await evaluateAnswers(model, scenes, { pictures: quick ? 4 : 96, seed });
      return {
        samples: step * BATCH,
        drawing: scores.overall,
        answers: answers.overall,
        questions: answers.questions,
        descriptions: answers.descriptions,
      };
    });
  const looksAt = (quick ? [1] : LOOKS).map((share) => Math.ceil(share * alignment.steps));
  for await (const { step } of training.run(alignment)) {
    if (looksAt.includes(step)) await lookAt(step);
  }
  const looks: Look[] = [];
  for (const step of new Set(looksAt)) looks.push(await lookAt(step));
  return { ceiling, looks };
}

async function finish(training: Training, stage: Stage): Promise<void> {
  for await (const _ of training.run(stage));
}

/**
 * For each seed and kind of token, after how many samples the pixel tokens' last score was reached,
 * between looks on a straight line; as a share of all samples. Absent where it never was.
 */
function reached(runs: readonly Run[], task: "drawing" | "answers") {
  return runs.filter(({ kind }) => kind !== "pixel").map(({ kind, seed, looks }) => {
    const pixel = runs.find((run) => run.kind === "pixel" && run.seed === seed)!;
    const { samples: all, [task]: goal } = pixel.looks[pixel.looks.length - 1];
    const at = looks.findIndex((look) => look[task] >= goal);
    if (at < 0) return { kind, seed, goal };
    const before = looks[at - 1] ?? { samples: 0, [task]: 0 };
    const rise = looks[at][task] - before[task];
    const part = rise === 0 ? 1 : (goal - before[task]) / rise;
    const samples = before.samples + part * (looks[at].samples - before.samples);
    return { kind, seed, goal, share: samples / all };
  });
}
