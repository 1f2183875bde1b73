/** What people write, and what is made of it: captions, questions and instructions in other words. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  CaptionError,
  captionOf,
  describe,
  paraphrase,
  readCaption,
  readInstruction,
  readQuestion,
  specKey,
  specOf,
  wordingOf,
} from "../lib/worlds/emoji/captions.ts";
import { sentenceOfScene } from "../lib/worlds/emoji/describe.ts";
import { randomEdit } from "../lib/worlds/emoji/edits.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { detailQuestions, questions } from "../lib/worlds/emoji/questions.ts";
import { randomScene } from "../lib/worlds/emoji/random_scenes.ts";
import { trainingSpec } from "../lib/worlds/emoji/splits.ts";
import { worldOf } from "../lib/worlds/emoji/world.ts";
import { Random } from "../lib/runtime/random.ts";
import { normalForm } from "../lib/text/normal_form.ts";

const world = worldOf("small");
const nano = worldOf("nano");

/** The same text as somebody else types it. */
const disguised = (text: string): fc.Arbitrary<string> =>
  fc.tuple(
    fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => text.toUpperCase(),
      (text) => text[0].toUpperCase() + text.slice(1),
      (text) => text.replace(/(?<=^| )\w/g, (letter) => letter.toUpperCase()),
      (text) => text.normalize("NFD"),
    ),
    fc.constantFrom(" ", "  ", "\u00A0", "\t", "\u2003", "\u202F \n"),
    fc.constantFrom("", ".", "?", "!", " ?", "…", ".\n", "\uFEFF"),
    fc.constantFrom("", " ", "\uFEFF", "“", "\n"),
    fc.constantFrom(...[" two ", " three ", " four "].map((word, i) => [word, ` ${i + 2} `])),
  ).map(([typed, space, end, start, [number, digit]]) =>
    start + typed(` ${text} `.replaceAll(number, digit).trim()).replaceAll(" ", space) + end
  );

Deno.test("the normal form is one: nothing is left to change", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    assert.equal(normalForm(normalForm(text)), normalForm(text));
  }));
  assert.equal(normalForm("\uFEFF A Cafe\u0301 ,\u00A0please?! "), "a café, please");
});

Deno.test("all that is trained on is in the normal form, without closing signs", async () => {
  for (const preset of ["nano", "small"]) {
    const scenes = await emojiScenes({ preset, seed: 1 });
    for (const line of scenes.textCorpus(2000)) assert.equal(normalForm(line), line);
    for (let i = 0; i < 200; i++) {
      const { description, questions } = scenes.reading(new Random(i));
      const asked = questions.flatMap(({ question, answer }) => [question, answer]);
      const { instruction } = scenes.edit(new Random(i));
      for (const text of [description, instruction, ...asked]) assert.equal(normalForm(text), text);
    }
  }
});

Deno.test("captions are read in every wording, as anybody types them", () => {
  const caption = fc.nat().chain((seed) => {
    const spec = trainingSpec(new Random(seed), world);
    return fc.record({
      spec: fc.constant(spec),
      text: disguised(paraphrase(spec, new Random(seed))),
    });
  });
  fc.assert(
    fc.property(caption, ({ spec, text }) => {
      const read = specOf(readCaption(text, world));
      assert(read !== undefined);
      assert.equal(specKey(read), specKey(spec));
      assert.equal(wordingOf(readCaption(text, world)), captionOf(read));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("descriptions of scenes are read, and say the same again", () => {
  const description = fc.nat().chain((seed) => {
    const scene = randomScene(world, new Random(seed));
    return fc.record({
      scene: fc.constant(scene),
      text: disguised(describe(scene, world, new Random(seed))),
    });
  });
  fc.assert(fc.property(description, ({ scene, text }) => {
    assert.deepEqual(readCaption(text, world), sentenceOfScene(scene));
  }));
});

Deno.test("questions are read as they were taught, with the answers that they may have", () => {
  const asked = fc.nat().chain((seed) => {
    const random = new Random(seed);
    const scene = randomScene(world, random, { objects: 3, tinted: 1 });
    const all = [...questions(scene, world, random), ...detailQuestions(scene, random)];
    const question = random.pick(all);
    return fc.record({ taught: fc.constant(question), text: disguised(question.question) });
  });
  fc.assert(fc.property(asked, ({ taught, text }) => {
    const read = readQuestion(text, world);
    assert(read.kind === "question");
    assert.equal(read.question, taught.question);
    assert(read.answers.includes(taught.answer), `${taught.answer} of ${read.answers}`);
  }));
});

Deno.test("instructions are read as they were taught", () => {
  const told = fc.nat().chain((seed) => {
    const random = new Random(seed);
    const { instruction } = randomEdit(randomScene(world, random), world, random);
    return fc.record({ instruction: fc.constant(instruction), text: disguised(instruction) });
  });
  fc.assert(fc.property(told, ({ instruction, text }) => {
    assert.equal(readInstruction(text, world), instruction);
  }));
});

Deno.test("people's own words are those that were taught", () => {
  const captions: Record<string, string> = {
    "cat": "a cat",
    "two cat": "two cats",
    "Draw me a picture of 2 RED hearts, please!": "two red hearts",
    "a couple of fish": "two fish",
    "a kitten & a puppy": "a cat and a dog",
    "a heart which is red plus a violet star": "a red heart and a purple star",
    "a cat is standing on top of a dog": "a cat above a dog",
    "a cat on the left-hand side of a dog": "a cat to the left of a dog",
    "under a dog is a cat": "a cat below a dog",
    "a red cat above two keys": "a red cat above two keys",
    "two balloons, a cat, and a key": "two balloons, a cat and a key",
    "an aeroplane and a bike": "an airplane and a bicycle",
  };
  for (const [text, caption] of Object.entries(captions)) {
    assert.equal(wordingOf(readCaption(text, world)), caption, text);
  }
  const asked: Record<string, string> = {
    "What colour is the heart?": "what color is the heart",
    "what's the color of the kitty": "what color is the cat",
    "Is there a dog in the image?": "is there a dog",
    "do you see any hearts?": "is there a heart",
    "How many hearts are there?": "how many hearts",
    "count the stars": "how many stars",
    "where's the cat from the dog?": "where is cat from dog",
    "what's on the left of the dog": "what is to the left of dog",
    "is the cat under the dog": "is cat below dog",
  };
  for (const [text, question] of Object.entries(asked)) {
    const read = readQuestion(text, nano);
    assert.equal(read.kind === "question" && read.question, question, text);
  }
  for (const text of ["what is this?", "What do you see?", "describe the picture"]) {
    assert.equal(readQuestion(text, nano).kind, "description", text);
  }
  const told: Record<string, string> = {
    "Please delete the cat.": "remove the cat",
    "get rid of all hearts": "remove the hearts",
    "paint the kitten in blue": "make the cat blue",
    "change the colour of the heart to red": "make the heart red",
    "put the key in the upper left corner": "move the key to the top left",
    "change the style to noto": "draw it in the noto style",
    "swap the kitten for a puppy, please": "replace the cat with a dog",
    "turn the heart into a star": "replace the heart with a star",
    "Replace both cats by dogs!": "replace the cats with dogs",
    "replace all fish with hearts": "replace the fish with hearts",
    "add an orange heart": "add an orange heart",
    "put a star in the upper left corner": "add a star to the top left",
    "insert another cat at the bottom right": "add a cat to the bottom right",
    "change the background to mint": "make the background mint",
  };
  for (const [text, instruction] of Object.entries(told)) {
    assert.equal(readInstruction(text, world), instruction, text);
  }
});

Deno.test("what was never taught is refused in one line that says what would be understood", () => {
  const refused = (read: () => unknown, message: RegExp) =>
    assert.throws(read, (error: Error) => {
      assert(error instanceof CaptionError);
      assert.match(error.message, message);
      assert(!error.message.includes("\n"));
      assert(error.message.length < 800, `${error.message.length} characters`);
      return true;
    });
  const caption = (text: string, message: RegExp) =>
    refused(() => readCaption(text, world), message);
  caption("no cats", /"no" was never taught/);
  caption("a cat without a dog", /"without" was never taught/);
  caption("five stars", /from one to four, but found "five"/);
  caption("12 stars", /from one to four, but found "12"/);
  caption("three cats and two dogs", /at most 4 things in all, but found 5/);
  caption("a red heart and a blue heart", /different things/);
  caption("a cat above a dog and a key", /one kind of thing on each side/);
  caption(
    "a hart",
    /such as "a cat", .*one to four; to the left of.*found "hart" \(did you mean "heart"\?\)/,
  );
  caption("a big dog", /found "big"$/);
  caption("a cat next to a dog", /to the left of, .* but found "next"/);
  caption("a grey cat", /red, orange, .* but found "grey"/);
  caption("", /empty/);
  caption(" ?! ", /empty/);
  const question = (text: string, message: RegExp) =>
    refused(() => readQuestion(text, world), message);
  question("where is the cat?", /"where is the cat from the dog\?".*found "where is the cat"/);
  question("do you see a zebra?", /found "zebra"/);
  question("is there no cat?", /"no" was never taught/);
  const instruction = (text: string, message: RegExp) =>
    refused(() => readInstruction(text, world), message);
  instruction("add two stars", /"add a red star", .* but found "two"/);
  instruction("replace the cat with a cat", /"replace the cat with a dog", .* but found/);
  instruction("make the background red", /"make the background mint", .* but found/);
  instruction("rmove the cat", /did you mean "remove"/);
  instruction("turn the heart upside", /"draw it in the noto style".*found "upside"/);
  refused(() => readInstruction("draw it in the noto style", nano), /found "noto"/);
});

Deno.test("no text makes a reader fail in any other way", () => {
  const word = fc.constantFrom(
    ...[
      "a",
      "two",
      "2",
      "cat",
      "hearts",
      "red",
      "above",
      "left",
      "of",
      "the",
      "is",
      "there",
      "and",
    ],
    ...["what", "color", "remove", "make", ",", "?", "constructor", "__proto__", "%", "\u0000"],
  );
  const text = fc.oneof(fc.string(), fc.array(word, { maxLength: 12 }).map((w) => w.join(" ")));
  fc.assert(
    fc.property(text, (text) => {
      for (const read of [readCaption, readQuestion, readInstruction]) {
        try {
          read(text, world);
        } catch (error) {
          assert(error instanceof CaptionError, String(error));
        }
      }
    }),
    { numRuns: 2000 },
  );
});
