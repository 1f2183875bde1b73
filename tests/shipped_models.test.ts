/** The models that come with the repository do what they are there for. */
import assert from "node:assert/strict";
import { z } from "../lib/packages/zod.ts";
import {
  emojiScenes,
  evaluateDrawing,
  evaluateReading,
  evaluationCaptions,
  loadModel,
  meanAccuracy,
  Report,
  SceneParser,
  worldOfModel,
} from "../mod.ts";
import { SHIPPED } from "../examples/recipe.ts";

const MEGABYTES = 20;
const Made = z.strictObject({
  command: z.string().regex(/^deno task demo /),
  seed: z.number(),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  commits: z.array(z.string()),
  minutes: z.number(),
});

for (const [recipe, folder] of Object.entries(SHIPPED)) {
  Deno.test(`${folder} draws and reads, and says how it was made`, async () => {
    const read = async (name: string) =>
      JSON.parse(await Deno.readTextFile(new URL(`../${folder}/${name}`, import.meta.url)));
    const { seed } = Made.parse(await read("made.json"));
    const report = Report.parse(await read("report.json"));
    assert.deepEqual([report.recipe, report.seed], [recipe, seed]);
    const { size } = await Deno.stat(new URL(`../${folder}/model.safetensors`, import.meta.url));
    assert.ok(size < MEGABYTES * 1e6, `${size} bytes`);

    using model = await loadModel(new URL(`../${folder}`, import.meta.url).pathname);
    assert.equal(model.recipe, recipe);
    const scenes = await emojiScenes({ world: worldOfModel(model), seed: 3 });
    const parser = SceneParser.create(scenes.world, scenes.sprites);
    const captions = evaluationCaptions(scenes.world, { perTask: 4, seed: 3 });
    const { scores } = await evaluateDrawing(model, parser, captions, { seed: 3 });
    assert.ok(scores.overall > 0.6, `GenEval ${scores.overall}`);
    const pope = meanAccuracy(await evaluateReading(model, scenes, { pictures: 8, seed: 3 }));
    assert.ok(pope > 0.85, `POPE ${pope}`);
  });
}
