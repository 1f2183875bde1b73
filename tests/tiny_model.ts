/** A unified model of random weights, small enough to run in a moment. */
import { ensureParameters, Scope } from "../lib/nn/mod.ts";
import { type Device, type Random, StateStore } from "../lib/runtime/mod.ts";
import { TextTokenizer } from "../lib/text/mod.ts";
import { nextTokenLosses, type Segment, SPECIAL_TOKENS, Vocabulary } from "../lib/unified/mod.ts";

const WORDS = ["draw", "describe", "two", "red", "hearts", "a", "cat", "and", "dog"];

/** Seventeen words and their beginnings, six special tokens, sixteen codes. */
export const TINY_VOCABULARY = new Vocabulary(
  TextTokenizer.train(Array(9).fill(WORDS.map((word) => ` ${word}`).join("")), {
    vocabularySize: 320,
    specialTokens: SPECIAL_TOKENS,
  }),
  16,
);

export const TINY_CONFIG = {
  hiddenSize: 32,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  intermediateSize: 48,
  queryKeyNorm: true,
  textVocabulary: TINY_VOCABULARY.text.size,
  quantizer: { kind: "vector", codes: TINY_VOCABULARY.codes, codeSize: 4 },
  pictureTokens: 4,
  featureSize: 8,
} as const;

/** The parameters of a tiny unified model. */
export function tinyStore(device: Device, seed = 0): StateStore {
  const store = new StateStore(device);
  const scope = new Scope();
  nextTokenLosses(scope, TINY_CONFIG, { batch: 1, length: 1, learned: 1, pictures: 1 });
  ensureParameters(store, scope.specs(), seed);
  return store;
}

/** A text of a number of words. */
export function tinyText(random: Random, words: number): Segment & { kind: "text" } {
  return {
    kind: "text",
    text: Array.from({ length: words }, () => random.pick(WORDS)).join(" "),
  };
}

/** Features of a picture, as if an encoder had read it. */
export function tinyPicture(random: Random): Segment & { kind: "read" } {
  const { pictureTokens, featureSize } = TINY_CONFIG;
  return { kind: "read", features: random.normals(pictureTokens * featureSize) };
}

/** Codes of a picture, as if a tokenizer had given them. */
export function tinyDrawing(random: Random): Segment & { kind: "draw" } {
  const { pictureTokens, quantizer: { codes } } = TINY_CONFIG;
  return {
    kind: "draw",
    ids: Int32Array.from({ length: pictureTokens }, () => random.integer(codes)),
  };
}
