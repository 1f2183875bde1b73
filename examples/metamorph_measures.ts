/** What the models of `deno task metamorph` are measured by: all alike, and by what they learned. */
import {
  cosinesByPosition,
  evaluateDescribing,
  evaluateDetails,
  evaluateDiversity,
  evaluateDrawing,
  evaluateEditing,
  evaluateFrames,
  evaluateReading,
  evaluateThinking,
  meanAccuracy,
  type MetaMorph,
  predictTokens,
  Random,
  type RecipeModel,
  truePicture,
} from "../mod.ts";
import type { Samples } from "./metamorph_arms.ts";
import type { Measured } from "./metamorph_results.ts";
import type { Setting } from "./metamorph_setting.ts";
import { spread } from "./spread.ts";

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
