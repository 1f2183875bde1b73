/** Documents of dreamt pictures as rows: what stands where, what is learned, what is left to chance. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Document, type Segment, text } from "../lib/data/document.ts";
import { Random } from "../lib/runtime/mod.ts";
import { blankSequence, type Sequence, sequencesOf } from "../lib/unified/mod.ts";
import { modelOf, QUERY_COUNT } from "./tiny_dreams.ts";
import { TINY, tinyCodes, tinyFeatures, tinyPicture } from "./tiny_model.ts";

const MODEL = modelOf();
const { vocabulary } = MODEL;
const { tokens } = TINY;
const [one, other, last] = [1, 2, 3].map((seed) => tinyPicture(new Random(seed, "pictures")));

/** Each row in a word; "!" says that it is learned. */
function inWords({ rows }: Sequence): string {
  const shown = new Map(
    [one, other, last].map(({ picture }, i) =>
      [`${tinyFeatures(picture).subarray(0, TINY.featureSize)}`, `features${i + 1}`] as const
    ),
  );
  const signs = new Map([
    [vocabulary.bos, "<bos>"],
    [vocabulary.eos, "<eos>"],
    [vocabulary.answer, "<answer>"],
    [vocabulary.picture, "<picture>"],
    [vocabulary.endPicture, "</picture>"],
  ]);
  const firstQuery = MODEL.firstId("dreams");
  return rows.flatMap(({ id, given, place, learned }) => {
    // Of features the first row says whose they are.
    if (given !== undefined) return place === 1 ? [shown.get(`${given.values}`)] : [];
    const word = id >= firstQuery
      ? `query${1 + id - firstQuery}`
      : signs.get(id) ?? vocabulary.decodeText([id]);
    return [`${word}${learned ? "!" : ""}`];
  }).join(" ");
}

const DREAM = "<picture>! query1 query2 </picture>";
const seen = (picture: number) => `<picture> features${picture} </picture>`;
/** After it the answer goes on, and the signs say so. */
const again = (picture: number) => `<picture>! features${picture} </picture>!`;

const SHOWN: Readonly<Record<string, readonly [Document, string]>> = {
  "nothing stands after a last picture": [
    [{ ask: [text("draw")], answer: [text("red"), one] }],
    `<bos> draw <answer> red! ${DREAM} <eos>!`,
  ],
  "what is only asked about is only read": [
    [{ ask: [one, text("describe")], answer: [text("cat")] }],
    `<bos> ${seen(1)} describe <answer> cat! <eos>!`,
  ],
  "a picture that words follow is read again": [
    [{ ask: [one, text("draw")], answer: [text("red"), other, text("cat"), last] }],
    `<bos> ${seen(1)} draw <answer> red! ${DREAM} ${again(2)} cat! ${DREAM} <eos>!`,
  ],
  "a picture that another one follows is read again": [
    [{ ask: [], answer: [one, other] }],
    `<bos> <answer> ${DREAM} ${again(1)} ${DREAM} <eos>!`,
  ],
  "a picture that the next turn asks about is read again": [
    [
      { ask: [text("draw")], answer: [one] },
      { ask: [text("describe")], answer: [text("cat")] },
    ],
    `<bos> draw <answer> ${DREAM} ${seen(1)} <eos>! describe <answer> cat! <eos>!`,
  ],
};
for (const [what, [document, expected]] of Object.entries(SHOWN)) {
  Deno.test(what, async () => {
    const [sequence] = await sequencesOf([document], MODEL);
    assert.equal(inWords(sequence), expected);
  });
}

const segment = fc.oneof(
  fc.constantFrom(text("red"), text("two cat")),
  fc.integer({ min: 0, max: 9 }).map((seed): Segment => tinyPicture(new Random(seed))),
);
const turn = fc.record({
  ask: fc.array(segment, { maxLength: 3 }),
  answer: fc.array(segment, { maxLength: 3 }),
});

Deno.test("features are never learned, and each answered picture is a target at its queries", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 2 }), async (document) => {
      const [sequence] = await sequencesOf([document], MODEL);
      const { rows, targets } = sequence;
      const answers = document.flatMap(({ answer }) => answer)
        .flatMap((segment) => segment.kind === "picture" ? [segment.picture] : []);
      assert.deepEqual(
        targets.map(({ values }) => [...values.slice(0, tokens)]),
        answers.map((picture) => [...tinyCodes(picture)]),
      );
      for (const { at } of targets) {
        const { id, learned } = rows[at[0] - 1];
        assert.deepEqual([id, learned], [vocabulary.picture, true]);
        const queries = Array.from({ length: QUERY_COUNT }, (_, i) => MODEL.firstId("dreams") + i);
        assert.deepEqual(at.map((row) => rows[row].id), queries);
        assert.equal(rows[at.at(-1)! + 1].id, vocabulary.endPicture);
      }
      const learned = rows.filter(({ learned }) => learned);
      const goesOn = document.flatMap(({ answer }) => answer.slice(0, -1))
        .filter(({ kind }) => kind === "picture").length;
      const signs = (sign: number) => learned.filter(({ id }) => id === sign).length;
      assert.equal(signs(vocabulary.picture), answers.length + goesOn);
      assert.equal(signs(vocabulary.endPicture), goesOn);
      assert.ok(learned.every(({ id }) => id >= 0 && id < vocabulary.text.size));
      assert.equal(blankSequence(document, MODEL).rows.length, rows.length);
    }),
    { numRuns: 50 },
  );
});

const DREAMT: Document = [{ ask: [text("draw")], answer: [one, other] }];
const hiddenIn = (target: Float32Array) =>
  target.slice(tokens, 2 * tokens).reduce((count, left) => count + 1 - left, 0);

Deno.test("what is hidden comes from the stream of the row alone", async () => {
  const targetsOf = async (seeds: readonly number[]) => {
    const randoms = seeds.map((seed) => new Random(seed, "row"));
    const sequences = await sequencesOf(seeds.map(() => DREAMT), MODEL, randoms);
    return sequences.map(({ targets }) => targets.map(({ values }) => [...values]));
  };
  const all = await targetsOf([1, 2, 3, 4]);
  assert.deepEqual(await targetsOf([3, 1]), [all[2], all[0]]);
  assert.equal(new Set(all.map((targets) => `${targets}`)).size, 4);
  const pictures = new Set(all.map((targets) => `${targets.map((one) => one.slice(tokens))}`));
  assert.equal(pictures.size, 4, "also of the same picture");
});

Deno.test("any number of codes is hidden as often, any code too, and a tenth has no condition", async () => {
  const count = 3000;
  const randoms = Array.from({ length: count }, (_, i) => new Random(i, "chance"));
  const sequences = await sequencesOf(randoms.map(() => DREAMT), MODEL, randoms);
  const targets = sequences.flatMap(({ targets }) => targets.map(({ values }) => values));
  const share = (of: (target: Float32Array) => boolean) =>
    targets.filter(of).length / targets.length;
  for (let hidden = 0; hidden <= tokens; hidden++) {
    const found = share((target) => hiddenIn(target) === hidden);
    const expected = hidden === 0 ? 0 : 1 / tokens;
    assert.ok(Math.abs(found - expected) < 0.03, `${hidden} hidden: ${found}`);
  }
  for (let code = 0; code < tokens; code++) {
    const found = share((target) => target[tokens + code] === 0);
    assert.ok(Math.abs(found - (tokens + 1) / (2 * tokens)) < 0.03, `code ${code}: ${found}`);
  }
  const dropped = share((target) => target[2 * tokens] === 0);
  assert.ok(dropped > 0.08 && dropped < 0.12, `${dropped}`);
});
