/** Questions and instructions, answered and carried out a second time by other means. */
import assert from "node:assert/strict";
import { CONCEPTS } from "../lib/worlds/emoji/concepts.ts";
import { randomEdit } from "../lib/worlds/emoji/edits.ts";
import { detailQuestions, type Question, questions } from "../lib/worlds/emoji/questions.ts";
import type { Scene, SceneObject } from "../lib/worlds/emoji/scene.ts";
import { randomScene } from "../lib/worlds/emoji/random_scenes.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";
import { Random } from "../lib/runtime/random.ts";

const world = worldOf("nano");
const SINGULARS = new Map(Object.entries(CONCEPTS).map(([name, { plural }]) => [plural, name]));
const many = Array.from({ length: 3000 }, (_, i) => {
  const random = new Random(11, i);
  const scene = randomScene(world, random);
  return {
    scene,
    asked: questions(scene, world, random),
    details: detailQuestions(scene, random),
    random,
  };
});

const named = (scene: Scene, concept: string) =>
  scene.objects.filter((object) => object.concept === concept);

/** GenEval's rule on one axis, for squares of 14 pixels: a margin of 0.1 · 28. */
function holds(words: string, a: SceneObject, b: SceneObject): boolean {
  const horizontal = words.includes("left") || words.includes("right");
  const sign = words.includes("left") || words === "above" ? -1 : 1;
  const along = sign * (horizontal ? a.x - b.x : a.y - b.y);
  return (along - 2.8) / Math.hypot(a.x - b.x, a.y - b.y) > 0.5;
}

function answer(scene: Scene, question: string): string {
  let found = /^is there an? (\w+)$/.exec(question);
  if (found) return named(scene, found[1]).length > 0 ? "yes" : "no";
  found = /^how many (\w+)$/.exec(question);
  if (found) {
    const concept = SINGULARS.get(found[1]) ?? "";
    return ["zero", "one", "two", "three", "four"][named(scene, concept).length];
  }
  found = /^what color is the (\w+)$/.exec(question);
  if (found) {
    const objects = named(scene, found[1]);
    assert.equal(objects.length, 1, question);
    return objects[0].color ?? "nothing to say";
  }
  found = /^is (\w+) (to the left of|to the right of|above|below) (\w+)$/.exec(question);
  if (found) {
    const [a, b] = [named(scene, found[1]), named(scene, found[3])];
    assert.deepEqual([a.length, b.length], [1, 1], question);
    return holds(found[2], a[0], b[0]) ? "yes" : "no";
  }
  found = /^where is (\w+) from (\w+)$/.exec(question);
  if (found) {
    const [a, b] = [named(scene, found[1]), named(scene, found[2])];
    assert.deepEqual([a.length, b.length], [1, 1], question);
    const holding = ["left", "right", "above", "below"].filter((side) => holds(side, a[0], b[0]));
    assert.ok(holding.length > 0, question);
    return holding.join(" and ");
  }
  found = /^what is (to the left of|to the right of|above|below) (\w+)$/.exec(question);
  assert(found, `No rule answers "${question}"`);
  const [, words, concept] = found;
  const objects = named(scene, concept);
  assert.equal(objects.length, 1, question);
  const there = scene.objects.filter((o) => o !== objects[0] && holds(words, o, objects[0]));
  assert.equal(there.length, 1, question);
  assert.equal(named(scene, there[0].concept).length, 1, question);
  return `the ${there[0].concept}`;
}

Deno.test("every answer is the right one", () => {
  for (const { scene, asked, details } of many) {
    for (const { question, answer: given } of [...asked, ...details]) {
      assert.equal(given, answer(scene, question), question);
    }
  }
});

Deno.test("details are a color where a thing has one, and where things stand", () => {
  for (const { scene, details } of many) {
    const tinted = scene.objects.filter(({ concept, color }) =>
      color !== undefined && named(scene, concept).length === 1
    );
    const colors = details.filter(({ kind }) => kind === "color").map(({ question }) => question);
    assert.equal(colors.length, Math.min(1, tinted.length));
  }
  const answers = new Set(many.flatMap(({ details }) => details.map(({ answer }) => answer)));
  for (const answer of ["red", "the cat", "no", "above", "right and below"]) {
    assert.ok(answers.has(answer), answer);
  }
});

Deno.test("every kind is asked, and yes is as common as no", () => {
  const all: Question[] = many.flatMap(({ asked }) => asked);
  const share = (kind: Question["kind"]) => {
    const asked = all.filter((q) => q.kind === kind && /^(yes|no)$/.test(q.answer));
    return asked.filter((q) => q.answer === "yes").length / asked.length;
  };
  assert.equal(share("presence"), 0.5);
  assert(Math.abs(share("position") - 0.5) < 0.06, `${share("position")}`);
  const answers = (kind: Question["kind"]) =>
    new Set(all.filter((question) => question.kind === kind).map((question) => question.answer));
  assert.deepEqual(answers("counting"), new Set(["zero", "one", "two", "three", "four"]));
  assert.equal(answers("color").size, 10);
  assert(answers("position").has("the cat"));
});

Deno.test("an empty picture can be asked about", () => {
  const empty: Scene = { background: "sky", style: "fluent-flat", objects: [] };
  const asked = questions(empty, world, new Random(0));
  assert.deepEqual(asked.map(({ answer }) => answer).sort(), ["no", "zero"]);
  assert.throws(() => randomEdit(empty, world, new Random(0)), /found none/);
});

const CORNERS: Record<string, [number, number]> = {
  "top left": [8, 8],
  "top right": [56, 8],
  "bottom left": [8, 56],
  "bottom right": [56, 56],
};

/** Carries an instruction out on a copy of the scene; a moved object lands in its corner's middle. */
function carryOut(scene: Scene, instruction: string): Scene {
  const means = (word: string) => {
    const concept = world.concepts.includes(word) && named(scene, word).length === 1
      ? word
      : SINGULARS.get(word) ?? "";
    assert(named(scene, concept).length > 0, instruction);
    assert(word === concept || named(scene, concept).length > 1 || word === "fish", instruction);
    return concept;
  };
  const { objects } = scene;
  let found = /^remove the (\w+)$/.exec(instruction);
  if (found) {
    const gone = means(found[1]);
    return { ...scene, objects: objects.filter((o) => o.concept !== gone) };
  }
  found = /^make the (?!background)(\w+) (\w+)$/.exec(instruction);
  if (found) {
    const concept = means(found[1]), color = found[2] as SceneObject["color"];
    return { ...scene, objects: objects.map((o) => o.concept === concept ? { ...o, color } : o) };
  }
  found = /^move the (\w+) to the (\w+ \w+)$/.exec(instruction);
  if (found) {
    const concept = means(found[1]), [x, y] = CORNERS[found[2]];
    return { ...scene, objects: objects.map((o) => o.concept === concept ? { ...o, x, y } : o) };
  }
  found = /^replace the (\w+) with (?:an? )?(\w+)$/.exec(instruction);
  if (found) {
    const concept = means(found[1]), other = found[2];
    const isOne = named(scene, concept).length === 1;
    const come = isOne ? other : SINGULARS.get(other)!;
    assert(world.concepts.includes(come) && named(scene, come).length === 0, instruction);
    const turned = ({ color: _, ...o }: SceneObject) => ({ ...o, concept: come });
    return { ...scene, objects: objects.map((o) => o.concept === concept ? turned(o) : o) };
  }
  found = /^add an? (?:(\w+) )?(\w+)(?: to the (\w+ \w+))?$/.exec(instruction);
  if (found) {
    const color = found[1] as SceneObject["color"], [x, y] = CORNERS[found[3]] ?? [0, 0];
    const added = { concept: found[2], x, y, size: 14, ...(color === undefined ? {} : { color }) };
    return { ...scene, objects: [...objects, added] };
  }
  const background = /^make the background (\S+)$/.exec(instruction)?.[1];
  if (background) return { ...scene, background };
  const style = /^draw it in the (\S+) style$/.exec(instruction)?.[1];
  assert(style, `No rule carries out "${instruction}"`);
  return { ...scene, style };
}

/** Something stands in, or next to, each place before that of what was added, row by row. */
function assertFirstFree({ x, y }: SceneObject, others: readonly SceneObject[]): void {
  for (const row of world.lattice) {
    for (const column of world.lattice) {
      if (Math.max(Math.abs(column - x), Math.abs(row - y)) <= 1) return;
      const isTaken = others.some((other) =>
        Math.max(Math.abs(other.x - column), Math.abs(other.y - row)) < 17
      );
      assert(isTaken, `${column}, ${row} was free before ${x}, ${y}`);
    }
  }
  assert.fail(`${x}, ${y} is no place`);
}

Deno.test("every instruction leads to the scene that it asks for", () => {
  const kinds = new Set<string>();
  for (const { scene, random } of many) {
    const { instruction, kind, result, anywhere } = randomEdit(scene, world, random);
    kinds.add(kind);
    assert.equal(anywhere ?? false, kind === "add" && !instruction.includes(" to the "));
    const expected = carryOut(scene, instruction);
    assert.notDeepEqual(result, scene, instruction);
    assert(result.objects.length > 0, instruction);
    assert.equal(result.objects.length, expected.objects.length, instruction);
    result.objects.forEach((object, i) => {
      const other = expected.objects[i];
      const strayed = Math.max(Math.abs(object.x - other.x), Math.abs(object.y - other.y));
      const isNew = kind === "add" && i === result.objects.length - 1;
      assert(anywhere && isNew || strayed <= (kind === "move" || isNew ? 1 : 0), instruction);
      assert.deepEqual({ ...object, x: 0, y: 0 }, { ...other, x: 0, y: 0 }, instruction);
      for (const beside of result.objects.slice(0, i)) {
        const apart = Math.max(Math.abs(object.x - beside.x), Math.abs(object.y - beside.y));
        assert(apart >= 15, instruction);
      }
    });
    assert.deepEqual({ ...result, objects: [] }, { ...expected, objects: [] });
    if (anywhere) assertFirstFree(result.objects.at(-1)!, scene.objects);
  }
  const all = ["remove", "recolor", "replace", "add", "move", "background"];
  assert.deepEqual([...kinds].sort(), all.sort());
});

Deno.test("a world of several styles restyles", () => {
  const small = worldOf("small");
  const restyled = new Set<string>();
  for (let i = 0; i < 200; i++) {
    const scene = randomScene(small, new Random(i));
    const { kind, instruction, result } = randomEdit(scene, small, new Random(i, "edit"));
    if (kind !== "restyle") continue;
    assert.equal(instruction, `draw it in the ${result.style} style`);
    assert.notEqual(result.style, scene.style);
    assert.deepEqual(result.objects, scene.objects);
    restyled.add(result.style);
  }
  assert.deepEqual(restyled, new Set(small.styles));
});
