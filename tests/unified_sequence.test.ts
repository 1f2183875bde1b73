/** Conversations as sequences of tokens. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Random } from "../lib/runtime/mod.ts";
import {
  batchOf,
  type BatchShape,
  conversation,
  fits,
  prompt,
  type Segment,
  type Sequence,
  type Turn,
} from "../lib/unified/mod.ts";
import { TINY_CONFIG, TINY_VOCABULARY, tinyDrawing, tinyPicture, tinyText } from "./tiny_model.ts";

const vocabulary = TINY_VOCABULARY;
const { pictureTokens, featureSize } = TINY_CONFIG;
const { bos, eos, answer, picture, endPicture, pad } = vocabulary;

const seeds = fc.integer({ min: 0, max: 1e6 }).map((seed) => new Random(seed, "segment"));
const texts = fc.tuple(seeds, fc.integer({ min: 1, max: 4 })).map(([r, n]) => tinyText(r, n));
const read = seeds.map(tinyPicture);
const drawn = seeds.map(tinyDrawing);
const asked = fc.array(fc.oneof(texts, read, drawn), { maxLength: 3 });
const answered = fc.array(fc.oneof(texts, drawn, read), { maxLength: 2 });
const turns: fc.Arbitrary<Turn> = fc.record({ ask: asked, answer: answered });
const conversations = fc.array(turns, { minLength: 1, maxLength: 3 });

const sequenceOf = (spoken: readonly Turn[]) => conversation(spoken, vocabulary, pictureTokens);
const pairs = ({ ids, learned }: Sequence) => ids.map((id, i) => [id, learned[i]] as const);

/** What a segment is made of, written down once more; -1 stands for a feature that is read. */
function tokensOf(segment: Segment): number[] {
  switch (segment.kind) {
    case "text":
      return vocabulary.text.encode(` ${segment.text}`);
    case "draw":
      return [picture, ...Array.from(segment.ids, (x) => vocabulary.text.size + x), endPicture];
    case "read":
      return [picture, ...Array<number>(pictureTokens).fill(-1), endPicture];
  }
}

Deno.test("what is learned is exactly the answers, each with its end; features never are", () => {
  fc.assert(fc.property(conversations, (spoken) => {
    const expected: [number, boolean][] = [[bos, false]];
    for (const { ask, answer: told } of spoken) {
      for (const id of ask.flatMap(tokensOf)) expected.push([id, false]);
      expected.push([answer, false]);
      for (const id of told.flatMap(tokensOf)) expected.push([id, id >= 0]);
      expected.push([eos, true]);
    }
    const found = pairs(sequenceOf(spoken)).map(([id, learned]) => [Math.max(id, -1), learned]);
    assert.deepEqual(found, expected);
  }));
});

Deno.test("features are numbered through the pictures read, in order", () => {
  fc.assert(fc.property(conversations, (spoken) => {
    const { ids, features } = sequenceOf(spoken);
    const reads = spoken.flatMap(({ ask, answer }) => [...ask, ...answer])
      .flatMap((segment) => segment.kind === "read" ? [segment.features] : []);
    assert.deepEqual(features, reads);
    const numbered = ids.filter((id) => id < 0).map((id) => -1 - id);
    assert.deepEqual(numbered, Array.from({ length: reads.length * pictureTokens }, (_, i) => i));
  }));
});

Deno.test("tokens and codes of a picture say where in it they stand, and nothing else does", () => {
  fc.assert(fc.property(conversations, (spoken) => {
    const expected = [0];
    for (const { ask, answer } of spoken) {
      for (const segment of [...ask, { kind: "mark" } as const, ...answer]) {
        if (segment.kind === "mark") expected.push(0);
        else if (segment.kind === "text") expected.push(...tokensOf(segment).map(() => 0));
        else expected.push(0, ...Array.from({ length: pictureTokens }, (_, i) => 1 + i), 0);
      }
      expected.push(0);
    }
    assert.deepEqual(sequenceOf(spoken).places, expected);
  }));
});

Deno.test("codes of one token stand in one place", () => {
  const ids = Int32Array.from({ length: 2 * pictureTokens }, () => 0);
  const { places } = sequenceOf([{ ask: [], answer: [{ kind: "draw", ids }] }]);
  const pairs = Array.from({ length: pictureTokens }, (_, i) => [1 + i, 1 + i]).flat();
  assert.deepEqual(places, [0, 0, 0, ...pairs, 0, 0]);
});

Deno.test("a prompt, the answer and <eos> make the conversation", () => {
  fc.assert(fc.property(turns, (turn) => {
    const whole = sequenceOf([turn]);
    const asked = prompt(turn.ask, vocabulary, pictureTokens);
    const rest = pairs(whole).slice(asked.ids.length);
    assert.deepEqual(pairs(asked), pairs(whole).slice(0, asked.ids.length));
    assert.equal(asked.ids.at(-1), answer);
    const expected = [...turn.answer.flatMap(tokensOf), eos];
    assert.deepEqual(rest.map(([id]) => Math.max(id, -1)), expected);
  }));
});

Deno.test("text comes back from its ids, without the special tokens around it", () => {
  fc.assert(fc.property(texts, ({ kind, text }) => {
    const { ids } = sequenceOf([{ ask: [], answer: [{ kind, text }] }]);
    assert.equal(vocabulary.decodeText(ids), text);
  }));
});

Deno.test("codes come back from their ids", () => {
  fc.assert(fc.property(drawn, (segment) => {
    const ids = [...segment.ids].map((code) => vocabulary.idOfCode(code));
    assert.ok(ids.every((id) => id >= vocabulary.text.size && id < vocabulary.size));
    assert.deepEqual(ids.map((id) => vocabulary.codeOfId(id)), [...segment.ids]);
  }));
});

/** A shape that just holds the sequences, and some more. */
function shapeFor(sequences: readonly Sequence[], spare: number): BatchShape {
  const batch = sequences.length + spare;
  const learned = sequences.flatMap((s) => s.learned).filter(Boolean).length;
  return {
    batch,
    length: Math.max(...sequences.map(({ ids }) => ids.length)) + spare,
    learned: Math.ceil(learned / batch),
    pictures: Math.max(...sequences.map(({ features }) => features.length)) + spare,
  };
}

const batches = fc.array(conversations.map(sequenceOf), { minLength: 1, maxLength: 4 });

Deno.test("a batch has each sequence in its row, with its features, and padding elsewhere", () => {
  fc.assert(fc.property(batches, fc.integer({ min: 0, max: 2 }), (sequences, spare) => {
    const shape = shapeFor(sequences, spare);
    const { ids, features } = batchOf(sequences, shape, vocabulary, TINY_CONFIG);
    assert.equal(ids.length, shape.batch * shape.length);
    assert.equal(features.length, shape.batch * shape.pictures * pictureTokens * featureSize);
    for (let row = 0; row < shape.batch; row++) {
      const sequence = sequences[row];
      for (let i = 0; i < shape.length; i++) {
        const found = ids[row * shape.length + i];
        const id = sequence?.ids[i] ?? pad;
        if (id >= 0) {
          assert.equal(found, id);
          continue;
        }
        const [place, token] = [Math.floor((-1 - id) / pictureTokens), (-1 - id) % pictureTokens];
        const at = (found - vocabulary.size) * featureSize;
        assert.deepEqual(
          features.slice(at, at + featureSize),
          sequence.features[place].slice(token * featureSize, (token + 1) * featureSize),
        );
      }
    }
  }));
});

Deno.test("labels are the learned ids, each predicted from the token before it, in its row", () => {
  fc.assert(fc.property(batches, fc.integer({ min: 0, max: 2 }), (sequences, spare) => {
    const shape = shapeFor(sequences, spare);
    const { ids, positions, labels, weights } = batchOf(sequences, shape, vocabulary, TINY_CONFIG);
    const learned = sequences.flatMap((s, row) =>
      s.learned.flatMap((yes, i) => yes ? [row * shape.length + i] : [])
    );
    assert.equal(weights.length, shape.batch * shape.learned);
    assert.deepEqual([...weights], [...weights].map((_, slot) => slot < learned.length ? 1 : 0));
    learned.forEach((at, slot) => {
      assert.equal(positions[slot], at - 1);
      assert.equal(labels[slot], ids[at]);
      assert.ok(labels[slot] < vocabulary.size);
      assert.equal(Math.floor(positions[slot] / shape.length), Math.floor(at / shape.length));
    });
  }));
});

Deno.test("what does not fit a shape is refused, and fits says so before", () => {
  const random = new Random(0, "too large");
  const sequence = sequenceOf([{
    ask: [tinyPicture(random), tinyText(random, 3)],
    answer: [tinyDrawing(random)],
  }]);
  const shape = shapeFor([sequence], 0);
  assert.ok(fits([sequence], shape));
  const less = (smaller: Partial<BatchShape>) => {
    assert.ok(!fits([sequence], { ...shape, ...smaller }), JSON.stringify(smaller));
    assert.throws(
      () => batchOf([sequence], { ...shape, ...smaller }, vocabulary, TINY_CONFIG),
      /^RangeError: Expected at most .+, but found 1 of up to \d+ with 7 and 1$/,
    );
  };
  less({ length: shape.length - 1 });
  less({ learned: shape.learned - 1 });
  less({ batch: 0 });
  less({ pictures: 0 });
});
