/** What each parameter of `nano` says that it is: whoever optimizes goes by it. */
import assert from "node:assert/strict";
import { Scope, table } from "../lib/nn/mod.ts";
import { contrastiveLosses } from "../lib/vision/encoders/contrastive.ts";
import { TOKENIZER_PRESETS } from "../lib/vision/mod.ts";
import { unifiedLosses } from "../lib/unified/mod.ts";
import { nanoModel } from "./nano_model.ts";

const tokenizer = TOKENIZER_PRESETS.nano;
const scope = new Scope();
const given = { read: tokenizer.grid ** 2 };
const shape = { batch: 1, length: 8, learned: 4, given, targets: {} };
unifiedLosses(scope, nanoModel(tokenizer, 512), shape);
contrastiveLosses(scope, tokenizer, { batch: 2, words: 4, textVocabulary: 512, pairs: false });

Deno.test("tables are embeddings, heads, codebooks and places; maps have two axes, vectors one", () => {
  const named = scope.specs().filter(({ role }) => role === "table").map(({ name }) => name);
  assert.deepEqual(named.sort(), [
    "contrastive.pool.places.weight",
    "contrastive.text.embed_tokens.weight",
    "lm_head.weight",
    "model.embed_tokens.weight",
    "quantizer.codebook.weight",
    "vision_embed_tokens.columns.weight",
    "vision_embed_tokens.rows.weight",
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
