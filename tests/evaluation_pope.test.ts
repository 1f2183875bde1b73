/** POPE's questions, answers and scores. */
import assert from "node:assert/strict";
import { worldOf } from "../lib/worlds/emoji/world.ts";
import { parseYesNo, POPE_SPLITS, popeObjects, popeScores } from "../lib/evaluation/pope.ts";
import { popeQuestions } from "../lib/worlds/emoji/measures/pope.ts";

const world = worldOf("nano");

for (const split of POPE_SPLITS) {
  Deno.test(`POPE, ${split}: three of each answer a picture, all of them true`, () => {
    const options = { pictures: 100, seed: 0, split };
    const items = popeQuestions({ world }, options);
    assert.equal(items.length, 100);
    for (const { scene, questions } of items) {
      const present = new Set(scene.objects.map(({ concept }) => concept));
      assert.ok(present.size >= 3);
      assert.equal(questions.filter(({ answer }) => answer === "yes").length, 3);
      assert.equal(new Set(questions.map(({ question }) => question)).size, 6);
      for (const { concept, answer } of questions) {
        assert.equal(answer, present.has(concept) ? "yes" : "no");
      }
    }
    assert.deepEqual(popeQuestions({ world }, options), items);
    const other = popeQuestions({ world }, { ...options, split: "random" });
    assert.deepEqual(items.map(({ scene }) => scene), other.map(({ scene }) => scene));
  });
}

Deno.test("popular negatives are the split's most frequent concepts", () => {
  const items = popeQuestions({ world }, { pictures: 200, seed: 1, split: "popular" });
  const frequency = (concept: string) =>
    items.filter(({ scene }) => scene.objects.some((object) => object.concept === concept)).length;
  for (const { scene, questions } of items) {
    const absent = world.concepts
      .filter((concept) => scene.objects.every((object) => object.concept !== concept))
      .map(frequency).sort((a, b) => b - a);
    const asked = questions.filter(({ answer }) => answer === "no")
      .map(({ concept }) => frequency(concept)).sort((a, b) => b - a);
    assert.deepEqual(asked, absent.slice(0, 3));
  }
});

Deno.test("adversarial negatives stand beside a thing in the picture more than others do", () => {
  const items = popeQuestions({ world }, { pictures: 200, seed: 1, split: "adversarial" });
  const sets = items.map(({ scene }) => new Set(scene.objects.map(({ concept }) => concept)));
  for (const { scene, questions } of items) {
    const [{ concept: positive }] = questions;
    const together = (concept: string) =>
      sets.filter((set) => set.has(concept) && set.has(positive)).length;
    const absent = world.concepts
      .filter((concept) => scene.objects.every((object) => object.concept !== concept));
    const first = questions.find(({ answer }) => answer === "no")?.concept ?? "";
    assert.equal(together(first), Math.max(...absent.map(together)));
  }
});

Deno.test("pictures that show too little, or all there is, cannot be asked about", () => {
  const options = { split: "random", seed: 0, each: 2 } as const;
  const shown = [new Set(["cat", "dog"]), new Set(["cat"])];
  assert.throws(() => popeObjects(shown, ["cat", "dog", "car", "key"], options), {
    name: "RangeError",
    message: "Expected 2 objects in picture 1 and 2 that are not, but found 1 and 3",
  });
  assert.throws(() => popeObjects([shown[0]], ["cat", "dog", "key"], options), /found 2 and 1$/);
});

Deno.test("yes and no are read whatever letters they are in", () => {
  const no = ["no", "No, there is not.", "There is not a cat. Yes.", "no cat", "NO", "No!", "no\n"];
  const yes = ["yes", "Yes. No doubt.", "there is a cat", "nothing", "I know"];
  assert.deepEqual(no.map(parseYesNo), no.map(() => "no"));
  assert.deepEqual(yes.map(parseYesNo), yes.map(() => "yes"));
});

Deno.test("POPE's scores by hand", () => {
  const pairs = (expected: "yes" | "no", found: "yes" | "no", n: number) =>
    Array.from({ length: n }, () => ({ expected, found }));
  const { accuracy, precision, recall, f1, yesRatio } = popeScores([
    ...pairs("yes", "yes", 6),
    ...pairs("yes", "no", 4),
    ...pairs("no", "yes", 2),
    ...pairs("no", "no", 8),
  ]);
  assert.deepEqual([accuracy, precision, recall, yesRatio], [0.7, 0.75, 0.6, 0.4]);
  assert.ok(Math.abs(f1 - 2 / 3) < 1e-12);
  assert.equal(popeScores(pairs("yes", "no", 3)).f1, 0);
  assert.throws(() => popeScores([]), /Expected answers to score, but found none/);
});
