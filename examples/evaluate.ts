/**
 * `deno task evaluate`: scores a trained model on held-out captions, on your own, or on files of
 * GenEval or POPE; as JSON.
 */
import {
  CaptionError,
  codeReader,
  emojiScenes,
  evaluateCeilings,
  type EvaluatedCaption,
  evaluateDrawing,
  evaluateDrawingByCodes,
  evaluateGeneval,
  evaluatePope,
  evaluateProbes,
  evaluateReading,
  evaluateReconstruction,
  evaluateVisualizer,
  evaluationCaptions,
  type PopeFileScores,
  readGeneval,
  readLines,
  readPope,
  readPopeAnswers,
  Report,
  SceneParser,
  scorePope,
  unseenPictures,
  type World,
} from "../mod.ts";
import {
  type CaptionSpec,
  isOfWorld,
  readCaption,
  type Sentence,
  specOf,
} from "../lib/worlds/emoji/mod.ts";
import { abilitiesOf, MEASURED } from "./abilities.ts";
import { visualizerReport } from "./demo_report.ts";
import { loadChosenModel, openChosenDevice, worldOfScores } from "./opening.ts";
import { type CommandLine, DEVICE, main, readCommandLine, SEED, UsageError } from "./options.ts";
import { FROM, RECIPE_OF_MODEL } from "./recipe.ts";

await main(async () => {
  const options = readCommandLine({
    task: "evaluate",
    options: {
      captions: {
        value: "FILE",
        meaning: "captions of your own, one a line; without it, held-out ones, and POPE",
      },
      geneval: { value: "FILE", meaning: "captions in GenEval's own format" },
      pope: { value: "FILE", meaning: "questions in POPE's own format" },
      pictures: { value: "FOLDER", meaning: "with --pope, where its pictures are" },
      answers: { value: "FILE", meaning: "with --pope, answers to score in place of this model's" },
      recipe: RECIPE_OF_MODEL,
      from: FROM,
      seed: SEED,
      device: DEVICE,
    },
    examples: ["", "--captions captions.txt", "--pope questions.json --pictures pictures"],
  });
  const files = (["captions", "geneval", "pope"] as const).filter((name) =>
    options.given(name) !== undefined
  );
  if (files.length > 1) {
    throw new UsageError(
      `Expected one of --captions, --geneval and --pope, but found --${files.join(" and --")}`,
    );
  }
  const ofPope = (["pictures", "answers"] as const).find((name) =>
    options.given(name) !== undefined
  );
  if (ofPope !== undefined && files[0] !== "pope") {
    throw new UsageError(`Expected --pope beside --${ofPope}, but found none`);
  }
  const file = options.given("captions");
  const seed = options.number("seed", { min: 0, max: 2 ** 31, whole: true });

  if (options.given("pope") !== undefined) return print(await scoresOfPope(options));
  if (options.given("geneval") !== undefined) return print(await scoresOfGeneval(options, seed));

  const start = performance.now();
  using device = await openChosenDevice(options);
  const model = await loadChosenModel(options, device);
  const scenes = await emojiScenes({ world: worldOfScores(model), seed });
  const parser = SceneParser.create(scenes.world, scenes.sprites);
  const captions = file === undefined
    ? evaluationCaptions(scenes.world, { perTask: 48, seed })
    : await readCaptions(file, scenes.world);

  const { scores, drawings } = await evaluateDrawing(model, parser, captions, { seed });
  const read = await codeReader(model.tokenizer, scenes, { pictures: 3000, seed });
  const byCodes = evaluateDrawingByCodes(drawings, read);
  const visualized = model.recipe === "metamorph"
    ? await evaluateVisualizer(model.visualizer, scenes, parser, captions, { seed })
    : undefined;
  const ceilings = visualized?.ceilings ??
    await evaluateCeilings(model.tokenizer, scenes, parser, captions, { seed });
  const whole = file === undefined && {
    ...await abilitiesOf(model, scenes, parser, MEASURED, { seed }),
    pope: await evaluateReading(model, scenes, { pictures: 100, seed }),
    probes: await evaluateProbes(model.tokenizer, scenes, { pictures: 1500, seed }),
    reconstruction: await evaluateReconstruction(
      model.tokenizer,
      unseenPictures(scenes, { pictures: 2048, seed }),
      { seed },
    ),
  };
  const report: Report = {
    recipe: model.recipe,
    preset: scenes.world.name,
    seed: model.seed,
    device: device.name,
    geneval: {
      ...scores,
      ceiling: {
        truth: ceilings.truth.overall,
        reconstructed: ceilings.reconstructed.overall,
      },
      byCodes: {
        ...byCodes.scores,
        agreement: byCodes.agreement,
        ceiling: evaluateDrawingByCodes(ceilings.drawings, read).scores.overall,
      },
    },
    ...visualized && { visualizer: visualizerReport(visualized) },
    ...whole,
    seconds: (performance.now() - start) / 1000,
  };
  print(Report.parse(report));
});

function print(scores: unknown): void {
  console.log(JSON.stringify(scores, null, 2));
}

/** A file of POPE's questions, with a file of answers, or asked about the pictures in a folder. */
async function scoresOfPope(options: CommandLine): Promise<PopeFileScores> {
  const questions = await readPope(options.text("pope"));
  const answers = options.given("answers");
  if (answers !== undefined) return scorePope(questions, await readPopeAnswers(answers));
  const pictures = options.given("pictures");
  if (pictures === undefined) {
    throw new UsageError("Expected --pictures or --answers beside --pope, but found neither");
  }
  using device = await openChosenDevice(options);
  const model = await loadChosenModel(options, device);
  return await evaluatePope(model, questions, {
    pictures,
    size: model.pictureSize,
  });
}

/** A file of GenEval's captions: those of the model's world, and how many are of other things. */
async function scoresOfGeneval(options: CommandLine, seed: number) {
  const prompts = await readGeneval(options.text("geneval"));
  using device = await openChosenDevice(options);
  const model = await loadChosenModel(options, device);
  const { world, sprites } = await emojiScenes({ world: worldOfScores(model) });
  const known = prompts.filter((prompt) => isOfWorld(prompt, world));
  const asked = known.length === 0 ? prompts : known;
  const scores = await evaluateGeneval(model, SceneParser.create(world, sprites), asked, { seed });
  return { prompts: known.length, ofOtherThings: prompts.length - known.length, ...scores };
}

/** One caption a line, in any words that are read; empty lines are passed over. */
async function readCaptions(
  path: string,
  world: World,
): Promise<EvaluatedCaption<CaptionSpec | Sentence>[]> {
  return (await readLines(path, "captions")).map(({ number, text }) => {
    try {
      const sentence = readCaption(text, world);
      return { caption: text, spec: specOf(sentence) ?? sentence };
    } catch (error) {
      if (error instanceof CaptionError) {
        throw new CaptionError(`${path}, line ${number}: ${error.message}`);
      }
      throw error;
    }
  });
}
