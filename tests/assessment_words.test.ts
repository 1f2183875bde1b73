/** Assessments into words and back. */
import { CONCEPTS } from "../lib/worlds/emoji/concepts.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { Assessment } from "../lib/assessment/assessment.ts";
import { GENEVAL_TASKS } from "../lib/assessment/geneval_words.ts";
import { assessScene, PLURALS } from "../lib/worlds/emoji/axes.ts";
import { type ParsedScene, UNKNOWN } from "../lib/worlds/emoji/parser/parsed_scene.ts";
import { requirementsOf } from "../lib/worlds/emoji/requirements.ts";
import { assessmentOfPoints, foundIn, pointsOf } from "../lib/assessment/points.ts";
import {
  assessmentPrompt,
  assessmentWords,
  choicesOf,
  foundToText,
  parseAssessment,
  rightAnswers,
} from "../lib/assessment/words.ts";
import { captionOf, type CaptionSpec } from "../lib/worlds/emoji/caption.ts";
import { COLORS } from "../lib/worlds/emoji/scene.ts";
import { trainingSpec } from "../lib/worlds/emoji/splits.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";
import { Random } from "../lib/runtime/random.ts";

const world = worldOf("small");

const spec: fc.Arbitrary<CaptionSpec> = fc.tuple(fc.nat(1e6), fc.constantFrom(...GENEVAL_TASKS))
  .map(([seed, task]) => trainingSpec(new Random(seed), world, task));

/** Any scene that a parser may report, with what the caption names in it more often than not. */
const sceneAround = (asked: CaptionSpec): fc.Arbitrary<ParsedScene> => {
  const named = requirementsOf(asked).include.map((requirement) => requirement.class);
  const object = fc.record({
    concept: fc.constantFrom(...named, ...named, UNKNOWN, ...world.concepts.slice(0, 2)),
    color: fc.constantFrom(...COLORS, undefined),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    box: fc.record({
      x: fc.integer({ min: -2, max: 56 }),
      y: fc.integer({ min: -2, max: 56 }),
      width: fc.constantFrom(8, 14),
      height: fc.constantFrom(8, 14),
    }),
  });
  const objects = fc.array(object, { maxLength: 8 }).map((all) =>
    all.map(({ color, ...rest }) => color === undefined ? rest : { ...rest, color })
  );
  return fc.record({ background: fc.constant("sky"), objects });
};

const case_ = spec.chain((asked) => fc.tuple(fc.constant(asked), sceneAround(asked)));

/** What there is to find out of a caption's pictures, and an assessment of one. */
const judged = ([asked, seen]: [CaptionSpec, ParsedScene]) => {
  const requirements = requirementsOf(asked);
  return {
    points: pointsOf(requirements, PLURALS),
    assessment: assessScene(requirements, seen),
  };
};

Deno.test("every assessment comes back out of its words", () => {
  fc.assert(
    fc.property(case_.map(judged), ({ points, assessment }) => {
      assert.deepEqual(Assessment.parse(assessment), assessment);
      const found = foundIn(assessment, points);
      assert.ok(found !== undefined);
      assert.deepEqual(parseAssessment(foundToText(points, found), points), assessment);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("words are few, known beforehand, and without punctuation", () => {
  const known = new Set([
    ...assessmentWords(),
    ...world.concepts,
    ...world.concepts.map((concept) => CONCEPTS[concept].plural),
    "a",
    "an",
    "to",
    "the",
    "of",
  ]);
  fc.assert(fc.property(case_, (one) => {
    const { points, assessment } = judged(one);
    const words = foundToText(points, foundIn(assessment, points)!).split(" ");
    assert.ok(words.length <= 12, words.join(" "));
    const prompt = assessmentPrompt(captionOf(one[0])).split(" ");
    for (const word of [...words, ...prompt]) assert.ok(known.has(word), word);
  }));
});

Deno.test("whatever may be said is read, and says the same when written again", () => {
  const said = case_.map(judged).chain(({ points }) =>
    fc.tuple(...points.map(({ answers }) => fc.constantFrom(...answers)))
      .map((found) => ({ points, found }))
  );
  fc.assert(fc.property(said, ({ points, found }) => {
    const text = foundToText(points, found);
    const read = parseAssessment(text, points);
    assert.deepEqual(read, assessmentOfPoints(points, found));
    assert.deepEqual(foundIn(read, points), found);
    const isRight = rightAnswers(points).some((pieces) => pieces.join(" ") === text);
    assert.equal(read.verdict === "good", isRight);
    const pieces = choicesOf(points).map((choices) => choices.filter((one) => text.includes(one)));
    assert.ok(pieces.every((those) => those.length > 0));
  }));
});

Deno.test("what does not answer a caption is not read", () => {
  const points = pointsOf({
    include: [{ class: "heart", count: 1 }, { class: "cat", count: 1, position: ["left of", 0] }],
    exclude: [],
  });
  const text = "object heart seen cat seen position heart cat left";
  assert.equal(parseAssessment(text, points)?.verdict, "good");
  const broken = [
    "",
    text.replace("position", "place"),
    text.replace("left", "near"),
    text.replace(" left", ""),
    text.replace("heart seen", ""),
    text.replace("heart cat", "cat heart"),
    `${text} ten`,
    `${text} and`,
    text.split(" ").reverse().join(" "),
    text.replace(/ position.*/, ""),
  ];
  for (const words of broken) assert.equal(parseAssessment(words, points), undefined, words);
  assert.equal(parseAssessment("", []), undefined);
});

Deno.test("an assessment of another caption, or in words of one's own, tells nothing of these points", () => {
  const points = pointsOf({ include: [{ class: "heart", count: 1, color: "red" }], exclude: [] });
  const of = (object: string, color?: string) =>
    foundIn({
      object: { score: 5, analysis: object },
      ...(color === undefined ? {} : { color: { score: 5, analysis: color } }),
      overall: 5,
      verdict: "bad",
    }, points);
  assert.deepEqual(of("heart missing", "blue seen, red asked"), ["missing", "blue"]);
  assert.equal(of("heart missing"), undefined);
  assert.equal(of("cat missing", "blue seen, red asked"), undefined);
  assert.equal(of("heart and cat seen", "blue seen, red asked"), undefined);
  assert.equal(of("heart seen", "blue seen, green asked"), undefined);
  assert.equal(of("There is a heart.", "It is red."), undefined);
});
