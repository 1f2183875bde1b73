/** Stories that a tiny DreamLLM learned are told to their end, in words and pictures. */
import assert from "node:assert/strict";
import { endless } from "../lib/data/data_set.ts";
import { type Document, text } from "../lib/data/document.ts";
import { Random } from "../lib/runtime/mod.ts";
import { Inference, unifiedStages } from "../lib/unified/mod.ts";
import { LatentDecoder } from "../lib/vision/mod.ts";
import { DECODER_CONFIG, modelOf, storeOf } from "./tiny_dreams.ts";
import { tinyCodes, tinyPicture } from "./tiny_model.ts";
import { device } from "./training_folder.ts";

const [cat, dog, hearts] = [0, 1, 2].map((i) => tinyPicture(new Random(i, "shown")));

/** Of two and three pictures, the last of which ends them, and of one among words. */
const STORIES: readonly Document[] = [
  [{ ask: [text("cat")], answer: [text("a cat"), cat, text("red hearts"), hearts] }],
  [{
    ask: [text("dog")],
    answer: [text("a dog"), dog, text("a cat"), cat, text("hearts"), hearts],
  }],
  [{ ask: [text("hearts")], answer: [text("two"), hearts, text("and a dog")] }],
];

Deno.test("stories are told to their end: words, pictures, and no more of either", async () => {
  const unified = modelOf();
  using store = storeOf(device, unified);
  const stories = endless(0, "stories", (random) => random.pick(STORIES));
  const [stage] = unifiedStages({ device, store, seed: 0, unified }, { stories }, [{
    name: "stories",
    mixture: { stories: 1 },
    budget: { steps: 250, batchSize: 8, peakRate: 1e-2 },
  }]);
  for await (const _ of stage.run());

  using decoder = new LatentDecoder({ device, store, config: DECODER_CONFIG });
  const known = new Map(
    [cat, dog, hearts].map(({ picture }) => [`${tinyCodes(picture)}`, picture]),
  );
  const paint = async (content: unknown) => {
    assert.ok(content instanceof Float32Array);
    const [{ ids }] = await decoder.draw([content], { temperature: 0 });
    const picture = known.get(`${ids}`);
    assert.ok(picture, `${ids} are the codes of no picture that it knows`);
    return { picture };
  };
  using inference = new Inference({ device, store, seed: 0, unified, longestText: 8 });
  const told = await inference.compose(
    STORIES.map(([{ ask }]) => ask),
    { pictures: 4, paint, temperature: 0, topK: 1, seed: 0 },
  );
  assert.deepEqual(
    told.map((parts) =>
      parts.map((part) => part.kind === "text" ? part.text : part.painted?.picture)
    ),
    STORIES.map(([{ answer }]) =>
      answer.map((segment) => segment.kind === "text" ? segment.text : segment.picture)
    ),
  );
});
