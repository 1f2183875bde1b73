/** How well a model reads: POPE (arXiv 2305.10355) on scenes of a world. */
import type { Answers } from "../../../evaluation/abilities.ts";
import {
  evaluateYesNo,
  POPE_SPLITS,
  popeObjects,
  type PopeScores,
  type PopeSplit,
  type YesNo,
} from "../../../evaluation/pope.ts";
import { checkNumber, COUNT, Random } from "../../../runtime/mod.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import { presenceQuestion } from "../questions.ts";
import { randomScene } from "../random_scenes.ts";
import type { Scene } from "../scene.ts";
import type { World } from "../world.ts";

/** One scene and the questions about it. */
export interface PopeItem {
  /** What is asked about. */
  readonly scene: Scene;
  /** Each with the concept that it asks for, and what is right. */
  readonly questions: readonly {
    readonly concept: string;
    readonly question: string;
    readonly answer: YesNo;
  }[];
}

/** Questions of each answer that a picture gets. */
const EACH = 3;

/**
 * `pictures` random scenes of at least three different things, each with three questions whose
 * answer is yes and three whose answer is no (`popeObjects`). One seed gives the same scenes for all
 * splits.
 *
 * As scenes are sampled evenly, frequent things are so by chance only: `popular` then asks for a few
 * things again and again, and shows whether a model leans to yes for some of them; it does not test a
 * prejudice learnt from lopsided data.
 *
 * @example
 * ```ts
 * import { worldOf } from "../world.ts";
 * import { popeQuestions } from "./pope.ts";
 *
 * const world = worldOf("nano");
 * const items = popeQuestions({ world }, { pictures: 5, seed: 0, split: "adversarial" });
 * const answers = items.flatMap(({ questions }) => questions.map(({ answer }) => answer));
 * if (answers.filter((answer) => answer === "yes").length !== 15) throw new Error("Expected half");
 * ```
 */
export function popeQuestions(
  { world }: { readonly world: World },
  { pictures, seed, split }: { pictures: number; seed: number; split: PopeSplit },
): PopeItem[] {
  checkNumber("pictures", pictures, COUNT);
  const scenes = Array.from(
    { length: pictures },
    (_, i) => sceneOfThree(world, new Random(seed, "pope", i)),
  );
  const about = (answer: YesNo) => (concept: string) => ({
    concept,
    question: presenceQuestion(concept),
    answer,
  });
  return popeObjects(scenes.map(conceptsOf), world.concepts, { split, seed, each: EACH })
    .map(({ present, absent }, i) => ({
      scene: scenes[i],
      questions: [...present.map(about("yes")), ...absent.map(about("no"))],
    }));
}

/** Asks six questions about each of `pictures` pictures, for each of the three splits. */
export async function evaluateReading(
  model: Answers,
  scenes: EmojiScenes,
  { pictures, seed }: { pictures: number; seed: number },
): Promise<Record<PopeSplit, Pick<PopeScores, "accuracy" | "f1" | "yesRatio">>> {
  const splits = [];
  for (const split of POPE_SPLITS) {
    const questions = popeQuestions(scenes, { pictures, seed, split }).flatMap((item) => {
      const picture = scenes.draw(item.scene);
      return item.questions.map(({ question, answer }) => ({ picture, question, answer }));
    });
    const { accuracy, f1, yesRatio } = await evaluateYesNo(model, questions);
    splits.push([split, { accuracy, f1, yesRatio }] as const);
  }
  return Object.fromEntries(splits) as Awaited<ReturnType<typeof evaluateReading>>;
}

function sceneOfThree(world: World, random: Random): Scene {
  while (true) {
    const scene = randomScene(world, random, { objects: random.uniform() < 0.5 ? 3 : 4 });
    if (conceptsOf(scene).size >= EACH) return scene;
  }
}

function conceptsOf({ objects }: Scene): ReadonlySet<string> {
  return new Set(objects.map(({ concept }) => concept));
}
