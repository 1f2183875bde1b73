/** Details: who answers all right has all, and who says one thing has what that is worth. */
import assert from "node:assert/strict";
import type { Picture } from "../lib/data/picture.ts";
import { detailQuestions } from "../lib/worlds/emoji/questions.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { evaluateDetails } from "../lib/worlds/emoji/measures/details.ts";
import { Random } from "../lib/runtime/mod.ts";

const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const sizes = { questions: 120, seed: 0 };

/** The right answers, found by drawing the same scenes again. */
function truth(objects: 2 | 3 | 4): string[] {
  const random = new Random(0, "measure", objects);
  const answers: string[] = [];
  while (answers.length < sizes.questions) {
    const { scene } = scenes.reading(random, { objects, tinted: 1 });
    const asked = detailQuestions(scene, random).filter(({ kind }) => kind !== "counting");
    answers.push(...asked.map(({ answer }) => answer));
  }
  const counts = Math.max(0, 1.25 * sizes.questions - answers.length);
  return [...answers, ...Array(Math.ceil(counts)).fill(["two", "three", "four"][objects - 2])];
}

Deno.test("right answers are all that counts, form by form", async () => {
  let things = 2;
  const next = () => truth(things++ as 2 | 3 | 4);
  const right = await evaluateDetails(
    { askAll: () => Promise.resolve(next()) },
    scenes,
    sizes,
  );
  for (const objects of [2, 3, 4] as const) {
    assert.deepEqual(right[objects], { count: 1, color: 1, where: 1, what: 1, yesNo: 1 });
  }
  const always = (asked: readonly { readonly picture: Picture }[]) =>
    Promise.resolve(asked.map(() => "yes"));
  const yes = await evaluateDetails({ askAll: always }, scenes, sizes);
  assert.deepEqual([yes[2].count, yes[2].color, yes[2].where, yes[2].what], [0, 0, 0, 0]);
  assert.ok(yes[2].yesNo > 0.2 && yes[2].yesNo < 0.8, `${yes[2].yesNo}`);
  const three = await evaluateDetails(
    { askAll: (asked) => Promise.resolve(asked.map(() => "three")) },
    scenes,
    sizes,
  );
  assert.deepEqual([three[2].count, three[3].count, three[4].count], [0, 1, 0]);
  await assert.rejects(evaluateDetails({ askAll: always }, scenes, { ...sizes, questions: 0 }), {
    message: "Expected questions to be a whole number from 1 on, but found 0",
  });
});
