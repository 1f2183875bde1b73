/** The tokenizer against Hugging Face's `tokenizers`; tests/oracles/tokenizer.py made the fixtures. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { TextTokenizer } from "../lib/text/tokenizer.ts";
import captions from "./fixtures/tokenizer/captions.json" with { type: "json" };
import oracle from "./fixtures/tokenizer/ids.json" with { type: "json" };
import trained from "./fixtures/tokenizer/tokenizer.json" with { type: "json" };

Deno.test("training gives the same tokenizer.json as Hugging Face's trainer", () => {
  const { vocabularySize, specialTokens, texts } = captions;
  const tokenizer = TextTokenizer.train(texts, { vocabularySize, specialTokens });
  deepStrictEqual(tokenizer.toJSON(), trained);
});

Deno.test("ids and texts are those of Hugging Face's tokenizers", () => {
  const tokenizer = TextTokenizer.fromJSON(trained);
  strictEqual(oracle.length, 16);
  for (const { text, ids, decoded } of oracle) {
    deepStrictEqual(tokenizer.encode(text), ids, `ids of ${JSON.stringify(text)}`);
    strictEqual(tokenizer.decode(ids), decoded);
    strictEqual(decoded, text);
  }
});
