/** Assessments into words and back. */
import { CONCEPTS } from "../lib/worlds/emoji/concepts.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { Assessment } from "../lib/assessment/assessment.ts";
import { GENEVAL_TASKS } from "../lib/assessment/geneval_words.ts";
import { assessScene } from "../lib/worlds/emoji/axes.ts";
import { type ParsedScene, UNKNOWN } from "../lib/worlds/emoji/parser/parsed_scene.ts";
import { requirementsOf } from "../lib/worlds/emoji/requirements.ts";
import {
  assessmentPrompt,
  assessmentToText,
  assessmentWords,
  parseAssessment,
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

Deno.test("every assessment comes back out of its words", () => {
  fc.assert(
    fc.property(case_, ([asked, seen]) => {
      const assessment = assessScene(requirementsOf(asked), seen);
      assert.deepEqual(Assessment.parse(assessment), assessment);
      assert.deepEqual(parseAssessment(assessmentToText(assessment)), assessment);
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
  fc.assert(fc.property(case_, ([asked, seen]) => {
    const words = assessmentToText(assessScene(requirementsOf(asked), seen)).split(" ");
    assert.ok(words.length <= 24, words.join(" "));
    const prompt = assessmentPrompt(captionOf(asked)).split(" ");
    for (const word of [...words, ...prompt]) assert.ok(known.has(word), word);
  }));
});

Deno.test("what no judge would say is not read", () => {
  const text = "object heart and cat seen position left seen left asked";
  assert.ok(parseAssessment(text) !== undefined);
  const broken = [
    "",
    text.replace("position", "place"),
    text.replace("left asked", "near asked"),
    text.replace("left asked", "asked"),
    text.replace("heart and cat seen", ""),
    `${text} ten`,
    text.split(" ").reverse().join(" "),
    text.replace(/position.*/, "position"),
    text.replace("object heart and cat seen ", "").concat(" object heart seen"),
  ];
  for (const words of broken) assert.equal(parseAssessment(words), undefined, words);
});

Deno.test("whatever is read says the same when written again", () => {
  const word = fc.constantFrom(
    ..."object count color position two many seen asked and"
      .concat(" missing none red blue left above heart cat hearts").split(" "),
  );
  const text = fc.array(word, { maxLength: 16 }).map((words) => words.join(" "));
  const facts = fc.constantFrom("heart seen", "cat missing", "heart seen cat missing");
  const likely = fc.tuple(facts, text).map(([fact, rest]) => `object ${fact} ${rest}`.trim());
  fc.assert(
    fc.property(fc.oneof(text, likely), (written) => {
      const read = parseAssessment(written);
      if (read !== undefined) assert.equal(assessmentToText(read), written);
    }),
    { numRuns: 2000 },
  );
});
