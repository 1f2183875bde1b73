/** `deno task evaluate`: scores a trained model on held-out captions, or on your own; as JSON. */
import {
  CaptionError,
  emojiScenes,
  evaluateCeilings,
  type EvaluatedCaption,
  evaluateDrawing,
  evaluateProbes,
  evaluateReading,
  evaluateReconstruction,
  evaluationCaptions,
  parseCaption,
  Report,
  SceneParser,
  type World,
} from "../mod.ts";
import { loadChosenModel, openChosenDevice } from "./opening.ts";
import { DEVICE, FROM, main, readCommandLine, SEED } from "./options.ts";

await main(async () => {
  const options = readCommandLine({
    task: "evaluate",
    options: {
      captions: {
        value: "FILE",
        meaning: "captions of your own, one a line; without it, held-out ones, and POPE",
      },
      from: FROM,
      seed: SEED,
      device: DEVICE,
    },
    examples: ["", "--captions captions.txt", "--from out/demo > scores.json"],
  });
  const file = options.given("captions");
  const seed = options.number("seed", { min: 0, max: 2 ** 31, whole: true });

  const start = performance.now();
  using device = await openChosenDevice(options);
  const model = await loadChosenModel(options, device);
  const scenes = await emojiScenes({ preset: model.world.preset, seed });
  const parser = SceneParser.create(scenes.world, scenes.sprites);
  const captions = file === undefined
    ? evaluationCaptions(scenes.world, { perTask: 48, seed })
    : await readCaptions(file, scenes.world);

  const { scores } = await evaluateDrawing(model, parser, captions, { seed });
  const ceilings = await evaluateCeilings(model.tokenizer, scenes, parser, captions, { seed });
  const whole = file === undefined && {
    pope: await evaluateReading(model, scenes, { pictures: 100, seed }),
    probes: await evaluateProbes(model.tokenizer, scenes, { pictures: 1500, seed }),
    reconstruction: await evaluateReconstruction(model.tokenizer, scenes, { pictures: 2048, seed }),
  };
  const report: Report = {
    preset: model.world.preset,
    seed: model.seed,
    device: device.name,
    geneval: {
      ...scores,
      ceiling: {
        truth: ceilings.truth.overall,
        reconstructed: ceilings.reconstructed.overall,
      },
    },
    ...whole,
    seconds: (performance.now() - start) / 1000,
  };
  console.log(JSON.stringify(Report.parse(report), null, 2));
});

/** One caption a line, in the six templates; empty lines are passed over. */
async function readCaptions(path: string, world: World): Promise<EvaluatedCaption[]> {
  const lines = (await Deno.readTextFile(path)).split("\n");
  const captions = lines.flatMap((line, i): EvaluatedCaption[] => {
    if (line.trim() === "") return [];
    try {
      return [{ caption: line.trim(), spec: parseCaption(line, world) }];
    } catch (error) {
      if (error instanceof CaptionError) {
        throw new CaptionError(`${path}, line ${i + 1}: ${error.message}`);
      }
      throw error;
    }
  });
  if (captions.length === 0) throw new CaptionError(`Expected captions in ${path}, but found none`);
  return captions;
}
