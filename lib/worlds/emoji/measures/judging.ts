/** How far a judge can be trusted: its scores against the truth about scenes. */
import type { Judge } from "../../../assessment/judge.ts";
import type { Picture } from "../../../data/picture.ts";
import type { CodedDrawing } from "../../../evaluation/abilities.ts";
import { accuracyOf, type JudgeAccuracy } from "../../../evaluation/judging.ts";
import { checkNumber, COUNT, Random } from "../../../runtime/mod.ts";
import { assessScene } from "../axes.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import { nearMiss } from "../near_miss.ts";
import { seenIn } from "../parser/parsed_scene.ts";
import { sceneFor } from "../random_scenes.ts";
import { requirementsOf } from "../requirements.ts";
import { evaluationCaptions } from "../splits.ts";
import type { CodeReader } from "./code_reader.ts";
import type { EvaluatedCaption } from "./drawing.ts";

/**
 * Has pictures of held-out captions judged: one half shows what its caption asks for, the other a
 * near miss.
 *
 * @param shown what becomes of the pictures before they are judged, such as a trip through a
 * tokenizer; default nothing
 */
export async function evaluateJudge(
  judge: Judge,
  scenes: EmojiScenes,
  { perTask, seed, shown = (pictures) => Promise.resolve(pictures) }: {
    perTask: number;
    seed: number;
    shown?: (pictures: readonly Picture[]) => Promise<readonly Picture[]>;
  },
): Promise<JudgeAccuracy> {
  checkNumber("perTask", perTask, COUNT);
  const { world } = scenes;
  const random = new Random(seed, "judging");
  const cases = evaluationCaptions(world, { perTask, seed }).flatMap(({ spec, caption }) =>
    [spec, nearMiss(spec, world, random)].map((drawn) => {
      const scene = sceneFor(drawn, world, random);
      return { caption, scene, truth: assessScene(requirementsOf(spec), seenIn(scene)) };
    })
  );
  const pictures = await shown(cases.map(({ scene }) => scenes.draw(scene)));
  const judgements = await judge.judge(
    cases.map(({ caption }, i) => ({ caption, picture: pictures[i] })),
  );
  return accuracyOf(judgements, cases.map(({ truth }) => truth));
}

/** Holds a judge of drawings against what their codes say that they show. */
export async function evaluateJudgeOnDrawings(
  judge: Judge,
  drawings: readonly (EvaluatedCaption & CodedDrawing)[],
  read: CodeReader,
): Promise<JudgeAccuracy> {
  const judgements = await judge.judge(drawings);
  const truths = drawings.map(({ spec, ids }) =>
    assessScene(requirementsOf(spec), seenIn(read(ids)))
  );
  return accuracyOf(judgements, truths);
}
