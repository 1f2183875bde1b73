/** Pictures with captions as documents. */
import { deepStrictEqual as same, ok } from "node:assert";
import { listed } from "../lib/data/data_set.ts";
import { type Document, inWords } from "../lib/data/document.ts";
import { pictureOf } from "../lib/data/picture.ts";
import { captionedDocuments } from "../lib/recipes/captioned_documents.ts";

const NAMES = ["night", "a grey day", "snow"];
const SAMPLES = NAMES.map((caption, i) => ({
  picture: pictureOf({ width: 1, height: 1, data: new Uint8Array(3).fill(100 * i) }),
  caption,
}));

const documents = captionedDocuments(listed(SAMPLES), 3);

async function many(kind: keyof typeof documents, count = 600): Promise<Document[]> {
  return await Promise.all(Array.from({ length: count }, (_, i) => documents[kind].at(i)));
}

/** The captions of the pictures in a document. */
function shownIn(document: Document): string[] {
  return document.flatMap(({ ask, answer }) => [...ask, ...answer]).flatMap((segment) =>
    segment.kind === "picture"
      ? SAMPLES.filter(({ picture }) => picture === segment.picture).map(({ caption }) => caption)
      : []
  );
}

Deno.test("each kind asks and answers with a picture and its own caption", async () => {
  const said = async (kind: keyof typeof documents) =>
    new Set((await many(kind, 60)).map((document) => {
      const [shown = "nothing"] = shownIn(document);
      return `${shown}: ${inWords(document)}`;
    }));
  same(
    (await said("describe")).symmetricDifference(
      new Set(NAMES.map((name) => `${name}: <picture> describe ${name}`)),
    ).size,
    0,
  );
  same(
    (await said("reconstruct")).symmetricDifference(
      new Set(NAMES.map((name) => `${name}: reconstruct <picture> <picture>`)),
    ).size,
    0,
  );
  same(
    (await said("text")).symmetricDifference(new Set(NAMES.map((name) => `nothing: ${name}`))).size,
    0,
  );
});

Deno.test("a tenth of the drawings has no caption, and each picture comes as often as others", async () => {
  const drawn = await many("draw");
  const free = drawn.filter((document) => inWords(document) === "draw <picture>");
  ok(free.length > 30 && free.length < 100, `Expected about 60, but found ${free.length}`);
  for (const document of drawn.filter((document) => !free.includes(document))) {
    same(inWords(document), `draw ${shownIn(document)[0]} <picture>`);
  }
  for (const name of NAMES) {
    const count = drawn.filter((document) => shownIn(document)[0] === name).length;
    ok(count > 140 && count < 260, `Expected about 200 of ${name}, but found ${count}`);
  }
});

Deno.test("the same index gives the same document; kinds draw by themselves", async () => {
  const again = captionedDocuments(listed(SAMPLES), 3);
  const other = captionedDocuments(listed(SAMPLES), 4);
  const shown = async (of: typeof documents, kind: keyof typeof documents) =>
    (await Promise.all(Array.from({ length: 40 }, (_, i) => of[kind].at(i))))
      .map((document) => shownIn(document)[0]).join();
  same(await shown(again, "draw"), await shown(documents, "draw"));
  ok(await shown(other, "draw") !== await shown(documents, "draw"));
  ok(await shown(documents, "describe") !== await shown(documents, "draw"));
});
