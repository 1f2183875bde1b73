/**
 * What a model learns from assessments of its own drawings: step three of self-enhancing alignment
 * (ILLUME, arXiv 2412.06673, section 3.4). There a good picture makes one turn (assess), a bad one
 * two (assess, then correct). Here a correction is asked for in the words of all drawing, and a picture
 * is also held against near misses of its caption, several captions one after the other: a small model
 * has to be asked for all that it shall look at.
 */
import type { Assessment } from "../assessment/assessment.ts";
import { assessmentPrompt, assessmentToText } from "../assessment/words.ts";
import { parseCaption } from "../worlds/emoji/captions.ts";
import type { EmojiScenes } from "../worlds/emoji/emoji_scenes.ts";
import type { Picture } from "../data/picture.ts";
import { sceneFor } from "../worlds/emoji/random_scenes.ts";
import type { World } from "../worlds/emoji/world.ts";
import type { Precision } from "../graph/mod.ts";
import type { Budget, Stage } from "../optim/mod.ts";
import type { Random } from "../runtime/mod.ts";
import type { Segment } from "../unified/mod.ts";
import { answerPicture, answerText, ask } from "./formats.ts";
import type { Illume } from "./illume.ts";
import { ILLUME_STAGES, unifiedStage, type Weighted } from "./illume_stages.ts";
import type { AssessedDrawing } from "./self_generation.ts";
import { type Task, type TaskName, tasksOf } from "./tasks.ts";

/** How long and how fast a model learns from its assessments. */
export const ENHANCEMENT_BUDGETS: Readonly<Record<World["preset"], Budget>> = {
  nano: { steps: 500, batchSize: 32, peakRate: 1.2e-3 },
  small: { steps: 700, batchSize: 32, peakRate: 1e-3 },
  base: { steps: 1000, batchSize: 128, peakRate: 3e-4 },
};

export interface EnhancementOptions {
  /** As in `ENHANCEMENT_BUDGETS`, unless told. */
  readonly budget?: Budget;
  /** The share of assessments in what is learned, between 0 and 1; 0.35 unless told. */
  readonly share?: number;
  /** float32 unless told. */
  readonly precision?: Precision;
}

/** Of the bad pictures, the share that is corrected. */
const CORRECTED = 0.7;

/** How many captions a picture is held against, one after the other, where it is not corrected. */
const CAPTIONS = 3;

/**
 * Step three: the last stage again, with the assessments in its mixture. Good and bad pictures come
 * up equally often, and so do good and bad captions of a picture, so that neither verdict is the
 * answer to everything.
 *
 * @throws RangeError where the share is none
 */
export async function enhancementStage(
  model: Illume,
  scenes: EmojiScenes,
  drawings: readonly AssessedDrawing[],
  { budget = ENHANCEMENT_BUDGETS[model.world.preset], share = 0.35, precision }:
    EnhancementOptions = {},
): Promise<Stage> {
  if (!(share > 0 && share < 1)) {
    throw new RangeError(`Expected a share of assessments between 0 and 1, but found ${share}`);
  }
  const tasks = tasksOf(scenes);
  const lastStage = ILLUME_STAGES[model.world.preset].at(-1)!;
  const ordinary = Object.entries(lastStage.mixture).map(([name, weight]): Weighted => ({
    task: tasks[name as TaskName],
    weight,
  }));
  const total = ordinary.reduce((sum, { weight }) => sum + weight, 0);
  const assess = await assessmentTask(model, scenes, drawings);
  return unifiedStage(model, { name: "self-enhancement", budget, precision }, [
    ...ordinary,
    { task: assess, weight: total * share / (1 - share) },
  ]);
}

async function assessmentTask(
  model: Illume,
  scenes: EmojiScenes,
  drawings: readonly AssessedDrawing[],
): Promise<Task> {
  const pictures = await model.tokenizer.decode(drawings.map(({ ids }) => Int32Array.from(ids)));
  const assessed = drawings.map((drawing, i) => {
    const held = Map.groupBy([drawing, ...drawing.misses], ({ assessment }) => assessment.verdict);
    return { ...drawing, picture: pictures[i], held: [...held.values()] };
  });
  const byVerdict = [...Map.groupBy(assessed, (own) => own.assessment.verdict).values()];
  return {
    size: "assessment",
    example(random) {
      const { caption, picture, assessment, held } = random.pick(random.pick(byVerdict));
      if (assessment.verdict === "bad" && random.uniform() < CORRECTED) {
        return {
          pictures: [picture, truePicture(caption, scenes, random)],
          turns: ([{ features }, { ids }]) => [
            { ask: ask.assess(features, caption), answer: told(assessment) },
            { ask: ask.draw(caption), answer: answerPicture(ids) },
          ],
        };
      }
      const [first, ...further] = Array.from(
        { length: CAPTIONS },
        () => random.pick(random.pick(held)),
      );
      return {
        pictures: [picture],
        turns: ([{ features }]) => [
          { ask: ask.assess(features, first.caption), answer: told(first.assessment) },
          ...further.map(({ caption, assessment }) => ({
            ask: ask.further(assessmentPrompt(caption)),
            answer: told(assessment),
          })),
        ],
      };
    },
  };
}

function told(assessment: Assessment): Segment[] {
  return answerText(assessmentToText(assessment));
}

function truePicture(caption: string, scenes: EmojiScenes, random: Random): Picture {
  const spec = parseCaption(caption, scenes.world);
  return scenes.draw(sceneFor(spec, scenes.world, random));
}
