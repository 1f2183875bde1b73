/** The language of people's own captions. */
import fc from "fast-check";
import { deepStrictEqual as same, ok, strictEqual as equal, throws } from "node:assert";
import { CaptionError, LONGEST_CAPTION } from "../lib/text/language.ts";
import { firstWords, lastWords } from "../lib/text/nearest_words.ts";
import { normalForm } from "../lib/text/normal_form.ts";
import {
  captionWords,
  plainCaption,
  PlainLanguage,
  PlainLanguageSettings,
} from "../lib/text/plain_language.ts";
import { TextTokenizer } from "../lib/text/tokenizer.ts";
import { SPECIAL_TOKENS } from "../lib/unified/mod.ts";
import { CaptionError as ofEmoji } from "../lib/worlds/emoji/captions.ts";

const fruit = PlainLanguage.of(["A red apple.", "Two green pears, sliced", "the cat's bowl No. 7"]);

const text = fc.string({ unit: "grapheme", maxLength: 60 });

/** What a refusal says. */
function saidOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    ok(error instanceof CaptionError, String(error));
    return error.message;
  }
  throw new Error("Expected a refusal, but found none");
}

Deno.test("a caption is read as it was learned, however it is typed", () => {
  for (
    const [typed, read] of [
      ["a red apple", "a red apple"],
      ["  A RED   apple!! ", "a red apple"],
      ["“a red apple”", "a red apple"],
      ["A red\u00A0apple…", "a red apple"],
      ["two pears,sliced", "two pears, sliced"],
      ["The cat’s bowl", "the cat's bowl"],
      ["bowl no. 7", "bowl no. 7"],
    ]
  ) equal(fruit.caption(typed), read);
});

Deno.test("captions in other scripts, with accents, digits and symbols are captions", () => {
  const captions = [
    "Café crème à l'été",
    "СОБАКА и кошка",
    "ΟΔΥΣΣΕΥΣ",
    "一只红色的猫",
    "赤いりんごが2個",
    "แมวสีแดง",
    "लाल सेब",
    "قطة حمراء",
    "İstanbul’da 3 kedi",
    "I ❤️ NY & 100 % \u{1F44D}\u{1F3FD}",
    "T-shirt, size XL (new)",
  ];
  const language = PlainLanguage.of(captions);
  for (const caption of captions) {
    equal(language.caption(caption), plainCaption(caption));
    equal(language.caption(caption.normalize("NFD")), plainCaption(caption));
  }
  same(captionWords("一只猫"), ["一", "只", "猫"]);
  equal(language.caption("红猫"), "红猫"); // the signs are known, though not in this order
  throws(() => language.caption("黑猫"), /found "黑"/);
});

Deno.test("what was learned is understood, whatever it was", () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (captions) => {
      const usable = captions.filter((caption) => captionWords(caption).length > 0);
      fc.pre(usable.length > 0);
      const language = PlainLanguage.of(captions);
      for (const caption of usable) {
        const learned = plainCaption(caption);
        equal(language.caption(caption), learned);
        equal(language.caption(learned), learned);
        ok(language.knows(caption));
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("the normal form of a normal form is itself", () => {
  fc.assert(
    fc.property(text, (text) => {
      equal(normalForm(normalForm(text)), normalForm(text));
      equal(plainCaption(plainCaption(text)), plainCaption(text));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("no caption holds a model's own signs", () => {
  const tokenizer = TextTokenizer.train(["a picture"], {
    vocabularySize: 300,
    specialTokens: SPECIAL_TOKENS,
  });
  const ids = tokenizer.encode(plainCaption(`a ${SPECIAL_TOKENS.join(" ")} frame`));
  ok(ids.every((id) => id >= SPECIAL_TOKENS.length), ids.join());
});

Deno.test("an unknown word is named, with those that are near", () => {
  equal(
    saidOf(() => fruit.caption("a red aple")),
    'Expected words of the captions that the model learned from, but found "aple" ' +
      '(did you mean "apple"?)',
  );
  equal(
    saidOf(() => fruit.caption("A blue zebra, sliced")),
    'Expected words of the captions that the model learned from, but found "blue", "zebra"',
  );
  equal(
    saidOf(() => PlainLanguage.of(["cat", "cut", "dog"]).caption("cot")),
    'Expected words of the captions that the model learned from, but found "cot" ' +
      '(did you mean "cat" or "cut"?)',
  );
});

Deno.test("texts without words, and those that are too long, are refused", () => {
  equal(saidOf(() => fruit.caption("  ")), "Expected words, but found an empty text");
  equal(saidOf(() => fruit.caption("?!")), "Expected words, but found an empty text");
  equal(saidOf(() => fruit.caption("- -")), 'Expected words, but found "- -"');
  equal(
    saidOf(() => fruit.caption("a ".repeat(LONGEST_CAPTION))),
    `Expected a text of at most ${LONGEST_CAPTION} characters, but found ${2 * LONGEST_CAPTION}`,
  );
  throws(() => PlainLanguage.of(["…", ""]), /Expected captions with words, but found none/);
});

Deno.test("questions that amount to “what is this?” ask for a description", () => {
  for (
    const question of [
      ...["What is this?", "what's that", "What’s in the picture?", "what is in this image"],
      ...["Describe!", "describe this picture", "Please describe the photo.", "caption this image"],
      ...["what do you see?", "What can you see here?", "what does it show", "what are these?"],
      ...["what is on the photo", "what does the picture show?", "what is shown in the image?"],
    ]
  ) same(fruit.question(question), { kind: "description" }, question);
});

Deno.test("any other question, and every instruction, is refused", () => {
  equal(
    saidOf(() => fruit.question("What colour is the apple?")),
    'Expected a question such as "what is this?", "what does the picture show?", ' +
      '"describe the picture", since a model of captions was taught no others, ' +
      'but found "What colour is the apple?"',
  );
  equal(saidOf(() => fruit.question("")), "Expected words, but found an empty text");
  equal(
    saidOf(() => fruit.instruction("remove the apple")),
    "Expected a caption to draw or a picture to describe, since a model of captions was taught no " +
      'instructions, but found "remove the apple"',
  );
});

Deno.test("a language comes back from its settings, by way of JSON", () => {
  fc.assert(fc.property(fc.array(text, { minLength: 1 }), (captions) => {
    fc.pre(captions.some((caption) => captionWords(caption).length > 0));
    const { settings } = PlainLanguage.of(captions);
    const again = PlainLanguage.from(JSON.parse(JSON.stringify(settings)));
    same(again.settings, settings);
  }));
  same(PlainLanguageSettings.parse(fruit.settings), fruit.settings);
  equal(fruit.settings.kind, "plain");
});

Deno.test("settings that are none are refused, by what is wrong", () => {
  const refusal = /Expected the settings of a plain language, but found at /;
  for (
    const settings of [
      {},
      { kind: "emoji", words: ["a"] },
      { kind: "plain", words: [] },
      { kind: "plain", words: ["Apple"] },
      { kind: "plain", words: ["red apple"] },
      { kind: "plain", words: ["b", "a"] },
      { kind: "plain", words: ["a", "a"] },
      { kind: "plain", words: ["a"], more: 1 },
    ]
  ) throws(() => PlainLanguage.from(settings), refusal);
});

Deno.test("there is one kind of refusal", () => {
  equal(ofEmoji, CaptionError);
});

Deno.test("the first and last words of a text are its words, in the form in which it is learned", () => {
  fc.assert(fc.property(text, fc.integer({ min: 1, max: 9 }), (text, count) => {
    const words = captionWords(text);
    const [first, last] = [firstWords(text, count), lastWords(text, count)];
    same(captionWords(first), words.slice(0, count));
    same(captionWords(last), words.slice(-count));
    for (const some of [first, last]) {
      equal(plainCaption(some), some);
      ok(plainCaption(text).includes(some));
    }
  }));
  const long = `near ${"far".repeat(LONGEST_CAPTION)} end`;
  same([firstWords(long, 9), lastWords(long, 9)], ["near", "end"]);
  equal(firstWords("x".repeat(LONGEST_CAPTION + 1), 9), "");
});
