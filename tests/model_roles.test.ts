/** What each parameter of `nano` says that it is: whoever optimizes goes by it. */
import assert from "node:assert/strict";
import { Scope, table } from "../lib/nn/mod.ts";
import { LANGUAGE_MODEL_PRESETS } from "../lib/recipes/illume.ts";
import { contrastiveLosses } from "../lib/vision/encoders/contrastive.ts";
import { TOKENIZER_PRESETS } from "../lib/vision/mod.ts";
import { nextTokenLosses } from "../lib/unified/mod.ts";

const tokenizer = TOKENIZER_PRESETS.nano;
const sizes = LANGUAGE_MODEL_PRESETS.nano;
const scope = new Scope();
nextTokenLosses(scope, {
  ...sizes,
  keyValueHeads: sizes.heads,
  queryKeyNorm: true,
  textVocabulary: 512,
  quantizer: tokenizer.quantizer,
  pictureTokens: tokenizer.grid ** 2,
  featureSize: tokenizer.featureSize,
}, { batch: 1, length: 8, learned: 4, pictures: 1 });
contrastiveLosses(scope, tokenizer, { batch: 2, words: 4, textVocabulary: 512, pairs: false });

Deno.test("tables are embeddings, heads, codebooks and places; maps have two axes, vectors one", () => {
  const named = scope.specs().filter(({ role }) => role === "table").map(({ name }) => name);
  assert.deepEqual(named.sort(), [
    "contrastive.pool.places.weight",
    "contrastive.text.embed_tokens.weight",
    "lm_head.weight",
    "model.embed_tokens.weight",
    "quantizer.codebook.weight",
    "vision_embed_tokens.places.weight",
    "vision_embed_tokens.weight",
    "vision_head.weight",
  ]);
  for (const { name, role, shape } of scope.specs()) {
    assert.equal(shape.length, role === "vector" ? Math.min(1, shape.length) : 2, name);
  }
});

Deno.test("one parameter is not two things", () => {
  const scope = new Scope();
  table(scope, 3, 4, 1);
  const asMap = () => scope.parameter("weight", [3, 4], { kind: "constant", value: 0 });
  assert.throws(asMap, /"weight" to be a table of shape \[3, 4\], but found a use of it as a map/);
});
