/** Thoughts: their instructions lead to their results, and their answers are true of these. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { inWords } from "../lib/data/document.ts";
import { PROMPT_WORDS } from "../lib/recipes/mod.ts";
import { Random } from "../lib/runtime/random.ts";
import { parseCaption, readInstruction, readQuestion } from "../lib/worlds/emoji/captions.ts";
import { CONCEPTS } from "../lib/worlds/emoji/concepts.ts";
import { emojiDocuments } from "../lib/worlds/emoji/documents.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { randomScene } from "../lib/worlds/emoji/random_scenes.ts";
import type { Scene, SceneObject } from "../lib/worlds/emoji/scene.ts";
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import { randomThought, type Thought } from "../lib/worlds/emoji/thinking.ts";
import { type World, worldOf } from "../lib/worlds/emoji/world.ts";

const scenes = await emojiScenes({ preset: "nano", seed: 0 });

/** A thing or things that are named, "the cats": of which concept. */
const conceptOf = (named: string) =>
  Object.entries(CONCEPTS).find(([one, { plural }]) => named === one || named === plural)![0];

/** Follows an instruction by its words. */
function follow(instruction: string, scene: Scene): Scene {
  const [, verb, named, rest] = /^(\S+) the (\S+) ?(.*)$/.exec(instruction)!;
  const concept = conceptOf(named);
  const isMeant = (object: SceneObject) => object.concept === concept;
  if (verb === "remove") return { ...scene, objects: scene.objects.filter((o) => !isMeant(o)) };
  const change = (object: SceneObject): SceneObject => {
    if (!isMeant(object)) return object;
    if (verb === "make") return { ...object, color: rest as SceneObject["color"] };
    return { ...object, x: rest.endsWith("left") ? 8 : 56, y: rest.includes("top") ? 8 : 56 };
  };
  return { ...scene, objects: scene.objects.map(change) };
}

/** How a thing stands to another: things this small, on the lattice, need no more than their centres. */
function sidesOf(a: SceneObject, b: SceneObject): string[] {
  const [right, down] = [a.x - b.x, a.y - b.y];
  const length = Math.hypot(right, down);
  const isFar = (way: number) => Math.abs(way) - 0.1 * (a.size + b.size) > length / 2;
  return [
    ...(isFar(right) ? [right > 0 ? "right" : "left"] : []),
    ...(isFar(down) ? [down > 0 ? "below" : "above"] : []),
  ];
}

/** The answer to a question by its words; undefined where there is none. */
function answerIn({ objects }: Scene, question: string): string | undefined {
  const all = (named: string) => objects.filter(({ concept }) => concept === conceptOf(named));
  const only = (named: string) => all(named).length === 1 ? all(named)[0] : undefined;
  const counted = /^how many (\S+)$/.exec(question);
  if (counted) return ["zero", "one", "two", "three", "four"][all(counted[1]).length];
  const colored = /^what color is the (\S+)$/.exec(question);
  if (colored) return only(colored[1])?.color;
  const placed = /^where is (\S+) from (\S+)$/.exec(question);
  if (placed) {
    const [a, b] = [only(placed[1]), only(placed[2])];
    const sides = a && b ? sidesOf(a, b) : [];
    return sides.length === 0 ? undefined : sides.join(" and ");
  }
  const [, , side, named] = /^what is (to the )?(\S+)(?: of)? (\S+)$/.exec(question)!;
  const b = only(named);
  const there = b ? objects.filter((a) => a !== b && sidesOf(a, b).includes(side)) : [];
  if (there.length !== 1 || only(there[0].concept) === undefined) return undefined;
  return `the ${there[0].concept}`;
}

/** A thought about a scene of several things, and the scene. */
function thoughtOf(world: World, seed: number): { scene: Scene; thought: Thought } {
  const random = new Random(seed);
  for (;;) {
    const scene = randomScene(world, random, { objects: 2 + random.integer(3) });
    const thought = randomThought(scene, world, random);
    if (thought !== undefined) return { scene, thought };
  }
}

for (const preset of ["nano", "small"]) {
  const world = worldOf(preset);

  Deno.test(`${preset}: what an instruction leads to is there, and the answer is true of it`, () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { scene, thought } = thoughtOf(world, seed);
        const { instruction, question, answer, changed, result } = thought;
        assert.deepEqual(follow(instruction, scene), result, instruction);
        assert.equal(answerIn(result, question), answer, question);
        assert.equal(answerIn(scene, question) !== answer, changed, question);
      }),
      { numRuns: 1000 },
    );
  });

  Deno.test(`${preset}: three quarters of the answers are others than before the instruction`, () => {
    const thoughts = Array.from({ length: 2000 }, (_, seed) => thoughtOf(world, seed).thought);
    const share = (counts: (thought: Thought) => boolean) =>
      thoughts.filter(counts).length / thoughts.length;
    assert(share(({ changed }) => changed) > 0.75);
    assert(share(({ kind }) => kind === "position") > 0.5);
    for (const kind of ["counting", "color"]) assert(share((one) => one.kind === kind) > 0.15);
    for (const verb of ["remove", "make", "move"]) {
      assert(share(({ instruction }) => instruction.startsWith(verb)) > 0.15, verb);
    }
    const counts = thoughts.filter(({ kind }) => kind === "counting");
    assert(new Set(counts.map(({ answer }) => answer)).size >= 4);
  });

  Deno.test(`${preset}: thoughts are said as the world's language reads them`, () => {
    for (let seed = 0; seed < 300; seed++) {
      const { instruction, question, answer } = thoughtOf(world, seed).thought;
      assert.equal(readInstruction(instruction, world), instruction);
      const read = readQuestion(question, world);
      assert(read.kind === "question" && read.question === question, question);
      assert(read.answers.includes(answer), `${question} ${answer}`);
    }
  });
}

Deno.test("a scene without things to change is refused", () => {
  const scene = { background: "sky", style: "fluent-flat", objects: [] };
  assert.throws(() => randomThought(scene, scenes.world, new Random(0)), RangeError);
});

Deno.test("no text of a thought is a caption, and none has the words of prompts", () => {
  const said = scenes.textCorpus(3000);
  for (let seed = 0; seed < 1000; seed++) {
    const { instruction, question, answer } = thoughtOf(scenes.world, seed).thought;
    for (const text of [instruction, question, answer]) {
      // "the cat" answers a question; as a caption it would be "a cat".
      if (!text.startsWith("the ")) assert.throws(() => parseCaption(text, scenes.world), text);
      said.push(text);
    }
  }
  const words = new Set(said.join(" ").split(/[ .,]+/));
  for (const word of PROMPT_WORDS) assert(!words.has(word), word);
});

Deno.test("documents of frames and thoughts are worded as the model is asked, and fit it", async () => {
  const { frame, thought, imagined } = emojiDocuments(scenes);
  const tokenizer = trainTextTokenizer(scenes);
  const asked = new Set<string>();
  const expectThought = (instruction: string, question: string) => {
    assert.equal(readInstruction(instruction, scenes.world), instruction);
    assert.equal(readQuestion(question, scenes.world).kind, "question");
  };
  for (let i = 0; i < 100; i++) {
    const framed = /^(?:<picture> ){2,3}(next|previous|between) <picture>$/
      .exec(inWords(await frame.at(i)));
    asked.add(framed![1]);
    const [turn] = await thought.at(i);
    const [read, told] = turn.ask, [drawn, answered] = turn.answer;
    assert(read.kind === "picture" && drawn.kind === "picture");
    assert(told.kind === "text" && answered.kind === "text");
    assert.notDeepEqual(drawn.picture.data, read.picture.data);
    const [, instruction, question] = /^think (.*)\. (.*)$/.exec(told.text)!;
    expectThought(instruction, question);
    assert(tokenizer.encode(` ${told.text}`).length <= 32, told.text);
    const [at] = await imagined.at(i);
    assert.deepEqual(at.answer.map(({ kind }) => kind), ["text"]);
    const [first, second] = inWords([{ ...at, answer: [] }]).replace("<picture> ", "").split(". ");
    expectThought(first, second);
  }
  assert.equal(asked.size, 3);
});
