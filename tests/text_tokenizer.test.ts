/** Byte pairs: text to tokens and back. */
import {
  deepStrictEqual,
  notDeepStrictEqual,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import fc from "fast-check";
import { Random } from "../lib/runtime/random.ts";
import { TextTokenizer } from "../lib/text/tokenizer.ts";
import { splitWords } from "../lib/text/words.ts";
import captions from "./fixtures/tokenizer/captions.json" with { type: "json" };

const tokenizer = TextTokenizer.train(captions.texts, captions);

Deno.test("any text comes back unchanged", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.constantFrom(...captions.texts)),
      fc.string({
        unit: fc.constantFrom(" ", "\n", "<", "end>", "<end>", "a", "'s", "?", "7", "é"),
      }),
      (one, other) => strictEqual(tokenizer.decode(tokenizer.encode(one + other)), one + other),
    ),
    { numRuns: 500 },
  );
});

Deno.test("a caption's words are one token each, with the space before them", () => {
  strictEqual(tokenizer.encode("two red hearts").length, 3);
  strictEqual(tokenizer.encode("a photo of an apple to the left of a blue car").length, 12);
});

Deno.test("no token reaches across punctuation, digits or a second word", () => {
  for (let id = captions.specialTokens.length; id < tokenizer.size; id++) {
    const text = tokenizer.decode([id]);
    if (!text.includes("\ufffd")) strictEqual(splitWords(text).length, 1, JSON.stringify(text));
  }
  const [dot, quoted] = [tokenizer.encode("cat."), tokenizer.encode('cat."')];
  deepStrictEqual(quoted.slice(0, -1), dot);
});

Deno.test("the order of the texts does not matter, the texts do", () => {
  const shuffled = new Random(0).shuffle(captions.texts);
  deepStrictEqual(TextTokenizer.train(shuffled, captions).toJSON(), tokenizer.toJSON());
  const others = TextTokenizer.train(["zebras", "zebus"], captions);
  notDeepStrictEqual(others.toJSON(), tokenizer.toJSON());
});

Deno.test("special tokens are one token, and nothing is learned from or across them", () => {
  const specialTokens = ["<image>", "<image> a", "<end>"];
  const trained = TextTokenizer.train(Array(9).fill("<image> a<end>b<image>c"), {
    vocabularySize: 1000,
    specialTokens,
  });
  strictEqual(trained.size, 3 + 256);
  deepStrictEqual(trained.encode("<image> a<end><image>"), [1, 2, 0]);
  strictEqual(trained.tokenId("<end>"), 2);
  throws(() => trained.tokenId("<pad>"), /Expected one of .*<end>, but found "<pad>"/);
});

Deno.test("a saved tokenizer gives the same ids when loaded", async () => {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await tokenizer.save(path);
  const loaded = await TextTokenizer.load(path);
  strictEqual(loaded.size, tokenizer.size);
  for (const text of captions.texts) {
    deepStrictEqual(loaded.encode(text), tokenizer.encode(text));
  }
  await Deno.remove(path);
});

Deno.test("a hundred thousand characters without a space are encoded, and soon", () => {
  const text = "ab".repeat(50_000);
  strictEqual(tokenizer.decode(tokenizer.encode(text)), text);
});

Deno.test("what is no tokenizer is refused, and the message says where", async (t) => {
  const change = (edit: (json: ReturnType<TextTokenizer["toJSON"]>) => void) => {
    const json = tokenizer.toJSON();
    edit(json);
    return json;
  };
  const cases: [string, unknown, RegExp][] = [
    ["null", null, /at its top: .*expected object/],
    ["another model", { ...tokenizer.toJSON(), model: { type: "WordPiece" } }, /at model\.type/],
    ["a normalizer", { ...tokenizer.toJSON(), normalizer: { type: "NFC" } }, /at normalizer/],
    ["a fractional id", change((json) => json.model.vocab.a = 1.5), /at model\.vocab\.a: .*int/],
    ["an id twice", change((json) => json.model.vocab.a = 0), /ids 0 to \d+, but found no \d+/],
    ["a missing byte", change((json) => delete json.model.vocab.a), /but found no \d+/],
    [
      "a byte renamed",
      change(({ model }) => {
        model.vocab["zzz"] = model.vocab["Ā"];
        delete model.vocab["Ā"];
      }),
      /the byte "Ā" in model\.vocab, but found none/,
    ],
    ["an unknown merge", change((json) => json.model.merges.push(["q", "q"])), /token "qq"/],
    ["a special token's id", change((json) => json.added_tokens[0].id = 9), /have id 0 .* found 9/],
  ];
  for (const [name, json, message] of cases) {
    await t.step(name, () => throws(() => TextTokenizer.fromJSON(json), message));
  }
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(path, '{"version": "1.0", "trunc');
  await t.step("a cut-off file", () => rejects(TextTokenizer.load(path), /\.json: .*no JSON$/));
  await Deno.remove(path);
  await t.step("no file", () => rejects(TextTokenizer.load(path), /\.json: No such file/));
});

Deno.test("impossible vocabularies are refused", () => {
  const train = (vocabularySize: number, ...specialTokens: string[]) => () =>
    TextTokenizer.train(["a"], { vocabularySize, specialTokens });
  throws(train(257, "<a>", "<b>"), /at least 258 tokens .*, but found 257/);
  throws(train(300.5), /but found 300\.5/);
  throws(train(300, "<a>", "<a>"), /differ .*, but found "<a>"/);
  throws(train(300, "a"), /two characters or more, but found "a"/);
  throws(train(300, ""), /but found ""/);
});
