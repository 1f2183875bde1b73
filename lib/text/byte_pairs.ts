/**
 * Learns a byte-pair vocabulary: starting from single bytes, the most frequent pair of neighbouring
 * tokens becomes a token of its own, again and again, so that common words end up as one token.
 *
 * Sennrich, Haddow & Birch: Neural machine translation of rare words with subword units, 2016
 * (arXiv 1508.07909), algorithm 1.
 */
import { BYTE_ALPHABET, spellBytes } from "./byte_alphabet.ts";

/** What training a byte-pair vocabulary gives. */
export interface BytePairs {
  /** Tokens, spelled in the byte alphabet, in the order of their ids. */
  readonly tokens: readonly string[];
  /** Pairs of tokens that become one, the earliest first. */
  readonly merges: readonly (readonly [string, string])[];
}

interface Word {
  readonly count: number;
  ids: number[];
}

/** Room for the second id in a pair's key; a key stays a safe integer up to 2^27 tokens. */
const PAIR_BASE = 2 ** 26;

/**
 * Learns merges from words and how often each occurs, until there are `size` tokens or nothing is
 * left to merge. Ties go to the pair with the smaller ids, as in Hugging Face's trainer, so that
 * the order of the words does not matter.
 *
 * @param words each word with its count
 * @param size number of tokens wanted; there are never fewer than 256, one a byte
 *
 * @example
 * ```ts
 * import { trainBytePairs } from "./byte_pairs.ts";
 *
 * const { merges } = trainBytePairs(new Map([["cat", 3], ["car", 2]]), 258);
 * if (merges.join(" ") !== "c,a ca,t") throw new Error(`Expected ca, then cat: ${merges}`);
 * ```
 */
export function trainBytePairs(words: ReadonlyMap<string, number>, size: number): BytePairs {
  const tokens = [...BYTE_ALPHABET];
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const merges: [string, string][] = [];
  const spelled: Word[] = Array.from(
    words,
    ([word, count]) => ({ count, ids: [...spellBytes(word)].map((byte) => idOf.get(byte)!) }),
  );
  const pairs = new PairCounts(spelled);

  while (tokens.length < size) {
    const pair = pairs.mostFrequent();
    if (pair === undefined) break;
    const [left, right] = pair;
    const token = tokens[left] + tokens[right];
    merges.push([tokens[left], tokens[right]]);
    if (!idOf.has(token)) {
      idOf.set(token, tokens.length);
      tokens.push(token);
    }
    pairs.merge(left, right, idOf.get(token)!);
  }
  return { tokens, merges };
}

/** How often each pair of neighbours occurs, and in which words. */
class PairCounts {
  readonly #counts = new Map<number, number>();
  readonly #words = new Map<number, Set<Word>>();

  constructor(words: readonly Word[]) {
    for (const word of words) this.#add(word, 1);
  }

  #add(word: Word, sign: 1 | -1): void {
    for (let i = 0; i + 1 < word.ids.length; i++) {
      const key = word.ids[i] * PAIR_BASE + word.ids[i + 1];
      const count = (this.#counts.get(key) ?? 0) + sign * word.count;
      if (count > 0) this.#counts.set(key, count);
      else this.#counts.delete(key);
      if (sign === 1) {
        const holders = this.#words.get(key);
        if (holders) holders.add(word);
        else this.#words.set(key, new Set([word]));
      }
    }
  }

  mostFrequent(): [number, number] | undefined {
    let best = -1;
    let bestCount = 0;
    for (const [key, count] of this.#counts) {
      if (count > bestCount || (count === bestCount && key < best)) {
        best = key;
        bestCount = count;
      }
    }
    return best < 0 ? undefined : [Math.floor(best / PAIR_BASE), best % PAIR_BASE];
  }

  merge(left: number, right: number, merged: number): void {
    const key = left * PAIR_BASE + right;
    for (const word of this.#words.get(key) ?? []) {
      this.#add(word, -1);
      word.ids = mergePair(word.ids, left, right, merged);
      this.#add(word, 1);
    }
    this.#counts.delete(key);
    this.#words.delete(key);
  }
}

function mergePair(ids: readonly number[], left: number, right: number, merged: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === left && ids[i + 1] === right) {
      result.push(merged);
      i++;
    } else {
      result.push(ids[i]);
    }
  }
  return result;
}
