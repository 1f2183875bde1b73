/** A unified model of random weights, small enough to run in a moment. */
import { type Document, picture, type Segment, text } from "../lib/data/document.ts";
import { type Picture, pictureOf } from "../lib/data/picture.ts";
import { ensureParameters, Scope } from "../lib/nn/mod.ts";
import { type Device, Random, StateStore } from "../lib/runtime/mod.ts";
import { TextTokenizer } from "../lib/text/mod.ts";
import {
  codesModality,
  picturesOf,
  readModality,
  type Sequence,
  sequenceOf,
  SPECIAL_TOKENS,
  textModality,
  tokenLosses,
  UnifiedModel,
  Vocabulary,
} from "../lib/unified/mod.ts";
import { quantizerOf } from "../lib/vision/mod.ts";

const WORDS = ["draw", "describe", "two", "red", "hearts", "a", "cat", "and", "dog"];

/** Nine words and their beginnings, and the special tokens. */
export const TINY_TEXT = TextTokenizer.train(
  Array(9).fill(WORDS.map((word) => ` ${word}`).join("")),
  { vocabularySize: 320, specialTokens: SPECIAL_TOKENS },
);

/** Tokens of a picture, numbers in the feature of one, and codes that there are. */
export const TINY = { tokens: 4, featureSize: 8, codes: 16 } as const;

export const TINY_CONFIG = {
  hiddenSize: 32,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  intermediateSize: 48,
  queryKeyNorm: true,
  tokenShift: true,
  places: TINY.tokens,
  grid: 2,
} as const;

/** Features of a picture, as if an encoder had read it: random, but those of its pixels. */
export function tinyFeatures({ data }: Picture): Float32Array {
  return new Random(0, "features", ...data).normals(TINY.tokens * TINY.featureSize);
}

/** Codes of a picture, as if a tokenizer had given them. */
export function tinyCodes({ data }: Picture): Int32Array {
  return Int32Array.from({ length: TINY.tokens }, (_, i) => data[3 * i] % TINY.codes);
}

/** The parts of the tiny model, to put others in their place. */
export function tinyParts() {
  const vocabulary = new Vocabulary(TINY_TEXT);
  const { hiddenSize } = TINY_CONFIG;
  return {
    config: TINY_CONFIG,
    vocabulary,
    text: textModality(vocabulary, hiddenSize),
    read: readModality(vocabulary, {
      ...TINY,
      hiddenSize,
      encode: (pictures) => Promise.resolve(pictures.map(tinyFeatures)),
    }),
    draw: codesModality(vocabulary, {
      ...TINY,
      hiddenSize,
      quantizer: quantizerOf({ kind: "vector", codes: TINY.codes, codeSize: 4 }),
      encode: (pictures) => Promise.resolve(pictures.map(tinyCodes)),
    }),
  };
}

export const TINY_MODEL = new UnifiedModel(tinyParts());

/** The parameters of a tiny model. */
export function tinyStore(device: Device, seed = 0, model = TINY_MODEL): StateStore {
  const store = new StateStore(device);
  const scope = new Scope();
  const given = Object.fromEntries(model.given.map(({ name }) => [name, 1]));
  tokenLosses(scope, model, { batch: 1, length: 1, learned: 1, given, targets: {} });
  ensureParameters(store, scope.specs(), seed);
  return store;
}

/** A text of a number of words. */
export function tinyWords(random: Random, words: number): Segment & { kind: "text" } {
  const said = Array.from({ length: words }, () => random.pick(WORDS)).join(" ");
  return text(said) as Segment & { kind: "text" };
}

/** A picture of a pixel for each token. */
export function tinyPicture(random: Random): Segment & { kind: "picture" } {
  const data = Uint8Array.from({ length: 3 * TINY.tokens }, () => random.integer(256));
  return picture(pictureOf({ width: 2, height: 2, data })) as Segment & { kind: "picture" };
}

/** A document as the sequence of the tiny model. */
export function tinySequence(document: Document): Sequence {
  const contents = picturesOf(document, TINY_MODEL)
    .map(({ picture }) => ({ drawn: tinyCodes(picture), read: tinyFeatures(picture) }));
  return sequenceOf(document, contents, TINY_MODEL);
}

/** A prompt of the tiny model. */
export function tinyPrompt(ask: readonly Segment[]): Sequence {
  const contents = picturesOf([{ ask, answer: [] }], TINY_MODEL)
    .map(({ picture }) => tinyFeatures(picture));
  return promptOf(ask, contents, TINY_MODEL);
}

/** What is asked, up to and including `<answer>`. */
export function promptOf(
  ask: readonly Segment[],
  contents: readonly unknown[],
  model: UnifiedModel,
): Sequence {
  const read = contents.map((read) => ({ read }));
  const { rows, targets } = sequenceOf([{ ask, answer: [] }], read, model);
  return { rows: rows.slice(0, -1), targets };
}
