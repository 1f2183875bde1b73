/** Probes of what is read, whatever the width of its rows. */
import assert from "node:assert/strict";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { COLORS, type Scene } from "../lib/worlds/emoji/scene.ts";
import { evaluateReconstruction } from "../lib/evaluation/reconstruction.ts";
import { objectsByPatch } from "../lib/worlds/emoji/measures/labelled_scenes.ts";
import { evaluateProbes } from "../lib/worlds/emoji/measures/probes.ts";
import { unseenPictures } from "../lib/worlds/emoji/measures/unseen_pictures.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import { PictureTokenizer, TOKENIZER_PRESETS, type TokenizerConfig } from "../lib/vision/mod.ts";

const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const device = await openDevice("cpu", { threads: 1 });
const pictures = 60;

/** One number for each concept and colour, and one for nothing. */
const FACTS = scenes.world.concepts.length + COLORS.length + 1;

function factsOf(scene: Scene, config: { grid: number; pictureSize: number }): number[][] {
  return objectsByPatch(scene, { config } as PictureTokenizer).map((object) => {
    const facts = Array<number>(FACTS).fill(0);
    if (object === undefined) facts[FACTS - 1] = 1;
    else {
      facts[scenes.world.concepts.indexOf(object.concept)] = 1;
      if (object.color) facts[scenes.world.concepts.length + COLORS.indexOf(object.color)] = 1;
    }
    return facts;
  });
}

Deno.test("rows wider or narrower than the semantic features are probed in full", async () => {
  const { grid, pictureSize } = TOKENIZER_PRESETS.nano;
  for (const featureSize of [8, 2 * FACTS]) {
    const config = { ...TOKENIZER_PRESETS.nano, featureSize };
    const random = new Random(0, "probes");
    const read = Array.from({ length: pictures }, () => scenes.reading(random));
    const scores = await evaluateProbes(
      {
        config,
        device,
        featureSize: FACTS,
        encode: () =>
          Promise.resolve(read.map(({ scene }) => ({
            features: Float32Array.from(factsOf(scene, { grid, pictureSize }).flat()),
            ids: new Int32Array(grid ** 2),
          }))),
      },
      scenes,
      { pictures, seed: 0 },
    );
    assert.ok(scores.concept > 0.95 && scores.position > 0.95, JSON.stringify(scores));
  }
});

Deno.test("the reconstruction of dual and of read codes is compared with semantic features", async () => {
  const vector = { kind: "vector", codes: 16, codeSize: 8 } as const;
  const shared = { ...TOKENIZER_PRESETS.nano, featureSize: 16, heads: 2 };
  const dual: TokenizerConfig = {
    ...shared,
    kind: "dual",
    quantizer: { kind: "product", parts: [vector, vector] },
  };
  const measure = (config: TokenizerConfig) =>
    evaluateReconstruction(
      new PictureTokenizer({ device, store: new StateStore(device), config }),
      unseenPictures(scenes, { pictures: 8, seed: 0 }),
    );
  assert.ok(Number.isFinite((await measure(dual)).featureCosine));
  const pixel = await measure({ ...shared, kind: "pixel", quantizer: vector });
  assert.deepEqual(Object.keys(pixel), ["psnr", "codebookUse", "perplexity"]);
  const semantic: TokenizerConfig = { ...shared, kind: "semantic", quantizer: vector };
  const features = await measure(semantic);
  assert.deepEqual(await measure({ ...semantic, reads: "codes" }), features);
});
