/** What training sees and what it never sees. */
import assert from "node:assert/strict";
import { GENEVAL_TASKS, type GenevalTask } from "../lib/assessment/geneval_words.ts";
import { CaptionError, captionOf, parseCaption, specKey } from "../lib/worlds/emoji/captions.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { COLORS, RELATIONS } from "../lib/worlds/emoji/scene.ts";
import {
  evaluationCaptions,
  heldOut,
  heldOutSpecs,
  trainingSpec,
} from "../lib/worlds/emoji/splits.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";
import { Random } from "../lib/runtime/random.ts";
import { plainWording } from "./data_plain_wording.ts";

const scenes = await emojiScenes({ preset: "nano", seed: 0 });

/** Every sentence that training sees: `count` examples of each kind, and as many corpus lines. */
function* trainingTexts(count: number): Generator<string> {
  for (let i = 0; i < count; i++) {
    const random = new Random(0, "training texts", i);
    yield scenes.caption(random).caption;
    const reading = scenes.reading(random);
    yield reading.description;
    for (const { question, answer } of reading.questions) yield* [question, answer];
    yield scenes.edit(random).instruction;
  }
  for (const line of scenes.textCorpus(count)) yield* line.split(/\. /);
}

function keyOf(text: string): string | undefined {
  // "the cat" answers a question; as a caption it would be "a cat".
  if (text.startsWith("the ")) return undefined;
  try {
    return specKey(parseCaption(plainWording(text), scenes.world));
  } catch (error) {
    if (error instanceof CaptionError) return undefined;
    throw error;
  }
}

Deno.test("no training text is an evaluation caption, in whatever words", () => {
  const evaluated = new Set(
    evaluationCaptions(scenes.world, { perTask: 1000, seed: 0 }).map(({ spec }) => specKey(spec)),
  );
  const trained = new Set<string>();
  for (const text of trainingTexts(10_000)) {
    const key = keyOf(text);
    if (key === undefined) continue;
    assert(!evaluated.has(key), `"${text}" is held out`);
    trained.add(key);
  }
  // The check above sees captions of every task, so it could have failed for each.
  for (const task of GENEVAL_TASKS) {
    assert([...trained].some((key) => key.startsWith(`${task}/`)), task);
  }
  for (const spec of heldOutSpecs(scenes.world)) assert(!trained.has(specKey(spec)));
});

Deno.test("every caption of training can be told from its wording", () => {
  for (let i = 0; i < 2000; i++) {
    const { caption, spec } = scenes.caption(new Random(1, i));
    assert.equal(keyOf(caption), specKey(spec), caption);
  }
});

for (const preset of ["nano", "small"]) {
  const world = worldOf(preset);

  Deno.test(`${preset}: each task holds out its share, both ways round`, () => {
    const shares: Record<GenevalTask, [number, number]> = {
      single: [3 / 12, world.concepts.length],
      two: [0.2, world.concepts.length * (world.concepts.length - 1) / 2],
      counting: [0.2, world.concepts.length * 3],
      colors: [0.2, world.concepts.length * 10],
      position: [0.15, world.concepts.length * (world.concepts.length - 1) * 2],
      attribution: [0.15, world.concepts.length * (world.concepts.length - 1) / 2 * 90],
    };
    for (const task of GENEVAL_TASKS) {
      const specs = heldOutSpecs(world, task);
      const [share, all] = shares[task];
      assert(Math.abs(specs.length - share * all) < 1, `${task}: ${specs.length} of ${all}`);
      assert.equal(new Set(specs.map(specKey)).size, specs.length);
      assert(specs.every((spec) => heldOut(spec, world)));
    }
  });

  Deno.test(`${preset}: every word is still trained in every place`, () => {
    const trained = (text: string) => !heldOut(parseCaption(text, world), world);
    const spec = (task: GenevalTask, i: number) => trainingSpec(new Random(i, task), world, task);
    for (const concept of world.concepts) {
      const counts = ([2, 3, 4] as const).filter((count) =>
        !heldOut({ task: "counting", concept, count }, world)
      );
      assert(counts.length > 0, `${concept} is never counted`);
      const colors = COLORS.filter((color) => trained(`a ${color} ${concept}`));
      assert(colors.length >= 5, `${concept} has ${colors.length} colors`);
      const partners = world.concepts.filter((other) =>
        other !== concept && trained(`a ${concept} and a ${other}`)
      );
      assert(partners.length >= world.concepts.length / 2, `${concept} has few partners`);
      for (const relation of RELATIONS) {
        const others = world.concepts.filter((object) =>
          object !== concept &&
          !heldOut({ task: "position", subject: concept, relation, object }, world)
        );
        assert(others.length >= world.concepts.length / 2, `${concept} ${relation}`);
      }
    }
    for (const color of COLORS) {
      const concepts = world.concepts.filter((concept) => trained(`a ${color} ${concept}`));
      assert(concepts.length >= world.concepts.length / 2, color);
    }
    for (const task of GENEVAL_TASKS) {
      for (let i = 0; i < 50; i++) {
        assert.equal(spec(task, i).task, task);
        assert(!heldOut(spec(task, i), world));
      }
    }
  });
}

Deno.test("evaluation captions are balanced, held out, and the same for the same seed", () => {
  const captions = evaluationCaptions(scenes.world, { perTask: 50, seed: 7 });
  for (const task of GENEVAL_TASKS) {
    assert.equal(captions.filter(({ spec }) => spec.task === task).length, 50);
  }
  for (const { spec, caption } of captions) {
    assert(heldOut(spec, scenes.world), caption);
    assert.equal(captionOf(spec), caption);
  }
  const relations = captions.flatMap(({ spec }) => spec.task === "position" ? spec.relation : []);
  assert.deepEqual(new Set(relations), new Set(RELATIONS));
  assert.deepEqual(evaluationCaptions(scenes.world, { perTask: 50, seed: 7 }), captions);
});
