/** GenEval's rules on hand-made scenes, and against the truth about drawn ones. */
import assert from "node:assert/strict";
import { assessScene, PLURALS } from "../lib/worlds/emoji/axes.ts";
import { foundIn, pointsOf } from "../lib/assessment/points.ts";
import { GENEVAL_TASKS } from "../lib/assessment/geneval_words.ts";
import { assess } from "../lib/assessment/judge.ts";
import { parserJudge } from "../lib/worlds/emoji/parser_judge.ts";
import type { SeenObject } from "../lib/assessment/seen.ts";
import { seenIn } from "../lib/worlds/emoji/parser/parsed_scene.ts";
import { requirementsOf } from "../lib/worlds/emoji/requirements.ts";
import { SceneParser } from "../lib/worlds/emoji/parser/scene_parser.ts";
import { captionOf, type CaptionSpec } from "../lib/worlds/emoji/caption.ts";
import { drawScene } from "../lib/worlds/emoji/draw.ts";
import { randomScene, sceneFor } from "../lib/worlds/emoji/random_scenes.ts";
import { type Color, COLORS } from "../lib/worlds/emoji/scene.ts";
import { evaluationCaptions, heldOutSpecs, trainingSpec } from "../lib/worlds/emoji/splits.ts";
import { loadSprites } from "../lib/worlds/emoji/sprites.ts";
import { matches } from "../lib/worlds/emoji/truth.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";
import { Random } from "../lib/runtime/random.ts";

const world = worldOf("nano");
const sprites = await loadSprites(world);
const judge = parserJudge(SceneParser.create(world, sprites));

/** An object of 10 × 10 pixels around a centre. */
function at(x: number, y: number, concept: string, color?: Color, confidence = 1): SeenObject {
  const box = { x: x - 5, y: y - 5, width: 10, height: 10 };
  return { concept, confidence, box, ...(color === undefined ? {} : { color }) };
}

const judged = (spec: CaptionSpec, ...objects: SeenObject[]) =>
  assessScene(requirementsOf(spec), { objects });

Deno.test("counting is exact; elsewhere more does no harm", () => {
  const two: CaptionSpec = { task: "counting", concept: "cat", count: 2 };
  const cats = [at(10, 10, "cat"), at(30, 10, "cat"), at(50, 10, "cat")];
  const counts = [0, 1, 2, 3].map((n) => judged(two, ...cats.slice(0, n)));
  assert.deepEqual(counts.map(({ verdict }) => verdict), ["bad", "bad", "good", "bad"]);
  assert.deepEqual(counts.map(({ count }) => count?.analysis), [
    "zero cats seen, two asked",
    "one cat seen, two asked",
    "two cats seen, two asked",
    "three cats seen, two asked",
  ]);
  assert.equal(judged({ task: "single", concept: "cat" }, ...cats).verdict, "good");
});

Deno.test("a color is that of the most confident object of its class", () => {
  const spec: CaptionSpec = { task: "colors", concept: "car", color: "red" };
  const red = (confidence: number) => at(10, 10, "car", "red", confidence);
  assert.equal(judged(spec, at(40, 10, "car", "blue", 0.9), red(0.8)).verdict, "bad");
  const { color, verdict } = judged(spec, at(40, 10, "car", "blue", 0.7), red(0.8));
  assert.equal(verdict, "good");
  assert.deepEqual(color, { score: 10, analysis: "red seen, red asked" });
  assert.equal(judged(spec, at(10, 10, "car")).color?.analysis, "none seen, red asked");
  assert.equal(judged(spec, at(10, 10, "dog", "red")).object?.analysis, "car missing");
});

Deno.test("attribution binds each color to its own object", () => {
  const spec: CaptionSpec = {
    task: "attribution",
    objects: [{ color: "red", concept: "cat" }, { color: "blue", concept: "dog" }],
  };
  const right = [at(10, 10, "cat", "red"), at(40, 10, "dog", "blue")];
  const swapped = [at(10, 10, "cat", "blue"), at(40, 10, "dog", "red")];
  assert.equal(judged(spec, ...right).verdict, "good");
  assert.deepEqual(judged(spec, ...swapped), {
    object: { score: 10, analysis: "cat and dog seen" },
    color: { score: 0, analysis: "blue seen, red asked and red seen, blue asked" },
    overall: 5,
    verdict: "bad",
  });
});

Deno.test("a position needs a clear distance along its axis", () => {
  const spec: CaptionSpec = {
    task: "position",
    subject: "cat",
    relation: "left of",
    object: "dog",
  };
  const dog = at(32, 32, "dog");
  const position = (x: number, y: number) => judged(spec, at(x, y, "cat"), dog).position;
  assert.deepEqual(position(12, 32), { score: 10, analysis: "left seen, left asked" });
  assert.deepEqual(position(12, 22), { score: 10, analysis: "left seen, left asked" });
  assert.deepEqual(position(52, 32), { score: 0, analysis: "right seen, left asked" });
  assert.deepEqual(position(31, 32), { score: 0, analysis: "none seen, left asked" });
  assert.deepEqual(position(52, 12), { score: 0, analysis: "right and above seen, left asked" });
  assert.deepEqual(position(32, 12), { score: 0, analysis: "above seen, left asked" });
  assert.deepEqual(position(8, 8), { score: 10, analysis: "left and above seen, left asked" });
  assert.equal(judged(spec, dog).position?.analysis, "none seen, left asked");
});

Deno.test("a picture is good where what is found of each point is one of what is right", () => {
  const random = new Random(0, "all right");
  let good = 0;
  for (let i = 0; i < 3000; i++) {
    const spec = trainingSpec(random, world);
    const scene = i % 2 ? sceneFor(spec, world, random) : randomScene(world, random);
    const assessment = assessScene(requirementsOf(spec), seenIn(scene));
    const points = pointsOf(requirementsOf(spec), PLURALS);
    const found = foundIn(assessment, points)!;
    const isRight = points.every(({ right }, i) => right.includes(found[i]));
    assert.equal(isRight, assessment.verdict === "good");
    good += Number(isRight);
  }
  assert.ok(good >= 1500 && good < 3000, `${good} good`);
});

Deno.test("only what the caption speaks of is assessed", () => {
  const axes = (spec: CaptionSpec) => Object.keys(judged(spec)).slice(0, -2).join();
  const [one] = heldOutSpecs(world, "single");
  assert.equal(axes(one), "object");
  assert.equal(axes(heldOutSpecs(world, "two")[0]), "object");
  assert.equal(axes(heldOutSpecs(world, "counting")[0]), "object,count");
  assert.equal(axes(heldOutSpecs(world, "colors")[0]), "object,color");
  assert.equal(axes(heldOutSpecs(world, "position")[0]), "object,position");
  assert.equal(axes(heldOutSpecs(world, "attribution")[0]), "object,color");
});

Deno.test("true pictures of held-out captions are judged good in 99 % of cases", async () => {
  const captions = evaluationCaptions(world, { perTask: 50, seed: 0 });
  const judgements = await judge.judge(captions.map(({ spec, caption }, i) => {
    const scene = sceneFor(spec, world, new Random(0, "good", i));
    return { picture: drawScene(scene, sprites, world), caption };
  }));
  const good = judgements.filter(({ assessment }) => assessment?.verdict === "good");
  assert.ok(good.length >= 297, `${good.length} of ${captions.length}`);
});

Deno.test("the verdict on a picture of anything is the truth about it", async () => {
  const captions = GENEVAL_TASKS.flatMap((task) => heldOutSpecs(world, task).slice(0, 20));
  let wrong = 0;
  for (let i = 0; i < 300; i++) {
    const random = new Random(0, "anything", i);
    const scene = randomScene(world, random, { objects: 4 });
    const tinted = {
      ...scene,
      objects: scene.objects.map((object) => ({ color: random.pick(COLORS), ...object })),
    };
    const concepts = tinted.objects.map(({ concept }) => concept);
    if (new Set(concepts).size < concepts.length) continue;
    const picture = drawScene(tinted, sprites, world);
    for (const spec of random.sample(captions, 4)) {
      const { verdict } = await assess(picture, captionOf(spec), { judge });
      wrong += Number((verdict === "good") !== matches(spec, tinted));
    }
  }
  assert.ok(wrong <= 2, `${wrong} wrong verdicts`);
});

Deno.test("what a caption does not say cannot be judged", async () => {
  const empty = drawScene({ background: "sky", style: "fluent-flat", objects: [] }, sprites, world);
  await assert.rejects(() => assess(empty, "a zebra", { judge }), {
    name: "CaptionError",
    message: /^Cannot judge: Expected .* but found "zebra"$/,
  });
  await assert.rejects(() => assess(empty, "left of", { judge }), /^CaptionError: Cannot judge: /);
});
