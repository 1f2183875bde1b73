/** How well a model reads: POPE (arXiv 2305.10355) on scenes of its world. */
import type { EmojiScenes } from "../worlds/emoji/emoji_scenes.ts";
import type { Illume } from "../recipes/mod.ts";
import { parseYesNo, popeQuestions, popeScores, SAMPLINGS } from "./pope.ts";
import type { Report } from "./report.ts";

/** Asks six questions about each of `pictures` pictures, for each of the three samplings. */
export async function evaluateReading(
  model: Illume,
  scenes: EmojiScenes,
  { pictures, seed }: { pictures: number; seed: number },
): Promise<Required<NonNullable<Report["pope"]>>> {
  const splits = [];
  for (const sampling of SAMPLINGS) {
    const asked = popeQuestions(scenes, { pictures, seed, sampling }).flatMap((item) => {
      const picture = scenes.draw(item.scene);
      return item.questions.map(({ question, answer }) => ({ picture, question, answer }));
    });
    const answers = await model.askAll(asked);
    const { accuracy, f1, yesRatio } = popeScores(
      answers.map((answer, i) => ({ expected: asked[i].answer, found: parseYesNo(answer) })),
    );
    splits.push([sampling, { accuracy, f1, yesRatio }] as const);
  }
  return Object.fromEntries(splits) as Required<NonNullable<Report["pope"]>>;
}
