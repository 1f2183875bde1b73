/** Requirements of every form, judged as GenEval judges them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { assessScene, PLURALS } from "../lib/worlds/emoji/axes.ts";
import type { SeenObject } from "../lib/assessment/seen.ts";
import { type ParsedScene, UNKNOWN } from "../lib/worlds/emoji/parser/parsed_scene.ts";
import type { Requirement, Requirements } from "../lib/assessment/requirements.ts";
import { assessmentOfPoints, foundIn, pointsOf } from "../lib/assessment/points.ts";
import { type Color, COLORS, RELATIONS } from "../lib/worlds/emoji/scene.ts";
import { geneval } from "../lib/evaluation/geneval.ts";

/** GenEval's rules (arXiv 2310.11513), written down a second time and in another way. */
function isCorrect({ include, exclude }: Requirements, { objects }: ParsedScene): boolean {
  const ranked = (name: string) =>
    objects.filter(({ concept }) => concept === name)
      .toSorted((one, other) => other.confidence - one.confidence);
  const groups: (readonly SeenObject[] | undefined)[] = [];
  for (const { class: name, count, color, position } of include) {
    const group = ranked(name).slice(0, count);
    let holds = group.length === count;
    if (holds && color !== undefined) {
      holds = group.filter((object) => object.color === color).length >= count;
    }
    if (holds && position !== undefined) {
      const [relation, index] = position;
      const target = groups[index];
      holds = target !== undefined &&
        group.every((a) => target.every((b) => stands(a, relation, b)));
    }
    groups.push(holds ? group : undefined);
  }
  return groups.every((group) => group !== undefined) &&
    exclude.every(({ class: name, count }) => ranked(name).length < count);
}

function stands({ box: a }: SeenObject, relation: string, { box: b }: SeenObject): boolean {
  const offset = [a.x - b.x + (a.width - b.width) / 2, a.y - b.y + (a.height - b.height) / 2];
  const margin = [0.1 * (a.width + b.width), 0.1 * (a.height + b.height)];
  const shrunk = offset.map((d, i) => Math.abs(d) <= margin[i] ? 0 : d - Math.sign(d) * margin[i]);
  const length = Math.sqrt(offset[0] ** 2 + offset[1] ** 2);
  if (shrunk.every((d) => d === 0)) return false;
  const [dx, dy] = shrunk.map((d) => d / length);
  if (relation === "left of") return dx < -0.5;
  if (relation === "right of") return dx > 0.5;
  return relation === "above" ? dy < -0.5 : dy > 0.5;
}

const concept = fc.constantFrom("cat", "dog", "fish", "heart");
const color: fc.Arbitrary<Color | undefined> = fc.constantFrom(undefined, ...COLORS.slice(0, 2));
const count = fc.constantFrom(1, 1, 1, 2, 2, 3, 6);

const requirements: fc.Arbitrary<Requirements> = fc.record({
  include: fc.array(
    fc.record({
      class: concept,
      count,
      color: fc.oneof(fc.constant(undefined), color),
      relation: fc.constantFrom(undefined, undefined, ...RELATIONS),
      target: fc.nat(3),
    }),
    { maxLength: 4 },
  ).map((clauses) =>
    clauses.map(({ class: name, count, color, relation, target }, i): Requirement => ({
      class: name,
      count,
      ...(color === undefined ? {} : { color }),
      ...(relation === undefined || i === 0 ? {} : { position: [relation, target % i] }),
    }))
  ),
  exclude: fc.array(fc.record({ class: concept, count: fc.integer({ min: 1, max: 8 }) }), {
    maxLength: 2,
  }),
}).filter(({ include, exclude }) => include.length + exclude.length > 0);

const scene: fc.Arbitrary<ParsedScene> = fc.record({
  background: fc.constant("sky"),
  objects: fc.array(
    fc.record({
      concept: fc.oneof({ weight: 9, arbitrary: concept }, fc.constant(UNKNOWN)),
      color,
      confidence: fc.constantFrom(0.2, 0.5, 0.5, 0.8, 1),
      box: fc.record({
        x: fc.integer({ min: -2, max: 56 }),
        y: fc.integer({ min: -2, max: 56 }),
        width: fc.constantFrom(8, 14),
        height: fc.constantFrom(8, 14),
      }),
    }),
    { maxLength: 12 },
  ).map((objects) =>
    objects.map(({ color, ...rest }) => color === undefined ? rest : { ...rest, color })
  ),
});

Deno.test("any requirements get GenEval's own verdict, and facts that say why", () => {
  const found = { good: 0, bad: 0 };
  fc.assert(
    fc.property(requirements, scene, (asked, seen) => {
      const assessment = assessScene(asked, seen);
      const correct = isCorrect(asked, seen);
      assert.equal(assessment.verdict, correct ? "good" : "bad");
      const { correct: again, reason } = geneval(asked, seen);
      assert.deepEqual([again, reason === ""], [correct, correct]);
      const points = pointsOf(asked, PLURALS);
      assert.deepEqual(assessmentOfPoints(points, foundIn(assessment, points)!), assessment);
      found[assessment.verdict]++;
    }),
    { numRuns: 5000 },
  );
  assert.ok(found.good > 250 && found.bad > 250, JSON.stringify(found));
});

const at = (x: number, y: number, name: string, color?: Color): SeenObject => ({
  concept: name,
  confidence: 1,
  box: { x: x - 5, y: y - 5, width: 10, height: 10 },
  ...(color === undefined ? {} : { color }),
});
const facts = (asked: Requirements, ...objects: SeenObject[]) => {
  const { object, count, color, position, verdict } = assessScene(asked, { objects });
  return [...[object, count, color, position].map((axis) => axis?.analysis ?? ""), verdict];
};

Deno.test("every axis that a free sentence speaks of is judged", () => {
  const redHearts: Requirements = {
    include: [{ class: "heart", count: 2, color: "red" }],
    exclude: [{ class: "heart", count: 3 }],
  };
  const red = [at(10, 10, "heart", "red"), at(30, 10, "heart", "red")];
  assert.deepEqual(facts(redHearts, ...red), [
    "heart seen",
    "two hearts seen, two asked",
    "red seen, red asked",
    "",
    "good",
  ]);
  assert.deepEqual(facts(redHearts, red[0], at(30, 10, "heart", "blue")), [
    "heart seen",
    "two hearts seen, two asked",
    "blue seen, red asked",
    "",
    "bad",
  ]);
  assert.deepEqual(facts(redHearts, red[0]), [
    "heart seen",
    "one heart seen, two asked",
    "red seen, red asked",
    "",
    "bad",
  ]);

  const catAboveKeys: Requirements = {
    include: [
      { class: "key", count: 2 },
      { class: "cat", count: 1, color: "red", position: ["above", 0] },
    ],
    exclude: [{ class: "key", count: 3 }],
  };
  const keys = [at(30, 50, "key"), at(50, 10, "key")];
  assert.deepEqual(facts(catAboveKeys, at(30, 10, "cat", "red"), ...keys), [
    "key and cat seen",
    "two keys seen, two asked",
    "red seen, red asked",
    "left seen, above asked",
    "bad",
  ]);

  const both: Requirements = {
    include: [
      { class: "cat", count: 1 },
      { class: "dog", count: 2, position: ["right of", 0] },
      { class: "key", count: 1, position: ["below", 1] },
    ],
    exclude: [{ class: "dog", count: 5 }, { class: "heart", count: 1 }],
  };
  const dogs = [at(40, 10, "dog"), at(40, 12, "dog")];
  assert.deepEqual(facts(both, at(10, 10, "cat"), ...dogs, at(40, 50, "key")), [
    "cat and dog and key seen",
    "two dogs seen, two to four asked and zero hearts seen, zero asked",
    "",
    "right seen, right asked and below seen, below asked",
    "good",
  ]);
});

Deno.test("counts above four are told in figures where they are asked for", () => {
  const cats = (from: number, to?: number): Requirements => ({
    include: [{ class: "cat", count: from }],
    exclude: to === undefined ? [] : [{ class: "cat", count: to + 1 }],
  });
  const seen = Array.from({ length: 7 }, (_, i) => at(i, 0, "cat"));
  assert.equal(facts(cats(2, 2), ...seen)[1], "many cats seen, two asked");
  assert.deepEqual(facts(cats(6, 6), ...seen).slice(1, 2), ["7 cats seen, 6 asked"]);
  assert.deepEqual(facts(cats(7, 7), ...seen).slice(-1), ["good"]);
  assert.equal(facts(cats(3), ...seen)[1], "many cats seen, at least three asked");
  assert.equal(facts(cats(3, 6), ...seen)[1], "7 cats seen, three to 6 asked");
});

Deno.test("no more than nearly all right is never a ten", () => {
  const words =
    "heart star cat dog fish car house tree apple cake key balloon circle square bird bus";
  const names = [...words.split(" "), "bicycle", "airplane", "flower", "banana", "pizza"];
  const asked = { include: names.map((name) => ({ class: name, count: 1 })), exclude: [] };
  const objects = names.slice(1).map((name, i) => at(i, 0, name));
  const { object, verdict } = assessScene(asked, { objects });
  assert.deepEqual([object?.score, verdict], [9, "bad"]);
});

Deno.test("requirements that nobody can judge are refused by clause", () => {
  const seen = { background: "sky", objects: [] };
  const refused = (asked: unknown, message: RegExp) =>
    assert.throws(() => assessScene(asked as Requirements, seen), {
      name: "RangeError",
      message,
    });
  const cat = { class: "cat", count: 1 };
  refused(
    { include: [cat, { ...cat, position: ["above", 1] }], exclude: [] },
    /^Expected requirements, but found at include\.1\.position: 1, which is no earlier clause$/,
  );
  refused({ include: [{ ...cat, position: ["beside", 0] }], exclude: [] }, /include\.0\.position/);
  refused({ include: [{ ...cat, count: NaN }], exclude: [] }, /include\.0\.count/);
  refused({ include: [], exclude: [{ ...cat, color: "red" }] }, /exclude\.0: .*color/);
  refused({ include: [], exclude: [] }, /no clause/);
  refused({ include: [{ ...cat, class: "bench" }], exclude: [] }, /a world can show.*"bench"/);
});
