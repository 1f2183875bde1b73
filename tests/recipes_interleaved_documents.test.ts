/** Documents of text and pictures as stories to tell. */
import fc from "fast-check";
import assert from "node:assert/strict";
import {
  type Document,
  type FolderDocument,
  InterleavedDocuments,
  inWords,
  type Picture,
} from "../lib/data/mod.ts";
import { interleavedDocuments, ownPicturesPlan, storyOf } from "../lib/recipes/mod.ts";

type Part = FolderDocument["parts"][number];

/** A document of texts, and of pictures by numbers. */
function documentOf(...parts: readonly (string | number)[]): FolderDocument {
  const written = parts.map((part): Part =>
    typeof part === "string"
      ? { kind: "text", text: part }
      : { kind: "picture", picture: `${part}.png` }
  );
  return { name: "page", parts: written };
}

/** A story's words, and its pictures by their numbers. */
function toldOf(document: FolderDocument): (string | number)[] {
  return storyOf(document)!.parts.flatMap(({ text, picture }) => [
    ...(text === "" ? [] : [text]),
    ...(picture === undefined ? [] : [parseInt(picture)]),
  ]);
}

/** Stories over documents whose pictures are greys of their numbers. */
function storiesOf(documents: readonly FolderDocument[], seed = 0) {
  const greys = new Map<string, Picture>();
  const grey = (file: string): Picture => {
    const data = new Uint8Array(3).fill(parseInt(file));
    const picture = greys.get(file) ?? { width: 1, height: 1, data };
    greys.set(file, picture);
    return picture;
  };
  const stories = interleavedDocuments(new InterleavedDocuments(documents, grey), seed);
  return Promise.all(Array.from({ length: 40 }, (_, i) => stories.at(i)));
}

/** The pictures of an answer, by their numbers. */
function picturesOf([{ answer }]: Document): number[] {
  return answer.flatMap((part) => part.kind === "picture" ? [part.picture.data[0]] : []);
}

const words = (count: number, from = 1) =>
  Array.from({ length: count }, (_, i) => `w${from + i}`).join(" ");

Deno.test("a story is asked for by a document's first words, and has those beside its pictures", async () => {
  const page = documentOf(`${words(40)}!`, 1, 2, "—", 3, `Then: ${words(40, 50)}`);
  assert.equal(storyOf(page)!.about, words(8));
  assert.deepEqual(toldOf(page), [words(24, 17), 1, 2, 3, `then: ${words(23, 50)}`]);
  const [story] = await storiesOf([page]);
  const drawn = "<picture> <picture> <picture>";
  assert.equal(
    inWords(story),
    `tell ${words(8)} ${words(24, 17)} ${drawn} then: ${words(23, 50)}`,
  );
  assert.deepEqual(picturesOf(story), [1, 2, 3]);
  // Where a document begins with its picture, what it is about stands behind.
  const late = documentOf(1, "The END.");
  assert.equal(storyOf(late)!.about, "the end");
  assert.deepEqual(toldOf(late), [1, "the end"]);
});

Deno.test("of a long document some six pictures in a row are told, with their words", async () => {
  const parts = Array.from({ length: 9 }, (_, i) => [`Text ${i}.`, i]).flat();
  const stories = await storiesOf([documentOf(...parts, "The end.")]);
  const starts = new Set<number>();
  for (const story of stories) {
    const [first, ...others] = picturesOf(story);
    assert.deepEqual(others, [1, 2, 3, 4, 5].map((i) => first + i));
    const said = inWords(story).replaceAll(" <picture>", "");
    const told = [0, 1, 2, 3, 4, 5].map((i) => `text ${first + i}`).join(" ");
    const about = "text 0. text 1. text 2. text 3";
    assert.equal(said, `tell ${about} ${told}${first === 3 ? " the end" : ""}`);
    starts.add(first);
  }
  assert.deepEqual([...starts].sort(), [0, 1, 2, 3]);
});

Deno.test("no picture is lost or moved, whatever the document", () => {
  const part = fc.oneof(fc.string({ unit: "grapheme" }), fc.nat(99));
  fc.assert(fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
    const story = storyOf(documentOf(...parts));
    fc.pre(story !== undefined);
    const pictures = story.parts.flatMap(({ picture }) => picture ?? []);
    assert.deepEqual(
      pictures,
      parts.filter((part) => typeof part === "number").map((i) => `${i}.png`),
    );
    assert.ok(story.parts.slice(0, -1).every(({ picture }) => picture !== undefined));
    assert.ok(story.about !== "");
  }));
});

Deno.test("the same index gives the same story; documents that give none are refused or passed over", async () => {
  const none = [documentOf("Words alone."), documentOf(1, "—")];
  const pages = [...none, documentOf("One.", 1), documentOf("Two.", 2)];
  const said = async (seed: number) => (await storiesOf(pages, seed)).map(inWords).join("|");
  assert.equal(await said(0), await said(0));
  assert.notEqual(await said(1), await said(0));
  const told = new Set((await said(0)).split("|"));
  assert.deepEqual([...told].sort(), ["tell one one <picture>", "tell two two <picture>"]);
  assert.throws(
    () => interleavedDocuments(new InterleavedDocuments(none, () => assert.fail()), 0),
    /^RangeError: Expected documents with words and pictures, but found none$/,
  );
});

Deno.test("stories are learned by a recipe that tells them, where there are documents", () => {
  const stories = (recipe: "illume" | "dreamllm", documents?: number) =>
    ownPicturesPlan("nano", 1500, recipe, documents).stages
      .filter(({ mixture }) => "story" in mixture).map(({ name }) => name);
  assert.deepEqual(stories("dreamllm", 3), ["interleaved pretraining", "instruction tuning"]);
  assert.deepEqual([stories("dreamllm"), stories("illume", 3)], [[], []]);
  assert.throws(() => ownPicturesPlan("nano", 1, "dreamllm", -1), /Expected documents to be/);
});
