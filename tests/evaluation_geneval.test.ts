/** GenEval's scores, reasons and metadata. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { requirementsOf } from "../lib/worlds/emoji/requirements.ts";
import { SceneParser } from "../lib/worlds/emoji/parser/scene_parser.ts";
import { GENEVAL_TASKS } from "../lib/assessment/geneval_words.ts";
import { drawScene } from "../lib/worlds/emoji/draw.ts";
import { sceneFor } from "../lib/worlds/emoji/random_scenes.ts";
import { evaluationCaptions } from "../lib/worlds/emoji/splits.ts";
import { loadSprites } from "../lib/worlds/emoji/sprites.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";
import { geneval, genevalScores } from "../lib/evaluation/geneval.ts";
import { readGeneval, scoreGeneval } from "../lib/evaluation/geneval_file.ts";
import { evaluateGeneval, isOfWorld, toGeneval } from "../lib/worlds/emoji/measures/mod.ts";
import { Random } from "../lib/runtime/mod.ts";
import { inFolder } from "./folder.ts";

Deno.test("GenEval's overall is the mean of the tasks, not of the pictures", () => {
  const results = GENEVAL_TASKS.flatMap((task, i) =>
    Array.from(
      { length: 2 * (i + 1) },
      (_, n) => ({ task, correct: task === "single" || n % 2 > 0 }),
    )
  );
  const { overall, ...tasks } = genevalScores(results);
  assert.deepEqual(tasks, {
    single: 1,
    two: 0.5,
    counting: 0.5,
    colors: 0.5,
    position: 0.5,
    attribution: 0.5,
  });
  assert.ok(Math.abs(overall - 3.5 / 6) < 1e-12);
  assert.throws(() => genevalScores([]), /Expected GenEval results, but found none/);
});

Deno.test("a reason names what is wrong, and only that", () => {
  const box = { x: 0, y: 0, width: 10, height: 10 };
  const objects = [{ concept: "cat", color: "blue", confidence: 1, box }] as const;
  const seen = { background: "sky", objects };
  const spec = { task: "colors", concept: "cat", color: "red" } as const;
  assert.deepEqual(geneval(requirementsOf(spec), seen), {
    correct: false,
    reason: "blue seen, red asked",
  });
  assert.deepEqual(geneval(requirementsOf({ ...spec, color: "blue" }), seen), {
    correct: true,
    reason: "",
  });
});

Deno.test("captions are written as GenEval has them, and read again", () =>
  inFolder(async (folder) => {
    const world = worldOf("nano");
    const captions = evaluationCaptions(world, { perTask: 4, seed: 0 });
    const lines = captions.map(({ caption, spec }) => toGeneval(caption, spec));
    const spec = { task: "position", subject: "cat", relation: "above", object: "dog" } as const;
    assert.deepEqual(toGeneval("a cat above a dog", spec), {
      tag: "position",
      include: [{ class: "dog", count: 1 }, { class: "cat", count: 1, position: ["above", 0] }],
      exclude: [],
      prompt: "a cat above a dog",
    });
    const path = `${folder}/evaluation_metadata.jsonl`;
    await writeFile(path, lines.map((line) => JSON.stringify(line)).join("\n") + "\n");
    assert.deepEqual(await readGeneval(path), lines);

    const sprites = await loadSprites(world);
    const scenes = new Map(captions.map(({ caption, spec }, i) => {
      const scene = sceneFor(spec, world, new Random(0, i));
      return [caption, drawScene(scene, sprites, world)];
    }));
    const model = {
      drawAll: (prompts: readonly string[]) =>
        Promise.resolve(prompts.map((prompt) => ({ picture: scenes.get(prompt)! }))),
    };
    const parser = SceneParser.create(world, sprites);
    const { overall, ...tasks } = await evaluateGeneval(model, parser, lines);
    assert.equal(Object.keys(tasks).length, 6);
    assert.ok(overall >= 0.95, `${overall}`);

    const foreign = '{"tag": "single_object", "include": [{"class": "bench", "count": 1}], ' +
      '"prompt": "a photo of a bench"}\n';
    await writeFile(path, foreign);
    const [bench] = await readGeneval(path);
    assert.equal(isOfWorld(bench, world), false);
    await assert.rejects(
      () => evaluateGeneval(model, parser, [bench]),
      /^RangeError: Expected captions of .*, but found "a photo of a bench"$/,
    );
    await writeFile(path, foreign + foreign.replace('"count": 1', '"count": "one"'));
    await assert.rejects(() => readGeneval(path), /jsonl:2: Expected a caption of GenEval.*count/);
  }));

Deno.test("GenEval's own classes, of several words, are scored by whatever saw them", () => {
  const at = (x: number, concept: string, color?: "red" | "blue") => ({
    concept,
    confidence: 1,
    box: { x, y: 0, width: 10, height: 10 },
    ...(color === undefined ? {} : { color }),
  });
  const include = [
    { class: "bench", count: 1 },
    { class: "traffic light", count: 2, color: "red", position: ["left of", 0] },
  ] as const;
  const exclude = [{ class: "traffic light", count: 3 }];
  const prompt = {
    tag: "position",
    prompt: "two traffic lights left of a bench",
    include,
    exclude,
  };
  const lights = [at(0, "traffic light", "red"), at(12, "traffic light", "red")];
  const shown = [
    [...lights, at(60, "bench")],
    [...lights, at(30, "traffic light", "blue"), at(60, "bench")],
  ].map((objects) => ({ objects }));
  assert.deepEqual(scoreGeneval([prompt, { ...prompt, tag: "mine" }], shown), {
    position: 1,
    mine: 0,
    overall: 0.5,
  });
  assert.equal(geneval(prompt, shown[1]).reason, "three traffic-lights seen, two asked");
  assert.throws(() => scoreGeneval([prompt], shown), /each of 1 drawings, but found 2/);
});

Deno.test("clauses that GenEval itself cannot judge are refused by line and clause", () =>
  inFolder(async (folder) => {
    const path = `${folder}/mine.jsonl`;
    const cat = { class: "cat", count: 1 };
    const good = { tag: "position", prompt: "a cat", include: [cat] };
    const refused = async (clauses: object, message: RegExp) => {
      const lines = [good, { ...good, ...clauses }].map((line) => JSON.stringify(line));
      await writeFile(path, lines.join("\n"));
      await assert.rejects(() => readGeneval(path), { name: "RangeError", message });
    };
    const above = (group: number) => ({ ...cat, position: ["above", group] });
    await refused({ include: [cat, above(1)] }, /mine\.jsonl:2: .*include\.1\.position: 1, which/);
    await refused({ include: [cat, above(-1)] }, /mine\.jsonl:2: .*include\.1\.position\.1/);
    await refused({ include: [{ ...cat, size: "big" }] }, /mine\.jsonl:2: .*include\.0: .*"size"/);
    await refused(
      { exclude: [{ ...cat, color: "red" }] },
      /mine\.jsonl:2: .*exclude\.0: .*"color"/,
    );
    await refused({ include: [{ ...cat, count: 0 }] }, /mine\.jsonl:2: .*include\.0\.count/);
    await refused({ include: [] }, /mine\.jsonl:2: .*no clause/);
    await refused({ tag: "overall" }, /mine\.jsonl:2: .*tag/);

    await writeFile(path, JSON.stringify([{ ...good, tag: "mine" }]));
    const [mine] = await readGeneval(path);
    const world = worldOf("nano");
    assert.deepEqual([isOfWorld(mine, world), mine.exclude], [true, []]);
    const withBench = { ...mine, exclude: [{ class: "bench", count: 1 }] };
    assert.equal(isOfWorld(withBench, world), false);
    assert.deepEqual(genevalScores([{ task: "mine", correct: true }]), { mine: 1, overall: 1 });
  }));
