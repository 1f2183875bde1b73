/** Text to token ids and back: byte pairs, kept in the Hugging Face tokenizer.json format. */
import { Tokenizer } from "../packages/tokenizers.ts";
import { writeFileAtomic } from "../files/atomic_file.ts";
import { BYTE_ALPHABET } from "./byte_alphabet.ts";
import { trainBytePairs } from "./byte_pairs.ts";
import { describeTokenizer, parseTokenizerJson, type TokenizerJson } from "./tokenizer_json.ts";
import { splitWords } from "./words.ts";

/**
 * A byte-pair tokenizer. Every well-formed text comes back unchanged from `decode(encode(text))`;
 * a frequent word is one token together with the space before it. Ids are those that
 * @huggingface/tokenizers finds from the tokenizer.json.
 *
 * @example
 * ```ts
 * import { TextTokenizer } from "./tokenizer.ts";
 *
 * const captions = ["a red heart", "two red hearts", "a heart above a star"];
 * const tokenizer = TextTokenizer.train(captions, {
 *   vocabularySize: 300,
 *   specialTokens: ["<pad>", "<end>"],
 * });
 * const ids = tokenizer.encode("two red stars<end>");
 * if (tokenizer.decode(ids) !== "two red stars<end>") throw new Error("Expected the text back");
 * if (ids.at(-1) !== tokenizer.tokenId("<end>")) throw new Error("Expected <end> to be one token");
 * ```
 */
export class TextTokenizer {
  readonly #json: TokenizerJson;
  readonly #tokenizer: Tokenizer;
  readonly #specials: ReadonlyMap<string, number>;
  /** Number of tokens; ids are 0 to `size - 1`. */
  readonly size: number;

  private constructor(json: TokenizerJson) {
    this.#json = json;
    this.#tokenizer = new Tokenizer(json, { clean_up_tokenization_spaces: false });
    this.#specials = new Map(json.added_tokens.map(({ content, id }) => [content, id]));
    this.size = Object.keys(json.model.vocab).length;
  }

  /**
   * Learns a vocabulary from texts: the special tokens, 256 bytes, then the most frequent byte
   * pairs. The same texts in any order give the same vocabulary. It is smaller than asked for where
   * the texts have nothing left to merge.
   *
   * @throws RangeError when `vocabularySize` has no room for special tokens and bytes, or when
   * special tokens are empty, repeated, or single characters
   */
  static train(
    texts: Iterable<string>,
    { vocabularySize, specialTokens }: {
      vocabularySize: number;
      specialTokens: readonly string[];
    },
  ): TextTokenizer {
    checkSpecialTokens(specialTokens);
    const smallest = BYTE_ALPHABET.length + specialTokens.length;
    if (!Number.isInteger(vocabularySize) || vocabularySize < smallest) {
      throw new RangeError(
        `Expected a vocabulary of at least ${smallest} tokens (${BYTE_ALPHABET.length} bytes and ` +
          `${specialTokens.length} special tokens), but found ${vocabularySize}`,
      );
    }
    const pairs = trainBytePairs(
      countWords(texts, specialTokens),
      vocabularySize - specialTokens.length,
    );
    return TextTokenizer.fromJSON(describeTokenizer(pairs, specialTokens));
  }

  /** Ids of a text's tokens. A special token written in the text is that token. */
  encode(text: string): number[] {
    return this.#tokenizer.encode(text).ids;
  }

  /**
   * The text of tokens, special tokens included. Bytes that are not UTF-8 become U+FFFD.
   *
   * @throws RangeError on an id that no token has
   */
  decode(ids: readonly number[]): string {
    for (const id of ids) {
      if (!Number.isInteger(id) || id < 0 || id >= this.size) {
        throw new RangeError(`Expected token ids from 0 to ${this.size - 1}, but found ${id}`);
      }
    }
    return ids.length === 0 ? "" : this.#tokenizer.decode([...ids]);
  }

  /**
   * The id of a special token.
   *
   * @throws RangeError when there is no such special token
   */
  tokenId(special: string): number {
    const id = this.#specials.get(special);
    if (id === undefined) {
      throw new RangeError(
        `Expected one of the special tokens ${[...this.#specials.keys()].join(", ")}, ` +
          `but found ${JSON.stringify(special)}`,
      );
    }
    return id;
  }

  /** The content of tokenizer.json. */
  toJSON(): TokenizerJson {
    return structuredClone(this.#json);
  }

  /**
   * A tokenizer from the content of tokenizer.json, as `toJSON` gives it.
   *
   * @throws TypeError naming the field that is not as expected
   */
  static fromJSON(json: unknown): TextTokenizer {
    return new TextTokenizer(parseTokenizerJson(json));
  }

  /** Writes tokenizer.json in one step. */
  async save(path: string): Promise<void> {
    await writeFileAtomic(path, `${JSON.stringify(this.#json, null, 1)}\n`);
  }

  /**
   * Reads tokenizer.json.
   *
   * @throws Error naming the path and what is not as expected
   */
  static async load(path: string): Promise<TextTokenizer> {
    try {
      return TextTokenizer.fromJSON(parseJson(await Deno.readTextFile(path)));
    } catch (cause) {
      const found = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${path}: ${found}`, { cause });
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TypeError("Expected a byte-pair tokenizer.json, but found no JSON", { cause });
  }
}

function checkSpecialTokens(specialTokens: readonly string[]): void {
  for (const [index, token] of specialTokens.entries()) {
    if (token.length < 2 || specialTokens.indexOf(token) !== index) {
      throw new RangeError(
        "Expected special tokens that differ and have two characters or more, " +
          `but found ${JSON.stringify(token)}`,
      );
    }
  }
}

/** How often each word occurs outside special tokens. */
function countWords(
  texts: Iterable<string>,
  specialTokens: readonly string[],
): Map<string, number> {
  const longestFirst = specialTokens.toSorted((a, b) => b.length - a.length);
  const special = new RegExp(longestFirst.map((token) => RegExp.escape(token)).join("|") || "(?!)");
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of text.split(special).flatMap(splitWords)) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return counts;
}
