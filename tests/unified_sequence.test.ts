/** Conversations as sequences of tokens. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Document, type Segment, text, type Turn } from "../lib/data/document.ts";
import type { Picture } from "../lib/data/picture.ts";
import { Random } from "../lib/runtime/mod.ts";
import {
  batchOf,
  type BatchShape,
  blankSequence,
  codesModality,
  fits,
  type Sequence,
  sequenceOf,
  sequencesOf,
  shapeOf,
  UnifiedModel,
} from "../lib/unified/mod.ts";
import { quantizerOf } from "../lib/vision/mod.ts";
import {
  TINY,
  TINY_CONFIG,
  TINY_MODEL,
  tinyCodes,
  tinyFeatures,
  tinyParts,
  tinyPicture,
  tinyPrompt,
  tinySequence,
  tinyWords,
} from "./tiny_model.ts";

const { vocabulary } = TINY_MODEL;
const { tokens, featureSize } = TINY;
const { bos, eos, answer, picture, endPicture, pad } = vocabulary;
const firstCode = TINY_MODEL.firstId("codes");

const seeds = fc.integer({ min: 0, max: 1e6 }).map((seed) => new Random(seed, "segment"));
const texts = fc.tuple(seeds, fc.integer({ min: 1, max: 4 })).map(([r, n]) => tinyWords(r, n));
const pictures = seeds.map(tinyPicture);
const segments = (maxLength: number) => fc.array(fc.oneof(texts, pictures), { maxLength });
const turns: fc.Arbitrary<Turn> = fc.record({ ask: segments(3), answer: segments(2) });
const documents: fc.Arbitrary<Document> = fc.array(turns, { minLength: 1, maxLength: 3 });

/** Ids, −1 for what is given, and whether they are learned. */
const pairs = ({ rows }: Pick<Sequence, "rows">) =>
  rows.map(({ id, learned }) => [id, learned] as const);

/** What a segment is made of, written down once more; −1 stands for a feature that is read. */
function idsOf(segment: Segment, isAnswered: boolean): number[] {
  if (segment.kind === "text") return vocabulary.text.encode(` ${segment.text}`);
  const inside = isAnswered
    ? Array.from(tinyCodes(segment.picture), (code) => vocabulary.text.size + code)
    : Array<number>(tokens).fill(-1);
  return [picture, ...inside, endPicture];
}

Deno.test("what is learned is exactly the answers, each with its end", () => {
  fc.assert(fc.property(documents, (document) => {
    const expected: [number, boolean][] = [[bos, false]];
    for (const { ask, answer: told } of document) {
      for (const id of ask.flatMap((segment) => idsOf(segment, false))) expected.push([id, false]);
      expected.push([answer, false]);
      for (const id of told.flatMap((segment) => idsOf(segment, true))) expected.push([id, true]);
      expected.push([eos, true]);
    }
    const sequence = tinySequence(document);
    assert.deepEqual(pairs(sequence), expected);
    assert.deepEqual(sequence.targets, []);
  }));
});

Deno.test("what is given are the features of the pictures that are read, in order", () => {
  fc.assert(fc.property(documents, (document) => {
    const given = tinySequence(document).rows.flatMap(({ given }) => given ?? []);
    const read = document.flatMap(({ ask }) => ask)
      .flatMap((segment) => segment.kind === "picture" ? [...tinyFeatures(segment.picture)] : []);
    assert.deepEqual(given.flatMap(({ values }) => [...values]), read);
    assert.ok(given.every(({ modality }) => modality === "read"));
  }));
});

Deno.test("rows of a picture say where in it they stand, and nothing else does", () => {
  fc.assert(fc.property(documents, (document) => {
    const expected = [0];
    for (const { ask, answer } of document) {
      for (const segment of [...ask, { kind: "mark" } as const, ...answer]) {
        if (segment.kind === "mark") expected.push(0);
        else if (segment.kind === "text") expected.push(...idsOf(segment, true).map(() => 0));
        else expected.push(0, ...Array.from({ length: tokens }, (_, i) => 1 + i), 0);
      }
      expected.push(0);
    }
    assert.deepEqual(tinySequence(document).rows.map(({ place }) => place), expected);
  }));
});

Deno.test("codes of one token stand in one place", () => {
  const draw = codesModality(vocabulary, {
    hiddenSize: TINY_CONFIG.hiddenSize,
    tokens,
    quantizer: quantizerOf({ kind: "residual", codes: 16, codeSize: 4, depth: 2 }),
    encode: () => Promise.resolve([]),
  });
  const model = new UnifiedModel({ ...tinyParts(), draw });
  const document = [{ ask: [], answer: [tinyPicture(new Random(0))] }];
  const { rows } = sequenceOf(document, [{ drawn: new Int32Array(2 * tokens) }], model);
  const pairs = Array.from({ length: tokens }, (_, i) => [1 + i, 1 + i]).flat();
  assert.deepEqual(rows.map(({ place }) => place), [0, 0, 0, ...pairs, 0, 0]);
});

Deno.test("a prompt, the answer and <eos> make the document", () => {
  fc.assert(fc.property(turns, (turn) => {
    const whole = tinySequence([turn]);
    const asked = tinyPrompt(turn.ask);
    const begun = asked.rows.length;
    assert.deepEqual(asked.rows, whole.rows.slice(0, begun));
    assert.equal(asked.rows.at(-1)!.id, answer);
    const expected = [...turn.answer.flatMap((segment) => idsOf(segment, true)), eos];
    assert.deepEqual(whole.rows.slice(begun).map(({ id }) => id), expected);
  }));
});

Deno.test("text comes back from its ids, without the special tokens around it", () => {
  fc.assert(fc.property(texts, (said) => {
    const { rows } = tinySequence([{ ask: [], answer: [said] }]);
    assert.equal(vocabulary.decodeText(rows.map(({ id }) => id)), said.text);
  }));
});

Deno.test("ids are those of the tables one after the other: words, then codes", () => {
  assert.equal(TINY_MODEL.firstId("text"), 0);
  assert.equal(firstCode, vocabulary.text.size);
  assert.deepEqual([TINY_MODEL.ids, TINY_MODEL.sayable], Array(2).fill(firstCode + TINY.codes));
  assert.throws(() => TINY_MODEL.firstId("read"), /a modality with a table .*, but found "read"/);
});

Deno.test("each modality prepares all of its pictures at once, and the same one once", async () => {
  const random = new Random(3, "pictures");
  const [one, other, drawn] = Array.from({ length: 3 }, () => tinyPicture(random));
  const spoken: Document[] = [
    [{ ask: [one, text("a cat"), other], answer: [text("two")] }],
    [
      { ask: [text("draw a cat")], answer: [drawn] },
      { ask: [one], answer: [text("red"), drawn, one] },
    ],
  ];
  const asked: Record<"read" | "draw", (readonly Picture[])[]> = { read: [], draw: [] };
  const parts = tinyParts();
  const heard =
    <C>(what: "read" | "draw", prepare: (pictures: readonly Picture[]) => C) =>
    (pictures: readonly Picture[]) => {
      asked[what].push(pictures);
      return prepare(pictures);
    };
  const model = new UnifiedModel({
    ...parts,
    read: { ...parts.read, prepare: heard("read", parts.read.prepare) },
    draw: { ...parts.draw, prepare: heard("draw", parts.draw.prepare) },
  });
  const found = await sequencesOf(spoken, model);
  assert.deepEqual(found.map(({ rows }) => rows), spoken.map((one) => tinySequence(one).rows));
  assert.deepEqual(asked, {
    read: [[one.picture, other.picture]],
    draw: [[drawn.picture, one.picture]],
  });
});

Deno.test("a sequence without a look at its pictures is as long, and learns as much", () => {
  fc.assert(fc.property(documents, (document) => {
    const blank = blankSequence(document, TINY_MODEL);
    const sequence = tinySequence(document);
    assert.deepEqual(shapeOf([blank], 1, TINY_MODEL), shapeOf([sequence], 1, TINY_MODEL));
    const plain = ({ rows }: Sequence) =>
      rows.map(({ learned, place, given }) => ({ learned, place, given: given?.values.length }));
    assert.deepEqual(plain(blank), plain(sequence));
  }));
});

const learnedIn = ({ rows }: Sequence) => rows.filter(({ learned }) => learned).length;
const givenIn = ({ rows }: Sequence) => rows.filter(({ given }) => given !== undefined).length;
const most = (all: readonly Sequence[], count: (sequence: Sequence) => number) =>
  Math.max(...all.map(count));

/** A shape that just holds the sequences, and some more. */
function shapeFor(sequences: readonly Sequence[], spare: number): BatchShape {
  const batch = sequences.length + spare;
  const learned = sequences.reduce((sum, sequence) => sum + learnedIn(sequence), 0);
  return {
    batch,
    length: most(sequences, ({ rows }) => rows.length) + spare,
    learned: Math.ceil(learned / batch),
    given: { read: Math.max(1, most(sequences, givenIn)) + spare },
    targets: {},
  };
}

const batches = fc.array(documents.map(tinySequence), { minLength: 1, maxLength: 4 });

Deno.test("a batch has each sequence in its row, with what is given, and padding elsewhere", () => {
  fc.assert(fc.property(batches, fc.integer({ min: 0, max: 2 }), (sequences, spare) => {
    const shape = shapeFor(sequences, spare);
    const { ids, places, ...batch } = batchOf(sequences, shape, TINY_MODEL);
    const given = batch["given.read"] as Float32Array;
    assert.equal(ids.length, shape.batch * shape.length);
    assert.equal(given.length, shape.batch * shape.given.read * featureSize);
    const used = new Set<number>();
    for (let row = 0; row < shape.batch; row++) {
      for (let i = 0; i < shape.length; i++) {
        const at = row * shape.length + i;
        const expected = sequences[row]?.rows[i];
        assert.equal((places as Int32Array)[at], expected?.place ?? 0);
        if (expected?.given === undefined) {
          assert.equal(ids[at], expected?.id ?? pad);
          continue;
        }
        const start = (ids[at] - TINY_MODEL.ids) * featureSize;
        assert.deepEqual(given.slice(start, start + featureSize), expected.given.values);
        used.add(ids[at]);
      }
    }
    assert.equal(used.size, sequences.reduce((sum, s) => sum + givenIn(s), 0), "none for two rows");
  }));
});

Deno.test("labels are the learned ids, each predicted from the row before it, in its sequence", () => {
  fc.assert(fc.property(batches, fc.integer({ min: 0, max: 2 }), (sequences, spare) => {
    const shape = shapeFor(sequences, spare);
    const { ids, positions, labels, weights } = batchOf(sequences, shape, TINY_MODEL);
    const learned = sequences.flatMap(({ rows }, row) =>
      rows.flatMap(({ learned }, i) => learned ? [row * shape.length + i] : [])
    );
    assert.equal(weights.length, shape.batch * shape.learned);
    assert.deepEqual([...weights], [...weights].map((_, slot) => slot < learned.length ? 1 : 0));
    learned.forEach((at, slot) => {
      assert.equal(positions[slot], at - 1);
      assert.equal(labels[slot], ids[at]);
      assert.ok(labels[slot] < TINY_MODEL.sayable);
      assert.equal(Math.floor(positions[slot] / shape.length), Math.floor(at / shape.length));
    });
  }));
});

Deno.test("the shape of sequences is the least that they fit", () => {
  fc.assert(fc.property(batches, (sequences) => {
    const shape = shapeOf(sequences, sequences.length, TINY_MODEL);
    assert.deepEqual(shape, {
      batch: sequences.length,
      length: most(sequences, ({ rows }) => rows.length),
      learned: most(sequences, learnedIn),
      given: { read: most(sequences, givenIn) },
      targets: {},
    });
    assert.ok(fits(sequences, shape));
  }));
});

Deno.test("what does not fit a shape is refused, and fits says so before", () => {
  const random = new Random(0, "too large");
  const sequence = tinySequence([{
    ask: [tinyPicture(random), tinyWords(random, 3)],
    answer: [tinyPicture(random)],
  }]);
  const shape = shapeFor([sequence], 0);
  assert.ok(fits([sequence], shape));
  const less = (smaller: Partial<BatchShape>, message: string) => {
    const small = { ...shape, ...smaller };
    assert.ok(!fits([sequence], small), message);
    assert.throws(() => batchOf([sequence], small, TINY_MODEL), { name: "RangeError", message });
  };
  const { length, learned } = shape;
  less(
    { length: length - 1 },
    `Expected at most ${length - 1} rows in each, but found ${length}`,
  );
  less({ learned: learned - 1 }, `Expected at most 6 learned in all, but found 7`);
  less({ batch: 0 }, "Expected at most 0 sequences, but found 1");
  less({ given: { read: 3 } }, 'Expected at most 3 given rows of "read" in each, but found 4');
});
