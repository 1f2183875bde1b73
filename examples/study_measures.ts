/** What the models of a study are measured by: all alike, and by what they learned. */
import {
  cosinesByPosition,
  evaluateDescribing,
  evaluateDetails,
  evaluateDiversity,
  evaluateDrawing,
  evaluateEditing,
  evaluateFrames,
  evaluateIllustrating,
  evaluateReading,
  evaluateStories,
  evaluateThinking,
  meanAccuracy,
  type MetaMorph,
  predictTokens,
  Random,
  type RecipeModel,
  truePicture,
} from "../mod.ts";
import { spread } from "./spread.ts";
import type { Measured } from "./study_results.ts";
import type { Samples } from "./study_samples.ts";
import type { Setting } from "./study_setting.ts";

/** Drawing and reading, and whatever else a model has learned. */
export async function measure(
  model: RecipeModel,
  samples: Samples,
  setting: Setting,
): Promise<Measured> {
  const { seed, scenes, parser, captions, sizes, signal } = setting;
  const { scores, drawings } = await evaluateDrawing(model, parser, captions, { seed });
  const pope = await evaluateReading(model, scenes, { pictures: sizes.pope, seed });
  signal.throwIfAborted();
  return {
    geneval: scores,
    drawings: drawings.map(({ correct }) => correct ? "1" : "0").join(""),
    pope: meanAccuracy(pope),
    nats: await evaluateDescribing(model, scenes, { pictures: sizes.described, seed }),
    ...(model.recipe === "metamorph" && samples.drawing
      ? { cosines: await measureCosines(model, setting) }
      : {}),
    ...(samples.edits ? await measureBeside(model, setting) : {}),
    ...(samples.thoughts && samples.imagined
      ? {
        thinking: await evaluateThinking(model, scenes, parser, {
          thoughts: sizes.thoughts,
          seed,
        }),
      }
      : {}),
    ...(samples.stories ? await measureStories(model, setting) : {}),
    ...(samples.frames
      ? { frames: await evaluateFrames(model, scenes, parser, { frames: sizes.frames, seed }) }
      : {}),
  };
}

/** Cosines of visual tokens of the held-out captions, each beside those of a picture of it. */
async function measureCosines(model: MetaMorph, { seed, scenes, captions }: Setting) {
  const draw = truePicture(scenes);
  const captioned = captions.map(({ caption }, i) => {
    return { caption, picture: draw(caption, new Random(seed, "true picture", i)) };
  });
  const said = await predictTokens(model, captioned);
  const truth = said.map(({ truth }) => truth);
  const { tokens } = model.visualizer.config;
  return {
    afterTruth: cosinesByPosition(said.map(({ afterTruth }) => afterTruth), truth, tokens),
    afterOwn: cosinesByPosition(said.map(({ afterOwn }) => afterOwn), truth, tokens),
  };
}

/** Stories that are told, and true ones that are illustrated, after true pictures and after own ones. */
async function measureStories(
  model: RecipeModel,
  { seed, scenes, parser, sizes: { stories } }: Setting,
): Promise<Pick<Measured, "stories" | "illustrated">> {
  return {
    stories: await evaluateStories(model, scenes, parser, { stories, seed }),
    illustrated: await evaluateIllustrating(model, scenes, parser, { stories, seed }),
  };
}

/** What is compared between recipes besides. */
async function measureBeside(
  model: RecipeModel,
  { seed, scenes, parser, captions, sizes }: Setting,
): Promise<Pick<Measured, "details" | "edits" | "diversity">> {
  const { questions, edits, varied } = sizes;
  return {
    details: await evaluateDetails(model, scenes, { questions, seed }),
    edits: await evaluateEditing(model, scenes, parser, { edits, seed }),
    diversity: await evaluateDiversity(model, scenes, parser, spread(captions, varied.captions), {
      drawings: varied.drawings,
      seed,
    }),
  };
}
