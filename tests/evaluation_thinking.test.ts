/** Thoughts and frames: who draws and answers right has all, and who errs has what that is worth. */
import assert from "node:assert/strict";
import { ASKED_FRAMES, type AskedThought, type FrameToDraw } from "../lib/recipes/mod.ts";
import { Random } from "../lib/runtime/mod.ts";
import { askedFrame } from "../lib/worlds/emoji/animations.ts";
import { emojiScenes, type ThoughtExample } from "../lib/worlds/emoji/emoji_scenes.ts";
import { evaluateFrames, evaluateThinking } from "../lib/worlds/emoji/measures/mod.ts";
import { SceneParser } from "../lib/worlds/emoji/parser/scene_parser.ts";

const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const parser = SceneParser.create(scenes.world, scenes.sprites);
const COUNT = 80;
const sizes = { seed: 3 };

/** The same thoughts that are asked, with their answers. */
function asked(): ThoughtExample[] {
  const random = new Random(sizes.seed, "evaluated thoughts");
  return Array.from({ length: COUNT }, () => scenes.thought(random));
}

Deno.test("right drawings and right answers have full marks, each by itself", async () => {
  const truth = asked();
  const model = {
    thinkAll(items: readonly AskedThought[]) {
      assert.deepEqual(items.map(({ question }) => question), truth.map((one) => one.question));
      const answers = truth.map(({ after: picture, answer }) => ({ picture, answer }));
      return Promise.resolve(answers);
    },
    imagineAll: (items: readonly AskedThought[]) => Promise.resolve(items.map(() => "zero")),
  };
  const scores = await evaluateThinking(model, scenes, parser, { thoughts: COUNT, ...sizes });
  assert.deepEqual(scores.drawn, { all: 1, changed: 1, position: 1, counting: 1, color: 1 });
  assert.equal(scores.pictures, 1);
  const zeros = truth.filter(({ answer }) => answer === "zero").length;
  assert.equal(scores.imagined.all, zeros / COUNT);
  assert.deepEqual([scores.imagined.position, scores.imagined.color], [0, 0]);
});

Deno.test("who draws what was there before draws nothing right, whatever the answer", async () => {
  const truth = asked();
  const model = {
    thinkAll: () =>
      Promise.resolve(truth.map(({ before: picture, answer }) => ({ picture, answer }))),
    imagineAll: () => Promise.resolve(truth.map(({ answer }) => answer)),
  };
  const scores = await evaluateThinking(model, scenes, parser, { thoughts: COUNT, ...sizes });
  assert.deepEqual([scores.drawn.all, scores.imagined.all], [1, 1]);
  // A heart of its own colours looks like a red one.
  assert(scores.pictures < 0.05, `${scores.pictures}`);
  await assert.rejects(evaluateThinking(model, scenes, parser, { thoughts: 0, ...sizes }), {
    message: "Expected thoughts to be a whole number from 1 on, but found 0",
  });
});

Deno.test("frames are right where every thing is in place", async () => {
  const frames = 40;
  const random = new Random(sizes.seed, "evaluated frames");
  const truth = ASKED_FRAMES.flatMap((asked) =>
    Array.from(
      { length: frames },
      () => askedFrame(asked, scenes.animation(random).pictures, random).wanted,
    )
  );
  const perfect = { framesAll: () => Promise.resolve(truth.map((picture) => ({ picture }))) };
  assert.deepEqual(
    await evaluateFrames(perfect, scenes, parser, { frames, ...sizes }),
    { next: 1, previous: 1, missing: 1 },
  );
  const still = {
    framesAll: (items: readonly FrameToDraw[]) =>
      Promise.resolve(items.map(({ asked, shown }, i) => {
        return { picture: asked === "next" ? truth[i] : shown[0] };
      })),
  };
  assert.deepEqual(
    await evaluateFrames(still, scenes, parser, { frames, ...sizes }),
    { next: 1, previous: 0, missing: 0 },
  );
  await assert.rejects(evaluateFrames(still, scenes, parser, { frames: 1.5, ...sizes }), {
    message: "Expected frames to be a whole number from 1 on, but found 1.5",
  });
});
