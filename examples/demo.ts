/**
 * `deno task demo`: trains ILLUME (arXiv 2412.06673), MetaMorph (2412.14164) or DreamLLM (2309.11499)
 * from nothing, lets it judge its own drawings and learn from that, and reports what it can do.
 */
import {
  askedCaptions,
  calibrationOf,
  codeReader,
  editScenes,
  emojiDocuments,
  emojiLanguage,
  emojiScenes,
  enhancementBudget,
  enhancementStage,
  evaluateCeilings,
  evaluateDrawing,
  evaluateDrawingByCodes,
  evaluateProbes,
  evaluateReading,
  evaluateReconstruction,
  evaluateVisualizer,
  evaluationCaptions,
  meanAccuracy,
  parserJudge,
  type plot,
  readDrawings,
  RECIPES,
  SceneParser,
  scoreEdits,
  selfGenerate,
  shortened,
  shortenedPlan,
  type Stage,
  StateStore,
  TOKENIZER_PRESETS,
  tokenizerSources,
  Training,
  trainTextTokenizer,
  truePicture,
  unseenPictures,
  visualizerSource,
} from "../mod.ts";
import { z } from "../lib/packages/zod.ts";
import { abilitiesOf } from "./abilities.ts";
import { writeReport } from "./demo_report.ts";
import { summary } from "./demo_summary.ts";
import { EXISTING, existingOf, wordsOfRun } from "./existing.ts";
import { typed } from "./help.ts";
import { stopOnInterrupt, tell } from "./interrupt.ts";
import { openChosenDevice } from "./opening.ts";
import { DEVICE, main, QUICK, readCommandLine, SEED, UsageError } from "./options.ts";
import { FOLDERS, OUT, RECIPE, recipeOf } from "./recipe.ts";
import { spread } from "./spread.ts";
import { tellAll } from "./told_stories.ts";

type ScorePoint = plot.ScorePoint;
const ScorePoints = z.array(
  z.object({ name: z.string(), seconds: z.number(), score: z.number() }),
);
type Look = (stage: Stage, step: number) => Promise<ScorePoint[]>;

const LOOK_EVERY = 500;

/** GenEval overall by two judges: the parser, and the reader of codes. */
const Before = z.object({ byParser: z.number(), byCodes: z.number() });

/** What the demo leaves in its folder, besides what every training does. */
const FILES = [
  ...["config.json", "model.safetensors", "tokenizer.json"],
  ...["drawings/drawings.jsonl", "drawings/settings.json"],
  ...["report.html", "report.json", "scores.png", "drawn.png", "edited.png", "reconstructed.png"],
];

/** The steps of a stage after which the model is looked at: every `LOOK_EVERY`, and the last. */
function looksAt({ steps }: Stage): number[] {
  const count = Math.ceil(steps / LOOK_EVERY);
  return Array.from({ length: count }, (_, i) => Math.min(LOOK_EVERY * (i + 1), steps));
}

/** What a report shows told. */
const SUBJECTS = [
  "a story about a cat and three apples",
  "a story about a dog and two keys",
  "how to draw two red hearts and a cat",
];

await main(async () => {
  const options = readCommandLine({
    task: "demo",
    options: {
      recipe: RECIPE,
      preset: {
        value: "NAME",
        default: "nano",
        meaning: "how much is learned: nano takes ten minutes, small two hours, base wants a GPU",
      },
      out: OUT,
      ...EXISTING,
      seed: SEED,
      device: DEVICE,
      precision: {
        value: "TYPE",
        default: "float32",
        meaning: "float32, or mixed: products in float16, on a GPU",
      },
      longer: {
        value: "TIMES",
        default: "1",
        meaning: "how many times as long all is learned: 3 makes half an hour of ten minutes",
      },
      quick: QUICK,
    },
    examples: ["", "--resume", "--preset small --out out/small", "--recipe metamorph --longer 2"],
  });
  const recipe = RECIPES[recipeOf(options)];
  const preset = options.choice("preset", ["nano", "small", "base"]);
  const seed = options.number("seed", { min: 0, max: 2 ** 31, whole: true });
  const out = options.given("out") ?? FOLDERS[recipe.name];
  const existing = existingOf(options);
  const precision = options.choice("precision", ["float32", "mixed"]);
  const quick = options.flag("quick");
  const longer = options.number("longer", { min: 0.1, max: 100 });
  const share = quick ? 0.01 : longer;
  const sizes = quick
    ? {
      ...{ perTask: 6, pope: 4, drawings: 24, reconstructions: 64, probes: 24, codes: 60 },
      ...{ questions: 12, judged: 2, edits: 12, stories: 4 },
    }
    : {
      perTask: 48,
      pope: 100,
      drawings: 1024,
      reconstructions: 2048,
      probes: 1500,
      codes: 3000,
      questions: 200,
      judged: 48,
      edits: 150,
      stories: 60,
    };

  const signal = stopOnInterrupt(typed("demo", ...wordsOfRun(), "--resume"));
  using device = await openChosenDevice(options);
  if (precision === "mixed" && device.name === "cpu") {
    const found = "--device cpu, which multiplies in float32 only";
    throw new UsageError(`Expected --precision mixed with a GPU, but found ${found}`);
  }
  const config = TOKENIZER_PRESETS[preset];
  using store = new StateStore(device);
  using training = await Training.open({
    directory: out,
    store,
    settings: {
      recipe: recipe.name,
      preset,
      seed,
      longer,
      quick,
      device: device.name,
      precision,
      tokenizer: config,
      sizes,
    },
    existing,
    files: FILES,
    signal,
  });
  const train = async (stages: readonly Stage[], look?: Look) => {
    for (const stage of stages) {
      const seen = looksAt(stage);
      for await (const { step } of training.run(stage)) {
        if (seen.includes(step)) await look?.(stage, step);
      }
    }
  };

  // Data: scenes of emoji with captions, questions, edits and exact truth.
  const scenes = await emojiScenes({ preset, seed });
  const text = trainTextTokenizer(scenes);
  const parser = SceneParser.create(scenes.world, scenes.sprites);
  const captions = evaluationCaptions(scenes.world, { perTask: sizes.perTask, seed });

  // The model: what sees and draws pictures, and the language model; and the stages that it learns in.
  const documents = emojiDocuments(scenes);
  const { stages, ...budgets } = shortenedPlan(recipe.plans[preset], share);
  const plans = stages.map((plan) => ({ ...plan, precision }));
  const { model, vision, early, multimodal } = recipe.begin({
    store,
    tokenizer: config,
    preset,
    seed,
    text,
    language: emojiLanguage(scenes.world),
    sources: {
      tokenizer: tokenizerSources(scenes),
      visualizer: visualizerSource(scenes),
      documents,
    },
    plan: { ...budgets, stages: plans },
  });
  const { tokenizer } = model;
  const enhancement = shortened(enhancementBudget(recipe.name, preset), share);
  training.plan([...vision, ...early, ...multimodal, { name: "self-enhancement", ...enhancement }]);
  await train([...vision, ...early]);

  // From time to time it is looked at, with a part of the evaluation: scores over minutes.
  const few = evaluationCaptions(scenes.world, { perTask: Math.ceil(sizes.perTask / 3), seed });
  const look: Look = async ({ name }, step) => {
    const about = `scores after ${step} steps of ${name}`;
    const [drawn, said] = await training.once(about, ScorePoints, async () => {
      const { seconds } = training;
      const { scores } = await evaluateDrawing(model, parser, few, { seed });
      const pope = await evaluateReading(model, scenes, { pictures: sizes.pope / 4, seed });
      return [
        { name: "GenEval", seconds, score: scores.overall },
        { name: "POPE", seconds, score: meanAccuracy(pope) },
      ];
    });
    await training.offer((drawn.score + said.score) / 2);
    return [drawn, said];
  };
  await train(multimodal, look);

  // The parser will write the labels of self-enhancement: a second judge, which sees codes and no
  // pixels, has no part in them.
  const read = await codeReader(tokenizer, scenes, { pictures: sizes.codes, seed });
  signal.throwIfAborted();

  // Self-enhancement: draw, assess, learn from the assessments.
  const before = await training.once("before", Before, async () => {
    const { scores, drawings } = await evaluateDrawing(model, parser, captions, { seed });
    const byCodes = evaluateDrawingByCodes(drawings, read);
    return { byParser: scores.overall, byCodes: byCodes.scores.overall };
  });
  for await (
    const { done, total } of selfGenerate(model, parserJudge(parser), {
      directory: `${out}/drawings`,
      asked: askedCaptions(scenes.world),
      captions: sizes.drawings,
      seed,
      signal,
    })
  ) tell(`drawn and assessed: ${done}/${total}`);
  const { drawings } = await readDrawings(`${out}/drawings`);
  const enhancing = enhancementStage(model, drawings, {
    documents,
    truePicture: truePicture(scenes),
    plan: plans.at(-1),
    budget: enhancement,
  });
  await train([enhancing], look);
  const curve: ScorePoint[] = [];
  for (const stage of [...multimodal, enhancing]) {
    for (const step of looksAt(stage)) curve.push(...await look(stage, step));
  }
  await model.save(out);

  // Evaluation, on captions that no stage has seen.
  const drawing = await evaluateDrawing(model, parser, captions, { seed });
  signal.throwIfAborted();
  const visualized = model.recipe === "metamorph"
    ? await evaluateVisualizer(model.visualizer, scenes, parser, captions, { seed })
    : undefined;
  const ceilings = visualized?.ceilings ??
    await evaluateCeilings(tokenizer, scenes, parser, captions, { seed });
  signal.throwIfAborted();
  const abilities = await abilitiesOf(model, scenes, parser, sizes, { seed, signal });
  signal.throwIfAborted();
  const reconstruction = await evaluateReconstruction(
    tokenizer,
    unseenPictures(scenes, { pictures: sizes.reconstructions, seed }),
    { seed },
  );
  signal.throwIfAborted();
  const probes = await evaluateProbes(tokenizer, scenes, { pictures: sizes.probes, seed });
  signal.throwIfAborted();
  const pope = await evaluateReading(model, scenes, { pictures: sizes.pope, seed });
  const judgements = await model.judge(drawing.drawings);
  const assessed = drawing.drawings.map((drawing, i) => ({
    ...drawing,
    assessment: judgements[i].assessment,
  }));
  const calibration = calibrationOf(
    drawing.drawings.map(({ correct }, i) => ({ judgement: judgements[i], isRight: correct })),
  );
  const edited = await editScenes(model, scenes, { edits: 12, seed });
  const shown = spread(ceilings.pictures, 12);
  const encoded = await tokenizer.encode(shown.map(({ picture }) => picture));
  const report = await writeReport(out, {
    recipe,
    preset,
    seed,
    device: device.name,
    before,
    drawing,
    byCodes: evaluateDrawingByCodes(drawing.drawings, read),
    ceilings,
    visualized,
    abilities,
    edited: edited.map((edit) => ({ ...edit, right: scoreEdits([edit], parser).both === 1 })),
    told: model.recipe === "dreamllm" ? await tellAll(model, SUBJECTS, seed) : undefined,
    ceilingByCodes: evaluateDrawingByCodes(ceilings.drawings, read),
    probes,
    reconstruction,
    pope,
    curve,
    stages: training.stages,
    visionStages: vision.map(({ name }) => name),
    lossParts: ["loss", "text", model.unified.draw.name],
    seconds: training.seconds,
    calibration,
    assessed,
    reconstructed: shown.map((pair, i) => ({ ...pair, tokens: [...encoded[i].ids] })),
  });
  console.log(summary(report, out));
});
