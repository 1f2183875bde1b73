/** Documents of text and pictures from files in the shape of MMC4. */
import fc from "fast-check";
import assert from "node:assert/strict";
import {
  countsByReason,
  encodePng,
  holdsDocuments,
  type InterleavedDocument,
  interleavedFolder,
  PictureError,
} from "../lib/data/mod.ts";
import { inFolder } from "./folder.ts";

/** A document as a shard has it. */
interface Written {
  readonly text_list: readonly unknown[];
  readonly image_info: readonly unknown[];
  readonly url?: string;
}

/** A picture's record, matched well unless a similarity is given. */
const info = (image_name: string, matched_text_index: unknown, matched_sim: unknown = 0.3) => ({
  ...{ image_name, raw_url: `http://example.com/${image_name}`, face_detections: null },
  ...{ matched_text_index, matched_sim },
});

/** Writes files of a folder: texts as they are, documents a line each, greys as pictures. */
async function write(folder: string, files: Record<string, string | readonly Written[] | number>) {
  for (const [name, content] of Object.entries(files)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    if (typeof content === "number") {
      const picture = { width: 2, height: 2, data: new Uint8Array(12).fill(content) };
      await Deno.writeFile(path, await encodePng(picture));
    } else if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeTextFile(path, content.map((line) => JSON.stringify(line)).join("\n"));
  }
}

/** Texts, and pictures as the grey that they are. */
function seen({ parts }: InterleavedDocument): (string | number)[] {
  return parts.map((part) => part.kind === "text" ? part.text : part.picture.data[0]);
}

Deno.test("a picture follows all texts up to its own; pictures of one text keep their order", () =>
  inFolder(async (folder) => {
    await write(folder, {
      "docs.jsonl": [{
        text_list: [" One. ", "Two.", "Three.", "Four.", "Five."],
        image_info: [info("c.png", 3), info("b.png", 1), info("a.png", 1)],
      }, {
        text_list: ["Alone."],
        image_info: [info("a.png", 0)],
      }, {
        text_list: ["", "One.", " ", "Two."],
        image_info: [info("a.png", 0), info("b.png", 2)],
      }],
      ...{ "a.png": 10, "b.png": 20, "c.png": 30 },
    });
    const set = await interleavedFolder(folder, { size: 2 });
    assert.equal(set.size, 3);
    const first = await set.at(0);
    assert.deepEqual(seen(first), ["One. Two.", 20, 10, "Three. Four.", 30, "Five."]);
    assert.deepEqual(seen(await set.at(1)), ["Alone.", 10]);
    // A picture of an empty text stands where that text would.
    assert.deepEqual(seen(await set.at(2)), [10, "One.", 20, "Two."]);
    assert.deepEqual(countsByReason(set.skipped), { "empty text": 2 });
    assert.deepEqual(set.files, ["b.png", "a.png", "c.png"]);
    await assert.rejects(set.at(3), /^RangeError: Expected an index below 3, but found 3$/);
    const larger = await interleavedFolder(folder, { size: 5 });
    const { parts: [, picture] } = await larger.at(1);
    assert.ok(picture.kind === "picture" && picture.picture.width === 5);
  }));

Deno.test("what cannot be used is left out, and listed with its file, line and reason", () =>
  inFolder(async (folder) => {
    await write(folder, {
      "more/docs.jsonl": [{
        text_list: ["A cat.", " \t", "A bird.", "A dog."],
        image_info: [
          info("cat.png", 0),
          info("gone.png", 0),
          info("broken.png", 2),
          info("dog.png", 4),
          info("dog.png", -1),
          info("dog.png", 1.5),
          info("dog.png", 3, 0.2),
          info("dog.png", 3, "0.3"),
          info("dog.png", "3"),
          { matched_text_index: 0 },
          "dog.png",
          info("dog.png", 3),
          info("cat.png", 3),
        ],
      }],
      "rest.jsonl": [
        "no document",
        "[]",
        '{"text_list": ["A cat."]}',
        '{"text_list": ["A cat.", 7], "image_info": []}',
        "",
        '{"text_list": ["A cat."], "image_info": []}',
        JSON.stringify({ text_list: ["A cat."], image_info: [info("broken.png", 0)] }),
        JSON.stringify({ text_list: [""], image_info: [info("cat.png", 0)] }),
      ].join("\r\n"),
      "empty.jsonl": "\n",
      "packed.jsonl.zip": "PK",
      "docs.jsonl.bak": "of no account",
      "notes.md": "of no account",
      ...{ "cat.png": 10, "dog.png": 20, "broken.png": "no picture" },
    });
    await Deno.writeFile(`${folder}/latin.jsonl`, new Uint8Array([123, 233, 125]));
    const set = await interleavedFolder(folder, { size: 2 });
    assert.equal(set.size, 1);
    // Where a picture is left out, the texts around it are one.
    assert.deepEqual(seen(await set.at(0)), ["A cat.", 10, "A bird. A dog.", 20]);

    const [docs, rest] = ["more/docs.jsonl, line 1", "rest.jsonl, line"];
    const places = set.skipped.map(({ file, reason }) => `${file} | ${reason}`);
    assert.deepEqual(places, [
      "packed.jsonl.zip | packed shard",
      "empty.jsonl | unreadable shard",
      "latin.jsonl | unreadable shard",
      `${docs} | empty text`,
      `${docs}: dog.png | no such text`,
      `${docs}: dog.png | no such text`,
      `${docs}: dog.png | no such text`,
      `${docs}: dog.png | unlike picture`,
      `${docs} | unreadable record`,
      `${docs} | unreadable record`,
      `${docs} | unreadable record`,
      `${docs} | unreadable record`,
      `${docs}: cat.png | repeated picture`,
      `${docs}: gone.png | missing picture`,
      `${rest} 1 | no document`,
      `${rest} 2 | no document`,
      `${rest} 3 | no document`,
      `${rest} 4 | no document`,
      `${rest} 8 | empty text`,
      `${rest} 8 | no text`,
      `${docs}: broken.png | unreadable picture`,
      `${rest} 6 | no picture left`,
      `${rest} 7: broken.png | unreadable picture`,
      `${rest} 7 | no picture left`,
    ]);
    const found = set.skipped.map(({ found }) => found);
    assert.match(found[1], /Expected documents in .*empty\.jsonl, but found none/);
    assert.match(found[2], /Expected text in UTF-8/);
    assert.equal(found[3], '" \\t" at text_list.1');
    assert.equal(found[4], "matched_text_index 4, text_list.length 4");
    assert.equal(found[7], "matched_sim 0.2");
    assert.match(found[8], / at image_info\.7\.matched_sim$/);
    assert.match(found[9], / at image_info\.8\.matched_text_index$/);
    assert.match(found[10], / at image_info\.9\.image_name$/);
    assert.match(found[11], / at image_info\.10$/);
    assert.match(found[14], /not valid JSON/);
    assert.match(found[16], / at image_info$/);
    assert.match(found[17], / at text_list\.1$/);
    assert.match(found[20], /^Expected a picture, but found something else/);

    assert.equal(countsByReason(set.skipped)["no such text"], 3);
    assert.match(Deno.inspect(set), /: 1 documents with 2 pictures, 2 × 2 pixels; 24 skipped \(/);
    await set.writeSkipped(`${folder}/skipped.txt`);
    const lines = (await Deno.readTextFile(`${folder}/skipped.txt`)).trim().split("\n");
    assert.deepEqual(lines.map((line) => JSON.parse(line)), set.skipped);
  }));

Deno.test("pictures that resemble their text too little are left out, default .25", () =>
  inFolder(async (folder) => {
    const { matched_sim: _, ...unsaid } = info("d.png", 0);
    await write(folder, {
      "docs.jsonl": [{
        text_list: ["A cat."],
        image_info: [info("a.png", 0, 0.25), info("b.png", 0, 0.2), info("c.png", 0, -0.1), unsaid],
      }],
      ...{ "a.png": 10, "b.png": 20, "c.png": 30, "d.png": 40 },
    });
    const read = async (leastSimilarity?: number) =>
      seen(await (await interleavedFolder(folder, { size: 2, leastSimilarity })).at(0));
    assert.deepEqual(await read(), ["A cat.", 10, 40]);
    assert.deepEqual(await read(0.2), ["A cat.", 10, 20, 40]);
    assert.deepEqual(await read(-1), ["A cat.", 10, 20, 30, 40]);
    assert.deepEqual(await read(1), ["A cat.", 40]);
    await assert.rejects(read(25), /Expected leastSimilarity to be a number from -1 to 1/);
  }));

Deno.test("pictures are found in the shard's own folder, beside it, below it, and elsewhere", () =>
  inFolder(async (folder) => {
    const document = (...names: string[]) => [
      { text_list: ["Text."], image_info: names.map((name) => info(name, 0)) },
    ];
    await write(folder, {
      "a/1.jsonl": document("x.png", "y.png", "./z.png", "far.png", "sub/x.png", "../a/y.png"),
      "a/10.jsonl": document("x.png"),
      "a/2.jsonl": document("x.png", "twice.png"),
      "a/1_images/x.png": 1,
      "a/10_images/x.png": 2,
      "a/x.png": 3,
      "a/y.png": 4,
      "a/deep/er/z.png": 5,
      "b/pictures/far.png": 6,
      "b/y.png": 7,
      "b/sub/x.png": 8,
      "b/twice.png": 9,
      "c/twice.png": 10,
    });
    const set = await interleavedFolder(folder, { size: 2 });
    const documents = await Promise.all([0, 1, 2].map(async (i) => seen(await set.at(i))));
    assert.deepEqual(documents, [["Text.", 1, 4, 5, 6, 8], ["Text.", 2], ["Text.", 3]]);
    assert.deepEqual(set.skipped, [
      { file: "a/1.jsonl, line 1: ../a/y.png", reason: "missing picture", found: "" },
      {
        file: "a/2.jsonl, line 1: twice.png",
        reason: "same name",
        found: "b/twice.png, c/twice.png",
      },
    ]);
  }));

Deno.test("documents that are written in MMC4's shape are read as they were", () =>
  inFolder(async (folder) => {
    const GREYS = Array.from({ length: 6 }, (_, i) => 10 + 40 * i);
    await write(folder, Object.fromEntries(GREYS.map((grey) => [`images/${grey}.png`, grey])));
    const words = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 })
      .map((text) => text.trim()).filter((text) => text !== "");
    /** Sentences, and then pictures. */
    const block = fc.record({
      sentences: fc.array(words, { minLength: 1, maxLength: 3 }),
      pictures: fc.integer({ min: 1, max: 2 }),
    });
    const document = fc.record({
      blocks: fc.array(block, { minLength: 1, maxLength: 3 }),
      greys: fc.shuffledSubarray(GREYS, { minLength: GREYS.length }),
      ending: fc.array(words, { maxLength: 2 }),
    }).map(({ blocks, greys, ending }) => {
      const expected: (string | number)[] = [];
      const text_list: string[] = [];
      const records: ReturnType<typeof info>[][] = [];
      for (const { sentences, pictures } of blocks) {
        const some = greys.splice(0, pictures);
        text_list.push(...sentences);
        expected.push(sentences.join(" "), ...some);
        records.push(some.map((grey) => info(`${grey}.png`, text_list.length - 1)));
      }
      if (ending.length > 0) expected.push(ending.join(" "));
      // Records of a later text may stand before those of an earlier one.
      const image_info = records.reverse().flat();
      return { expected, written: { text_list: [...text_list, ...ending], image_info } };
    });
    const documents = fc.array(document, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(documents, async (documents) => {
        await write(folder, { "docs.jsonl": documents.map(({ written }) => written) });
        const set = await interleavedFolder(folder, { size: 2 });
        const read = await Promise.all(documents.map(async (_, i) => seen(await set.at(i))));
        assert.deepEqual(read, documents.map(({ expected }) => expected));
        assert.deepEqual([set.size, set.skipped], [documents.length, []]);
      }),
      { numRuns: 40 },
    );
  }));

Deno.test("a tenth of the documents is held out; those of one address stay together", () =>
  inFolder(async (folder) => {
    const document = (i: number, url?: string) => ({
      url,
      text_list: [`Text ${i}.`],
      image_info: [info("a.png", 0)],
    });
    const some = Array.from({ length: 300 }, (_, i) => document(i, `http://${i % 150}.org`));
    await write(folder, { "docs.jsonl": some, "a.png": 10 });
    const set = await interleavedFolder(folder, { size: 2 });
    const { training, heldOut } = set.split();
    assert.equal(training.size + heldOut.size, 300);
    assert.ok(Math.abs(heldOut.size - 30) <= 20, `Expected about 30, but found ${heldOut.size}`);
    const held = new Set(heldOut.documents.map(({ name }) => name));
    assert.equal(heldOut.size, 2 * held.size);
    assert.ok(training.documents.every(({ name }) => !held.has(name)));
    assert.equal(seen(await heldOut.at(0))[1], 10);
    assert.deepEqual(set.split().heldOut.documents, heldOut.documents);
    assert.notDeepEqual(set.split({ seed: 1 }).heldOut.documents, heldOut.documents);

    // Lines that are added above move none, whatever their own addresses are.
    const more = [document(300), document(301, ""), ...some];
    await write(folder, { "docs.jsonl": more });
    const larger = await interleavedFolder(folder, { size: 2 });
    const names = larger.documents.slice(0, 2).map(({ name }) => name);
    assert.deepEqual(names, ["docs.jsonl, line 1", "docs.jsonl, line 2"]);
    const stillHeld = larger.split().heldOut.documents.filter(({ name }) => !names.includes(name));
    assert.deepEqual(stillHeld, heldOut.documents);
  }));

Deno.test("the same folder gives the same fingerprint; any change to what is learned another", () =>
  inFolder(async (folder) => {
    const text_list = ["A cat.", "A dog."];
    const image_info = [info("a.png", 0), info("b.png", 1, 0.26)];
    const docs = { url: "http://a.org", text_list, image_info };
    await write(folder, { "docs.jsonl": [docs], "a.png": 10, "b.png": 20 });
    const read = async (size = 2, leastSimilarity?: number) =>
      (await interleavedFolder(folder, { size, leastSimilarity })).fingerprint;
    const first = await read();
    assert.match(first, /^[0-9a-f]{64}$/);
    await write(folder, { "c.png": 30, "more.jsonl": "no document" });
    assert.equal(await read(), first);
    const all = new Set([first, await read(3), await read(2, 0.28)]);
    const changes = [
      { ...docs, text_list: ["A cat.", "A dog!"] },
      { ...docs, image_info: [image_info[0], info("b.png", 0)] },
      { ...docs, image_info: [image_info[0], info("c.png", 1)] },
      { ...docs, url: "http://b.org" },
    ];
    for (const change of changes) {
      await write(folder, { "docs.jsonl": [change] });
      all.add(await read());
    }
    await write(folder, { "docs.jsonl": [docs], "a.png": 11 });
    all.add(await read());
    assert.equal(all.size, 3 + changes.length + 1);
  }));

Deno.test("folders that give nothing are refused in words; reading tells how far it is, and stops", () =>
  inFolder(async (folder) => {
    const refused = (path: string, message: RegExp) =>
      assert.rejects(interleavedFolder(path, { size: 2 }), (error: Error) => {
        assert.ok(error instanceof PictureError);
        assert.match(error.message, message);
        return true;
      });
    await refused(`${folder}/none`, /^Expected a folder .*none, but found no such folder$/);
    const nothing =
      /^Expected documents of text and pictures in .*, but found none that can be used: /;
    await refused(folder, new RegExp(`${nothing.source}none skipped$`));
    await write(folder, { "a.jsonl.zip": "PK", "b.jsonl.gz": "", "c.jsonl": "{}" });
    await refused(
      folder,
      new RegExp(
        `${nothing.source}3 skipped \\(shards that have to be unpacked first: 2; ` +
          "lines that are no document: 1\\)$",
      ),
    );
    await assert.rejects(interleavedFolder(folder, { size: 0 }), /Expected size to be a whole/);

    const names = Array.from({ length: 20 }, (_, i) => `${i}.png`);
    const image_info = names.map((name) => info(name, 0));
    await write(folder, Object.fromEntries(names.map((name, i) => [name, i])));
    await write(folder, { "c.jsonl": [{ text_list: ["Text."], image_info }] });
    const told: [number, number][] = [];
    const stop = new AbortController();
    const progress = (done: number, total: number) => void told.push([done, total]);
    const set = await interleavedFolder(folder, { size: 2, progress });
    assert.deepEqual([told.at(-1), set.isKept], [[20, 20], true]);
    const reading = interleavedFolder(folder, {
      size: 2,
      progress: () => stop.abort(new Error("stopped")),
      signal: stop.signal,
    });
    await assert.rejects(reading, /^Error: stopped$/);
  }));

Deno.test("a picture's captions are the words that it follows on, or comes before where there are none", () =>
  inFolder(async (folder) => {
    const long = Array.from({ length: 20 }, (_, i) => `w${i}`).join(" ");
    await write(folder, {
      "docs.jsonl": [{
        text_list: ["", "A Cat!", "—", `${long}.`],
        image_info: [info("a.png", 0), info("b.png", 1), info("c.png", 2), info("d.png", 3)],
      }, {
        text_list: ["A cat.", "A dog."],
        image_info: [info("b.png", 0), info("a.png", 1)],
      }, {
        text_list: ["…"],
        image_info: [info("e.png", 0)],
      }],
      ...{ "a.png": 10, "b.png": 20, "c.png": 30, "d.png": 40, "e.png": 50 },
    });
    const { captioned } = await interleavedFolder(folder, { size: 2 });
    assert.deepEqual(captioned.samples.map(({ file, caption }) => `${file}: ${caption}`), [
      "a.png: a cat",
      "a.png: a dog",
      "b.png: a cat",
      "c.png: a cat",
      `d.png: ${long.split(" ").slice(4).join(" ")}`,
    ]);
    const { picture, caption } = await captioned.at(2);
    assert.deepEqual([picture.data[0], caption], [20, "a cat"]);
    assert.equal(captioned.oneEach().size, 4);
  }));

Deno.test("a folder holds documents where a line of a shard has a list of texts", () =>
  inFolder(async (folder) => {
    const line = { text_list: ["A cat."], image_info: [] };
    await write(folder, {
      "captions.jsonl": [line],
      "more/metadata.jsonl": [line],
      "docs.jsonl.bak": [line],
      "notes.jsonl": '{"text": "a cat"}\nno document\n["text_list"]\n{"text_list": "A cat."}',
      "empty.jsonl": "",
    });
    await Deno.writeFile(`${folder}/latin.jsonl`, new Uint8Array([123, 233, 125]));
    assert.equal(await holdsDocuments(folder), false);
    await write(folder, { "more/docs.jsonl": `no document\n${JSON.stringify(line)}` });
    assert.equal(await holdsDocuments(folder), true);
    await assert.rejects(holdsDocuments(`${folder}/none`), (error: Error) => {
      assert.ok(error instanceof PictureError);
      assert.match(error.message, /^Expected a folder .*none, but found no such folder$/);
      return true;
    });
  }));
