/** How far a judge can be trusted: its scores against the truth about scenes, axis by axis. */
import { type Assessment, AXES, type Axis } from "../assessment/assessment.ts";
import { assessScene } from "../worlds/emoji/axes.ts";
import type { Judge, Judgement } from "../assessment/judge.ts";
import { seenIn } from "../worlds/emoji/parser/parsed_scene.ts";
import { requirementsOf } from "../worlds/emoji/requirements.ts";
import type { EmojiScenes } from "../worlds/emoji/emoji_scenes.ts";
import { nearMiss } from "../worlds/emoji/near_miss.ts";
import type { Picture } from "../data/picture.ts";
import { sceneFor } from "../worlds/emoji/random_scenes.ts";
import { evaluationCaptions } from "../worlds/emoji/splits.ts";
import { checkNumber, COUNT, Random } from "../runtime/mod.ts";

/** How often a judge was right, and about how much it was asked. */
export interface AxisAccuracy {
  /** Share of the pictures in which the axis was found right where it is, and wrong where not. */
  readonly accuracy: number;
  readonly count: number;
}

export interface JudgeAccuracy {
  readonly axes: Readonly<Partial<Record<Axis, AxisAccuracy>>>;
  readonly verdict: AxisAccuracy;
  /** Pictures about which the judge said something that is no assessment: wrong on all axes. */
  readonly unjudged: number;
}

/**
 * Has pictures of held-out captions judged: one half shows what its caption asks for, the other a
 * near miss.
 *
 * @param shown what becomes of the pictures before they are judged, such as a trip through a
 * tokenizer; nothing unless told
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

/**
 * Of judgements, axis by axis, how many say what is true.
 * @throws RangeError where there is none, or not one for each truth
 */
export function accuracyOf(
  judgements: readonly Judgement[],
  truths: readonly Assessment[],
): JudgeAccuracy {
  if (truths.length === 0 || truths.length !== judgements.length) {
    throw new RangeError(
      `Expected a judgement for each truth, but found ${judgements.length} for ${truths.length}`,
    );
  }
  const accuracy = (right: readonly boolean[]): AxisAccuracy => ({
    accuracy: right.filter(Boolean).length / right.length,
    count: right.length,
  });
  const axes = AXES.flatMap((axis) => {
    const right = truths.flatMap((truth, i) =>
      truth[axis] === undefined
        ? []
        : [isTen(judgements[i].assessment?.[axis]) === isTen(truth[axis])]
    );
    return right.length === 0 ? [] : [[axis, accuracy(right)]];
  });
  return {
    axes: Object.fromEntries(axes),
    verdict: accuracy(
      truths.map(({ verdict }, i) => judgements[i].assessment?.verdict === verdict),
    ),
    unjudged: judgements.filter(({ assessment }) => assessment === undefined).length,
  };
}

/** Undefined where nothing was said of an axis. */
function isTen(axis: { readonly score: number } | undefined): boolean | undefined {
  return axis && axis.score === 10;
}
