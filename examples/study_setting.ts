/** What the models of a study share with one seed: scenes, captions, folders, and how long they learn. */
import {
  type Device,
  type EmojiScenes,
  emojiScenes,
  type EvaluatedCaption,
  evaluationCaptions,
  METAMORPH_STAGES,
  type RecipeName,
  RECIPES,
  SceneParser,
  shortened,
  shortenedPlan,
  type Stage,
  type StagePlan,
  type StateStore,
  Training,
} from "../mod.ts";

export const PRESET = "nano";

/** How much is measured. */
export const SIZES = {
  perTask: 48,
  pope: 100,
  described: 400,
  questions: 200,
  edits: 150,
  varied: { captions: 12, drawings: 16 },
  thoughts: 400,
  frames: 100,
  stories: 100,
  distances: 1024,
};
export const QUICK_SIZES: typeof SIZES = {
  perTask: 1,
  pope: 1,
  described: 2,
  questions: 6,
  edits: 2,
  varied: { captions: 1, drawings: 2 },
  thoughts: 4,
  frames: 1,
  stories: 3,
  distances: 8,
};

/** The share of a quick training: it tries the command, and learns nothing. */
export const QUICK = 0.001;

export interface Setting {
  readonly device: Device;
  readonly signal: AbortSignal;
  readonly seed: number;
  readonly quick: boolean;
  /** Where all that is trained with the seed goes. */
  readonly directory: string;
  readonly scenes: EmojiScenes;
  readonly parser: SceneParser;
  /** Held-out captions to draw. */
  readonly captions: readonly EvaluatedCaption[];
  readonly sizes: typeof SIZES;
}

/** Opens a seed's scenes. */
export async function openSetting(
  given: Pick<Setting, "device" | "signal" | "seed" | "quick" | "directory">,
): Promise<Setting> {
  const { seed, quick } = given;
  const sizes = quick ? QUICK_SIZES : SIZES;
  const scenes = await emojiScenes({ preset: PRESET, seed });
  const parser = SceneParser.create(scenes.world, scenes.sprites);
  const captions = evaluationCaptions(scenes.world, { perTask: sizes.perTask, seed });
  return { ...given, scenes, parser, captions, sizes };
}

/** The stages of a recipe up to where the arms part: its first two. */
export function begunPlans(
  recipe: RecipeName,
  { quick }: Pick<Setting, "quick">,
): StagePlan[] {
  return shortenedPlan(RECIPES[recipe].plans[PRESET], quick ? QUICK : 1).stages.slice(0, 2);
}

export const { batchSize, peakRate } = METAMORPH_STAGES[PRESET].at(-1)!.budget;

/** The last stage: a number of samples of a mixture; the rate falls to its end. */
export function tuningPlan(
  mixture: StagePlan["mixture"],
  samples: number,
  { quick }: Pick<Setting, "quick">,
): StagePlan {
  const whole = { steps: Math.max(1, Math.round(samples / batchSize)), batchSize, peakRate };
  return { name: "instruction tuning", mixture, budget: shortened(whole, quick ? QUICK : 1) };
}

/** Opens a training in a folder of the seed's, or goes on with the one that is there. */
export function openTraining(
  name: string,
  store: StateStore,
  { directory, device, seed, quick, signal }: Setting,
): Promise<Training> {
  return Training.open({
    directory: `${directory}/${folderOf(name)}`,
    store,
    settings: { name, seed, quick, device: device.name },
    existing: "resume",
    signal,
  });
}

/** The name of a training as that of a folder: "20k_drawing_32k_reading". */
export function folderOf(name: string): string {
  return name.replaceAll(/\W+/g, "_");
}

/** Trains stages to their end. */
export async function finish(training: Training, stages: readonly Stage[]): Promise<void> {
  training.plan(stages);
  for (const stage of stages) for await (const _ of training.run(stage));
}
