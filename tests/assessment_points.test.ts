/** What there is to find out of a picture: as facts and back, and as questions. */
import { askedPoints } from "../lib/worlds/emoji/asked_points.ts";
import { readQuestion } from "../lib/worlds/emoji/captions.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { Assessment } from "../lib/assessment/assessment.ts";
import { GENEVAL_TASKS } from "../lib/assessment/geneval_words.ts";
import { assessScene, PLURALS } from "../lib/worlds/emoji/axes.ts";
import { type ParsedScene, UNKNOWN } from "../lib/worlds/emoji/parser/parsed_scene.ts";
import { requirementsOf } from "../lib/worlds/emoji/requirements.ts";
import { assessmentOfPoints, foundIn, pointsOf } from "../lib/assessment/points.ts";
import type { CaptionSpec } from "../lib/worlds/emoji/caption.ts";
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

Deno.test("every assessment tells what was found of each point, and follows from it", () => {
  fc.assert(
    fc.property(case_.map(judged), ({ points, assessment }) => {
      assert.deepEqual(Assessment.parse(assessment), assessment);
      const found = foundIn(assessment, points);
      assert.ok(found !== undefined);
      assert.deepEqual(assessmentOfPoints(points, found), assessment);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("whatever may be found is told, and is good where each point is as asked", () => {
  const said = case_.map(judged).chain(({ points }) =>
    fc.tuple(...points.map(({ answers }) => fc.constantFrom(...answers)))
      .map((found) => ({ points, found }))
  );
  fc.assert(fc.property(said, ({ points, found }) => {
    const assessment = assessmentOfPoints(points, found);
    assert.deepEqual(foundIn(assessment, points), found);
    const isRight = points.every(({ right }, i) => right.includes(found[i]));
    assert.equal(assessment.verdict === "good", isRight);
  }));
});

Deno.test("points are asked in the words of all questions, and answered in theirs", () => {
  fc.assert(fc.property(spec, (asked) => {
    for (const { question, answer, answers, right } of askedPoints(asked)) {
      const read = readQuestion(question, world);
      assert.ok(read.kind === "question", question);
      assert.equal(read.question, question);
      assert.equal(new Set(answers.map(answer)).size, answers.length);
      assert.ok(right.length > 0 && right.every((one) => answers.includes(one)), question);
    }
  }));
  const [, , position] = askedPoints(
    { task: "position", subject: "cat", relation: "left of", object: "dog" },
  );
  assert.equal(position.question, "where is cat from dog");
  assert.deepEqual(position.right, ["left", "left and above", "left and below"]);
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
