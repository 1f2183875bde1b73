/**
 * `deno task self-enhancement`: does a model that assesses its own drawings read and draw better
 * (ILLUME, arXiv 2412.06673, table 7)? Models that share everything up to the last stage learn it
 * with assessments, and with as many more ordinary samples instead. A stopped run goes on with the
 * training that it was at.
 */
import {
  askedCaptions,
  calibrationOf,
  codeReader,
  type Device,
  emojiDocuments,
  emojiLanguage,
  type EmojiScenes,
  emojiScenes,
  enhancementStage,
  evaluateAnswers,
  type EvaluatedCaption,
  evaluateDrawing,
  evaluateJudge,
  evaluateJudgeOnDrawings,
  evaluateReading,
  evaluationCaptions,
  Illume,
  ILLUME_STAGES,
  illumeStages,
  type JudgedDrawing,
  meanAccuracy,
  parserJudge,
  PictureTokenizer,
  readDrawings,
  SceneParser,
  selfGenerate,
  shortened,
  type Stage,
  type StagePlan,
  StateStore,
  TOKENIZER_BUDGETS,
  TOKENIZER_PRESETS,
  tokenizerSources,
  tokenizerStages,
  Training,
  trainTextTokenizer,
  truePicture,
} from "../mod.ts";
import {
  Able,
  type Drawing,
  enhancementGains,
  EnhancementReport,
  type EnhancementRun,
  JudgeResult,
  SelfAssessed,
} from "./enhancement_results.ts";
import { typed } from "./help.ts";
import { stopOnInterrupt, tell } from "./interrupt.ts";
import { openChosenDevice } from "./opening.ts";
import { DEVICE, main, QUICK, readCommandLine } from "./options.ts";
import { JSON_FILE, provenance, readRuns, writeResults } from "./results.ts";

const PRESET = "nano";
const [LANGUAGE, EMBEDDING, ORDINARY_READING, ORDINARY_ALIGNMENT, FINE_TUNING] =
  ILLUME_STAGES[PRESET];

/** Longer than usual: who shall judge where things stand has to see it. */
const READING = {
  ...ORDINARY_READING,
  budget: { steps: 2500, batchSize: 32, peakRate: 2.5e-3 },
};

/** Half drawing, and short: what draws nearly without fault has little to gain. */
const ALIGNMENT = {
  ...ORDINARY_ALIGNMENT,
  mixture: { describe: 1, draw: 3, question: 1, detail: 1 },
  budget: { ...ORDINARY_ALIGNMENT.budget, steps: 760 },
};

/** Steps of the last stage: half of it is assessments in one arm, and left out in another. */
const STEPS = 1300;
const ASSESSED = 0.5;

/** Captions that are drawn to be assessed, and pictures of each. */
const GENERATED = { captions: 3072, samples: 2 };

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
    task: "self-enhancement",
    options: {
      seeds: { value: "N", default: "5", meaning: "how many seeds, from 0 on" },
      out: { value: "FOLDER", default: "out/self_enhancement", meaning: "where the models go" },
      json: JSON_FILE,
      device: DEVICE,
      quick: QUICK,
    },
    examples: ["", "--seeds 1 --json enhanced.json"],
  });
  const seeds = options.number("seeds", { min: 1, max: 100, whole: true });
  const quick = options.flag("quick");
  const { command, ...source } = await provenance("self-enhancement");
  const signal = stopOnInterrupt(typed("self-enhancement", ...Deno.args));
  using device = await openChosenDevice(options);
  const path = options.given("json");
  const recipe = {
    quick,
    reading: READING,
    alignment: ALIGNMENT,
    steps: STEPS,
    assessed: ASSESSED,
    generated: GENERATED,
  };
  const kept = path === undefined ? [] : await readRuns(path, EnhancementReport, recipe);
  const runs: EnhancementRun[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const known = kept.find((run) => run.seed === seed);
    if (known !== undefined) {
      console.error(`seed ${seed} is in ${path}`);
      runs.push(known);
      continue;
    }
    console.error(`seed ${seed}`);
    const scenes = await emojiScenes({ preset: PRESET, seed });
    const parser = SceneParser.create(scenes.world, scenes.sprites);
    const captions = evaluationCaptions(scenes.world, { perTask: quick ? 2 : 64, seed });
    const directory = `${options.text("out")}/${seed}`;
    const setting = { device, signal, seed, quick, directory, scenes, parser, captions };
    runs.push({ seed, ...source, ...await run(setting) });
  }
  await writeResults({ command, recipe, arms: ARMS, gains: enhancementGains(runs), runs }, path);
});

/** Everything with one seed. */
async function run(
  setting: Setting,
): Promise<Omit<EnhancementRun, "seed" | "commit" | "date" | "machine">> {
  const { device, signal, seed, quick, directory, scenes, parser, captions } = setting;
  using store = new StateStore(device);
  using training = await Training.open({
    directory: `${directory}/shared`,
    store,
    settings: { preset: PRESET, seed, quick, device: device.name, generated: GENERATED },
    existing: "resume",
    signal,
  });
  const text = trainTextTokenizer(scenes);
  using tokenizer = new PictureTokenizer({
    device,
    store,
    config: TOKENIZER_PRESETS[PRESET],
    seed,
  });
  const model = Illume.init({ tokenizer, text, language: emojiLanguage(scenes.world), seed });
  const budgets = TOKENIZER_BUDGETS[PRESET];
  const beginning = [
    ...tokenizerStages(tokenizer, tokenizerSources(scenes), text, {
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
    asked: askedCaptions(scenes.world),
    ...(quick ? { captions: 12, samples: 2 } : GENERATED),
    seed,
    signal,
  };
  for await (const { done, total } of selfGenerate(model, parserJudge(parser), generation)) {
    tell(`drawn and assessed: ${done}/${total}`);
  }
  const { drawings, duplicates, unjudged } = await readDrawings(generation.directory);
  const good = drawings.filter(({ assessment }) => assessment.verdict === "good").length;

  const last = cut({ ...FINE_TUNING.budget, steps: STEPS }, setting);
  const arm = (name: keyof typeof ARMS) =>
    training.once(name, Able, () =>
      learned(name, aligned, setting, async (model) => {
        if (name === "assessments") {
          const options = {
            documents: emojiDocuments(scenes),
            truePicture: truePicture(scenes),
            budget: last,
            share: ASSESSED,
          };
          return [await enhancementStage(model, drawings, options)];
        }
        const budget = name === "base" ? shortened(last, 1 - ASSESSED) : last;
        return illumeStages(model, emojiDocuments(scenes), [{ ...FINE_TUNING, budget }]);
      }));
  const arms = {
    base: await arm("base"),
    ordinary: await arm("ordinary"),
    assessments: await arm("assessments"),
  };
  const selfAssessed = await training.once("self-assessment", SelfAssessed, async () => {
    const model = await Illume.load(`${directory}/assessments`, { device });
    using _store = model.store;
    return await selfAssessment(model, setting);
  });
  const parserOnDrawings = await training.once("parser on drawings", JudgeResult, async () => {
    const model = await Illume.load(`${directory}/assessments`, { device });
    using _store = model.store;
    const read = await codeReader(model.tokenizer, scenes, { pictures: quick ? 60 : 3000, seed });
    const drawn = await model.drawAll(captions.map(({ caption }) => caption), { seed });
    const shown = captions.map((asked, i) => ({ ...asked, ...drawn[i] }));
    return await evaluateJudgeOnDrawings(parserJudge(parser), shown, read);
  });
  const task = (name: string, from: string, ...plans: readonly StagePlan[]) =>
    training.once(
      name,
      Able,
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
    parserOnDrawings,
    alone,
  };
}

/** What a model that was saved can do after further stages; it is saved under its own name. */
async function learned(
  name: string,
  from: string,
  setting: Setting,
  stagesOf: (model: Illume) => readonly Stage[] | Promise<readonly Stage[]>,
): Promise<Able> {
  const { device, signal, seed, quick, directory, scenes } = setting;
  const model = await Illume.load(from, { device });
  using store = model.store;
  const own = `${directory}/${name.replaceAll(" ", "_")}`;
  using training = await Training.open({
    directory: own,
    store,
    settings: { arm: name, seed, quick, device: device.name },
    existing: "resume",
    signal,
  });
  const stages = await stagesOf(model);
  training.plan(stages);
  await finish(training, stages);
  await model.save(own);
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
): Promise<SelfAssessed> {
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
): Promise<Drawing> {
  const { scores, drawings } = await evaluateDrawing(model, parser, captions, { seed, ...options });
  const outcome = ({ correct }: JudgedDrawing) => correct ? "1" : "0";
  return { geneval: scores, drawings: drawings.map(outcome).join("") };
}

function stagesOf(plans: readonly StagePlan[], model: Illume, setting: Setting): Stage[] {
  const own = plans.map((plan) => ({ ...plan, budget: cut(plan.budget, setting) }));
  return illumeStages(model, emojiDocuments(setting.scenes), own);
}

function cut(budget: StagePlan["budget"], { quick }: Setting): StagePlan["budget"] {
  return shortened(budget, quick ? 0.005 : 1);
}

/** A run that goes on has later stages in the store already: what was saved stays. */
async function saveOnce(model: Illume, directory: string): Promise<void> {
  const isSaved = await Deno.stat(`${directory}/config.json`).then(() => true, () => false);
  if (!isSaved) await model.save(directory);
}

async function finish(training: Training, stages: readonly Stage[]): Promise<void> {
  for (const stage of stages) for await (const _ of training.run(stage));
}
