/** Two judges of drawings: a parser that sees pixels, and a reader of codes that sees none. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { parserJudge } from "../lib/worlds/emoji/parser_judge.ts";
import { SceneParser } from "../lib/worlds/emoji/parser/scene_parser.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import type { Picture } from "../lib/data/picture.ts";
import { sceneFor } from "../lib/worlds/emoji/random_scenes.ts";
import { evaluationCaptions } from "../lib/worlds/emoji/splits.ts";
import { codeReader } from "../lib/worlds/emoji/measures/code_reader.ts";
import { evaluateDrawingByCodes, judgeDrawings } from "../lib/worlds/emoji/measures/drawing.ts";
import { evaluateJudgeOnDrawings } from "../lib/worlds/emoji/measures/judging.ts";
import { parseCaption } from "../lib/worlds/emoji/captions.ts";
import { Random } from "../lib/runtime/random.ts";
import type { PictureTokenizer } from "../lib/vision/mod.ts";

const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const { grid, pictureSize } = scenes.world;
const side = pictureSize / grid;

/** A code for each kind of patch, by its pixels. */
function kindOf({ data }: Picture, patch: number): number {
  const hash = createHash("sha256");
  for (let row = 0; row < side; row++) {
    const y = Math.floor(patch / grid) * side + row;
    const from = 3 * (y * pictureSize + (patch % grid) * side);
    hash.update(data.subarray(from, from + 3 * side));
  }
  return hash.digest().readUInt32LE();
}

function tokenizerOf(codeOf: (picture: Picture, patch: number) => number) {
  return {
    config: { grid, pictureSize },
    quantizer: { depth: 1 },
    encode: (pictures: readonly Picture[]) =>
      Promise.resolve(pictures.map((picture) => ({
        ids: Int32Array.from({ length: grid ** 2 }, (_, patch) => codeOf(picture, patch) | 0),
        features: new Float32Array(),
      }))),
  } as unknown as PictureTokenizer;
}

Deno.test("pure codes tell what stands where, and the parser agrees with them", async () => {
  const tokenizer = tokenizerOf(kindOf);
  const read = await codeReader(tokenizer, scenes, { pictures: 1500, seed: 0 });
  const random = new Random(1, "drawn");
  const asked = evaluationCaptions(scenes.world, { perTask: 8, seed: 0 });
  const drawn = await Promise.all(asked.map(async (one) => {
    const scene = sceneFor(one.spec, scenes.world, random);
    const picture = scenes.draw(scene);
    const [{ ids }] = await tokenizer.encode([picture]);
    return { ...one, scene, picture, ids };
  }));
  const told = drawn.filter(({ scene, ids }) => {
    const sorted = scene.objects.toSorted((a, b) => a.y - b.y || a.x - b.x);
    return JSON.stringify(read(ids).objects.map(plain)) === JSON.stringify(sorted.map(plain));
  });
  assert.ok(told.length >= 0.95 * drawn.length, `${told.length} of ${drawn.length}`);

  const parser = parserJudge(SceneParser.create(scenes.world, scenes.sprites));
  const { axes, verdict } = await evaluateJudgeOnDrawings(parser, drawn, read);
  assert.equal(verdict.count, drawn.length);
  for (const { accuracy } of [verdict, ...Object.values(axes)]) assert.ok(accuracy >= 0.95);
});

Deno.test("codes that mean nothing tell of an empty picture", async () => {
  const read = await codeReader(tokenizerOf(() => 7), scenes, { pictures: 50, seed: 0 });
  assert.deepEqual(read(new Int32Array(grid ** 2).fill(7)).objects, []);
  assert.deepEqual(read(new Int32Array(grid ** 2).fill(8)).objects, []);
});

/** A true scene of a caption, as if it had been drawn: its picture, and the codes of that. */
async function drawnOf(tokenizer: PictureTokenizer, caption: string, seed: number) {
  const spec = parseCaption(caption, scenes.world);
  const scene = sceneFor(spec, scenes.world, new Random(seed, "scene"));
  const picture = scenes.draw(scene);
  const [{ ids }] = await tokenizer.encode([picture]);
  return { caption, spec, picture, ids };
}

Deno.test("the two judges agree on true scenes, task by task", async () => {
  const tokenizer = tokenizerOf(kindOf);
  const parser = SceneParser.create(scenes.world, scenes.sprites);
  const read = await codeReader(tokenizer, scenes, { pictures: 1500, seed: 0 });
  const asked = evaluationCaptions(scenes.world, { perTask: 16, seed: 3 });
  const drawn = await Promise.all(asked.map(({ caption }, i) => drawnOf(tokenizer, caption, i)));
  const turned = [...drawn.slice(1), drawn[0]];
  for (const [shown, score] of [[drawn, 1], [turned, 0]] as const) {
    const { scores, drawings } = judgeDrawings(parser, asked, shown);
    const byCodes = evaluateDrawingByCodes(drawings, read);
    assert.ok(byCodes.agreement >= 0.95, `${byCodes.agreement}`);
    assert.deepEqual(Object.keys(byCodes.scores), Object.keys(scores));
    for (const { overall } of [scores, byCodes.scores]) {
      assert.ok(Math.abs(overall - score) < 0.2, `${overall}`);
    }
  }
});

Deno.test("pixels that please the parser do not please the codes, nor the other way round", async () => {
  const tokenizer = tokenizerOf(kindOf);
  const parser = SceneParser.create(scenes.world, scenes.sprites);
  const read = await codeReader(tokenizer, scenes, { pictures: 1500, seed: 0 });
  const blue = await drawnOf(tokenizer, "a blue heart", 0);
  const red = await drawnOf(tokenizer, "a red heart", 0);
  const judge = (drawing: typeof blue) => {
    const { drawings } = judgeDrawings(parser, [blue], [drawing]);
    return [drawings[0].correct, evaluateDrawingByCodes(drawings, read)] as const;
  };
  const [honest, both] = judge(blue);
  assert.deepEqual([honest, both], [true, { scores: { colors: 1, overall: 1 }, agreement: 1 }]);
  const [pleased, byCodes] = judge({ ...blue, ids: red.ids });
  assert.deepEqual([pleased, byCodes], [
    true,
    { scores: { colors: 0, overall: 0 }, agreement: 0 },
  ]);
  const [blurred, meant] = judge({ ...blue, picture: red.picture });
  assert.deepEqual([blurred, meant.scores.overall, meant.agreement], [false, 1, 0]);
});

function plain(
  { concept, color, x, y }: { concept: string; color?: string; x: number; y: number },
) {
  return [concept, color, x, y];
}
