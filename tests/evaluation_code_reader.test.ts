/** What codes say of a picture: with codes that mean one thing each, and with codes that mean none. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { parserJudge } from "../lib/worlds/emoji/parser_judge.ts";
import { SceneParser } from "../lib/worlds/emoji/parser/scene_parser.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import type { Picture } from "../lib/data/picture.ts";
import { sceneFor } from "../lib/worlds/emoji/random_scenes.ts";
import { evaluationCaptions } from "../lib/worlds/emoji/splits.ts";
import { codeReader, evaluateJudgeOnDrawings } from "../lib/worlds/emoji/measures/code_reader.ts";
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

function plain(
  { concept, color, x, y }: { concept: string; color?: string; x: number; y: number },
) {
  return [concept, color, x, y];
}
