/**
 * `deno task self-enhancement`: does a model that assesses its own drawings read and draw better
 * (ILLUME, arXiv 2412.06673, table 7)? Models that share everything up to the last stage learn it
 * with assessments, and with as many more ordinary samples instead. A stopped run goes on with the
 * training that it was at.
 */
import { z } from "zod";
import {
  type Calibration,
  calibrationOf,
  type Device,
  type EmojiScenes,
  emojiScenes,
  enhancementStage,
  evaluateAnswers,
  type EvaluatedCaption,
  evaluateDrawing,
  evaluateJudge,
  evaluateReading,
  evaluationCaptions,
  Illume,
  ILLUME_STAGES,
  illumeStages,
  type JudgeAccuracy,
  type JudgedDrawing,
  loadIllume,
  meanAccuracy,
  openDevice,
  parserJudge,
  PictureTokenizer,
  readDrawings,
  saveIllume,
  SceneParser,
  selfGenerate,
  shortened,
  type Stage,
  type StagePlan,
  StateStore,
  TOKENIZER_BUDGETS,
  TOKENIZER_PRESETS,
  tokenizerStages,
  Training,
  trainTextTokenizer,
} from "../mod.ts";
import { enhancementGains, type EnhancementRun } from "./enhancement_figure.ts";
import { stopOnInterrupt } from "./interrupt.ts";
import { main, readCommandLine } from "./options.ts";
import { provenance, writeResults } from "./results.ts";

const PRESET = "nano";
const [LANGUAGE, EMBEDDING, ALIGNMENT, FINE_TUNING] = ILLUME_STAGES[PRESET];

/**
 * Before it draws, the model learns to look: with drawing at once it is late to see which colour is
 * whose (docs/LOG.md), and can then judge neither colours nor places.
 */
const READING: StagePlan = {
  name: "reading",
  mixture: { question: 1, detail: 1 },
  budget: { steps: 2000, batchSize: 32, peakRate: 2.5e-3 },
};

/** Steps of the last stage: of each, about a third is assessments in one arm, and left out in another. */
const STEPS = 1200;
const ASSESSED = 0.35;

/** Captions that are drawn to be assessed, and pictures of each. */
const GENERATED = { captions: 768, samples: 2 };

/** How the last stage is learned. */
const ARMS = {
  base: "without assessments",
  ordinary: "and as many ordinary samples more",
  assessments: "and assessments",
} as const;

/** Of the alignment's samples half draw and half read. */
const HALF = { ...ALIGNMENT, budget: shortened(ALIGNMENT.budget, 0.5) };

/** What is learned instead of both, with as many samples of the one task: after the reading stage … */
const READING_ALONE = { ...HALF, mixture: { describe: 1, question: 2 } };
/** … and without it. */
const DRAWING_ALONE = { ...HALF, mixture: { draw: 1 } };

const share = z.number();
const Outcomes = z.strictObject({
  /** GenEval, by task and in the mean. */
  geneval: z.record(z.string(), share),
  /** Of each evaluation caption, in order, 1 where its drawing is right and 0 where it is not. */
  drawings: z.string(),
});
type Outcomes = z.infer<typeof Outcomes>;

const Reading = z.strictObject({
  /** Mean accuracy over the three samplings. */
  pope: share,
  answers: share,
  questions: z.record(z.string(), share),
  descriptions: share,
});

/** What a model can do. */
const Scores = z.strictObject({ drawing: Outcomes, reading: Reading, seconds: z.number() });

/** What a model makes of its own judgement. */
const SelfAssessed = z.strictObject({
  calibration: z.custom<Calibration>((value) => typeof value === "object"),
  /** Within each of GenEval's tasks. */
  byTask: z.record(z.string(), z.custom<Calibration>((value) => typeof value === "object")),
  /** On true pictures of held-out captions and of near misses. */
  nearMisses: z.custom<JudgeAccuracy>((value) => typeof value === "object"),
  bestOfFour: Outcomes,
  selfCorrected: Outcomes,
});

/** What came of one seed. */
interface SeedResults extends EnhancementRun {
  /** Drawings that were assessed, and those among them that were found good. */
  readonly drawings: Readonly<Record<"assessed" | "good" | "duplicates" | "unjudged", number>>;
}

/** What all that is learned with a seed shares. */
interface Setting {
  readonly device: Device;
  readonly signal: AbortSignal;
  readonly seed: number;
  readonly quick: boolean;
  readonly directory: string;
  readonly scenes: EmojiScenes;
  readonly parser: SceneParser;
  readonly captions: readonly EvaluatedCaption[];
}

await main(async () => {
  const options = readCommandLine({
    command: "deno task self-enhancement",
    words: 0,
    values: { seeds: "5", out: "out/self_enhancement", device: "cpu", json: undefined },
    flags: ["quick"],
  });
  const seeds = options.number("seeds", { min: 1, max: 100, whole: true });
  const quick = options.flag("quick");
  const source = await provenance("self-enhancement");
  const signal = stopOnInterrupt(source.command);
  using device = await openDevice(options.text("device"));
  const runs = [];
  for (let seed = 0; seed < seeds; seed++) {
    const scenes = await emojiScenes({ preset: PRESET, seed });
    const parser = SceneParser.create(scenes.world, scenes.sprites);
    const captions = evaluationCaptions(scenes.world, { perTask: quick ? 2 : 64, seed });
    const directory = `${options.text("out")}/${seed}`;
    const setting = { device, signal, seed, quick, directory, scenes, parser, captions };
    console.error(`seed ${seed}`);
    runs.push({ seed, ...await run(setting) });
  }
  const report = {
    ...source,
    arms: ARMS,
    steps: STEPS,
    assessed: ASSESSED,
    generated: GENERATED,
    gains: enhancementGains(runs),
    runs,
  };
  await writeResults(report, options.given("json"));
});

/** Everything with one seed. */
async function run(setting: Setting): Promise<SeedResults> {
  const { device, signal, seed, quick, directory, scenes, parser } = setting;
  using store = new StateStore(device);
  using training = await Training.openOrResume({
    directory: `${directory}/shared`,
    store,
    settings: { preset: PRESET, seed, quick },
    signal,
  });
  const text = trainTextTokenizer(scenes);
  using tokenizer = new PictureTokenizer({
    device,
    store,
    config: TOKENIZER_PRESETS[PRESET],
    seed,
  });
  const model = Illume.init({ tokenizer, text, world: scenes.world, seed });
  const budgets = TOKENIZER_BUDGETS[PRESET];
  const beginning = [
    ...tokenizerStages(tokenizer, scenes, text, {
      encoder: cut(budgets.encoder, setting),
      quantizer: cut(budgets.quantizer, setting),
      pixels: cut(budgets.pixels, setting),
    }),
    ...stagesOf([LANGUAGE, EMBEDDING], model, setting),
  ];
  const reading = stagesOf([READING], model, setting);
  const alignment = stagesOf([ALIGNMENT], model, setting);
  training.plan([...beginning, ...reading, ...alignment]);
  const [begun, read, aligned] = ["begun", "read", "aligned"].map((name) => `${directory}/${name}`);
  await finish(training, beginning);
  await saveOnce(model, begun);
  await finish(training, reading);
  await saveOnce(model, read);
  await finish(training, alignment);
  await saveOnce(model, aligned);

  const generation = {
    directory: `${directory}/drawings`,
    ...(quick ? { captions: 12, samples: 2 } : GENERATED),
    seed,
    signal,
  };
  for await (const { done, total } of selfGenerate(model, parserJudge(parser), generation)) {
    console.error(`drawn and assessed: ${done}/${total}`);
  }
  const { drawings, duplicates, unjudged } = await readDrawings(generation.directory);
  const good = drawings.filter(({ assessment }) => assessment.verdict === "good").length;

  const last = cut({ ...FINE_TUNING.budget, steps: STEPS }, setting);
  const arm = (name: keyof typeof ARMS) =>
    training.once(name, Scores, () =>
      learned(name, aligned, setting, async (model) => {
        if (name === "assessments") return [await enhancementStage(model, scenes, drawings, last)];
        const budget = name === "base" ? shortened(last, 1 - ASSESSED) : last;
        return illumeStages(model, scenes, [{ ...FINE_TUNING, budget }]);
      }));
  const arms = {
    base: await arm("base"),
    ordinary: await arm("ordinary"),
    assessments: await arm("assessments"),
  };
  const selfAssessed = await training.once("self-assessment", SelfAssessed, async () => {
    const model = await loadIllume(`${directory}/assessments`, device);
    using _store = model.store;
    return await selfAssessment(model, setting);
  });
  const task = (name: string, from: string, ...plans: readonly StagePlan[]) =>
    training.once(
      name,
      Scores,
      () => learned(name, from, setting, (model) => stagesOf(plans, model, setting)),
    );
  const alone = {
    "reading alone": await task("reading alone", read, READING_ALONE),
    "drawing alone": await task("drawing alone", begun, DRAWING_ALONE),
    both: await task("both", aligned),
  };
  return {
    drawings: { assessed: drawings.length, good, duplicates, unjudged },
    arms,
    selfAssessed,
    alone,
  };
}

/** What a model that was saved can do after further stages; it is saved under its own name. */
async function learned(
  name: string,
  from: string,
  setting: Setting,
  stagesOf: (model: Illume) => readonly Stage[] | Promise<readonly Stage[]>,
): Promise<z.infer<typeof Scores>> {
  const { device, signal, seed, quick, directory, scenes } = setting;
  const model = await loadIllume(from, device);
  using store = model.store;
  const own = `${directory}/${name.replaceAll(" ", "_")}`;
  using training = await Training.open({
    directory: own,
    store,
    settings: { preset: name, seed, quick },
    signal,
  });
  const stages = await stagesOf(model);
  training.plan(stages);
  await finish(training, stages);
  await saveIllume(model, own);
  const pope = await evaluateReading(model, scenes, { pictures: quick ? 4 : 100, seed });
  const { overall, questions, descriptions } = await evaluateAnswers(model, scenes, {
    pictures: quick ? 4 : 200,
    seed,
  });
  return {
    drawing: await drawingOutcomes(model, setting),
    reading: { pope: meanAccuracy(pope), answers: overall, questions, descriptions },
    seconds: Math.round(training.seconds),
  };
}

/** How a model that learned to assess judges fresh drawings, and what it makes of that. */
async function selfAssessment(
  model: Illume,
  setting: Setting,
): Promise<z.infer<typeof SelfAssessed>> {
  const { seed, quick, scenes, parser, captions } = setting;
  const { drawings } = await evaluateDrawing(model, parser, captions, { seed });
  const judgements = await model.judge(drawings);
  const judged = drawings.map(({ spec, correct }, i) => ({
    task: spec.task,
    judgement: judgements[i],
    isRight: correct,
  }));
  const tasks = [...Map.groupBy(judged, ({ task }) => task)];
  return {
    calibration: calibrationOf(judged),
    byTask: Object.fromEntries(tasks.map(([task, own]) => [task, calibrationOf(own)])),
    nearMisses: await evaluateJudge(model, scenes, { perTask: quick ? 2 : 64, seed }),
    bestOfFour: await drawingOutcomes(model, setting, { bestOf: 4 }),
    selfCorrected: await drawingOutcomes(model, setting, { selfCorrect: 1 }),
  };
}

async function drawingOutcomes(
  model: Illume,
  { seed, parser, captions }: Setting,
  options: { readonly bestOf?: number; readonly selfCorrect?: number } = {},
): Promise<Outcomes> {
  const { scores, drawings } = await evaluateDrawing(model, parser, captions, { seed, ...options });
  const outcome = ({ correct }: JudgedDrawing) => correct ? "1" : "0";
  return { geneval: scores, drawings: drawings.map(outcome).join("") };
}

function stagesOf(plans: readonly StagePlan[], model: Illume, setting: Setting): Stage[] {
  const own = plans.map((plan) => ({ ...plan, budget: cut(plan.budget, setting) }));
  return illumeStages(model, setting.scenes, own);
}

function cut(budget: StagePlan["budget"], { quick }: Setting): StagePlan["budget"] {
  return shortened(budget, quick ? 0.005 : 1);
}

/** A run that goes on has later stages in the store already: what was saved stays. */
async function saveOnce(model: Illume, directory: string): Promise<void> {
  const isSaved = await Deno.stat(`${directory}/config.json`).then(() => true, () => false);
  if (!isSaved) await saveIllume(model, directory);
}

async function finish(training: Training, stages: readonly Stage[]): Promise<void> {
  for (const stage of stages) for await (const _ of training.run(stage));
}
