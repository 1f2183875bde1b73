/** Judges against the truth: one that sees all, one that says yes to everything, one that is mute. */
import assert from "node:assert/strict";
import type { Judge } from "../lib/assessment/judge.ts";
import { parserJudge } from "../lib/worlds/emoji/parser_judge.ts";
import { SceneParser } from "../lib/worlds/emoji/parser/scene_parser.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { evaluateJudge } from "../lib/worlds/emoji/measures/judging.ts";

const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const options = { perTask: 12, seed: 0 };

Deno.test("the parser is right about true pictures, axis by axis", async () => {
  const parser = parserJudge(SceneParser.create(scenes.world, scenes.sprites));
  const { axes, verdict, unjudged } = await evaluateJudge(parser, scenes, options);
  assert.equal(verdict.count, 2 * 6 * 12);
  assert.equal(axes.object?.count, 144);
  assert.deepEqual([axes.count?.count, axes.color?.count, axes.position?.count], [24, 48, 24]);
  for (const { accuracy } of [verdict, ...Object.values(axes)]) assert.ok(accuracy >= 0.95);
  assert.equal(unjudged, 0);
});

Deno.test("a judge that always agrees is right half of the time, and one that says nothing never", async () => {
  const ten = { score: 10, analysis: "fine" };
  const kind: Judge = {
    judge: (items) =>
      Promise.resolve(items.map(() => ({
        assessment: {
          object: ten,
          count: ten,
          color: ten,
          position: ten,
          overall: 10,
          verdict: "good",
        },
      }))),
  };
  const { axes, verdict } = await evaluateJudge(kind, scenes, options);
  assert.ok(Math.abs(verdict.accuracy - 0.5) < 0.05, `${verdict.accuracy}`);
  for (const axis of [axes.count, axes.color, axes.position]) {
    assert.ok(Math.abs(axis!.accuracy - 0.5) < 0.11, `${axis!.accuracy}`);
  }
  const mute: Judge = { judge: (items) => Promise.resolve(items.map(() => ({ said: "" }))) };
  const said = await evaluateJudge(mute, scenes, options);
  assert.deepEqual([said.verdict.accuracy, said.unjudged], [0, 144]);
  assert.ok(Object.values(said.axes).every(({ accuracy }) => accuracy === 0));
});

Deno.test("pictures are judged as they are shown", async () => {
  const parser = parserJudge(SceneParser.create(scenes.world, scenes.sprites));
  const blank = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(150) };
  const { verdict } = await evaluateJudge(parser, scenes, {
    ...options,
    shown: (pictures) => Promise.resolve(pictures.map(() => blank)),
  });
  assert.ok(
    Math.abs(verdict.accuracy - 0.5) < 0.05,
    "a blank picture shows nothing that was asked",
  );
});
