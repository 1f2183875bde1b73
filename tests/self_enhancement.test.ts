/** What a model learns from assessed drawings: to assess, and how sure it may be. */
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import assert from "node:assert/strict";
import { truePicture } from "../lib/worlds/emoji/asked_captions.ts";
import { assessScene } from "../lib/worlds/emoji/axes.ts";
import { requirementsOf } from "../lib/worlds/emoji/requirements.ts";
import { parseCaption } from "../lib/worlds/emoji/captions.ts";
import { emojiDocuments } from "../lib/worlds/emoji/documents.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { enhancementStage } from "../lib/recipes/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import { tinyIllume } from "./tiny_illume.ts";

Deno.test("verdicts are learned, and confidence with them", async () => {
  const scenes = await emojiScenes({ preset: "nano", seed: 0 });
  using store = new StateStore(await openDevice("cpu"));
  const model = tinyIllume(store, trainTextTokenizer(scenes));
  const caption = "two cats";
  const random = new Random(1, "drawings");
  const box = (x: number) => ({ x, y: 10, width: 10, height: 10 });
  const pictures = await model.tokenizer.decode(
    [1, 2].map(() => Int32Array.from({ length: 16 }, () => random.integer(64))),
  );
  const cats = [1, 2].map((count) => {
    const objects = Array.from({ length: count }, (_, i) => ({
      concept: "cat",
      confidence: 1,
      box: box(10 + 20 * i),
    }));
    return {
      caption,
      picture: pictures[count - 1],
      assessment: assessScene(requirementsOf(parseCaption(caption, scenes.world)), {
        objects,
      }),
      misses: [],
    };
  });
  assert.deepEqual(cats.map(({ assessment }) => assessment.verdict), ["bad", "good"]);

  const options = {
    documents: emojiDocuments(scenes),
    truePicture: truePicture(scenes),
    budget: { steps: 120, batchSize: 16, peakRate: 1e-2 },
  };
  const stage = enhancementStage(model, cats, options);
  for await (const _ of stage.run());
  const all = () => enhancementStage(model, cats, { ...options, share: 1 });
  assert.throws(all, /share of assessments between 0 and 1, but found 1/);
  const judgements = await model.judge(pictures.map((picture) => ({ picture, caption })));
  for (const [i, { assessment }] of cats.entries()) {
    assert.deepEqual(judgements[i].assessment, assessment);
  }
  const [bad, good] = judgements.map((judgement) =>
    "said" in judgement ? -1 : judgement.confidence
  );
  assert.ok(bad! >= 0 && bad! < 0.2 && good! > 0.8 && good! <= 1, `${bad} and ${good}`);

  const picture = pictures[1];
  await assert.rejects(model.judge([{ picture, caption: "cats two" }]), /found "cats two"/);
});
