/** Words and special tokens: the first ids of a unified model. */
import { inspect, short } from "../notebook/mod.ts";
import type { TextTokenizer } from "../text/mod.ts";

/** The special tokens, which a text tokenizer for a unified model begins with. */
export const SPECIAL_TOKENS = [
  "<pad>",
  "<bos>",
  "<eos>",
  "<answer>",
  "<picture>",
  "</picture>",
] as const;

/** What a vocabulary needs of a text tokenizer. */
export type Words = Pick<TextTokenizer, "size" | "tokenId" | "encode" | "decode">;

/**
 * The first ids of a unified model: special tokens by name, and words.
 *
 * @example
 * ```ts
 * import { TextTokenizer } from "../text/mod.ts";
 * import { SPECIAL_TOKENS, Vocabulary } from "./vocabulary.ts";
 *
 * const options = { vocabularySize: 300, specialTokens: SPECIAL_TOKENS };
 * const vocabulary = new Vocabulary(TextTokenizer.train([" two red hearts"], options));
 * const ids = vocabulary.encodeText("red hearts");
 * if (vocabulary.decodeText([...ids, vocabulary.eos]) !== "red hearts") throw new Error(`${ids}`);
 * ```
 */
export class Vocabulary {
  /** The id of `<pad>`, which fills rows up. */
  readonly pad: number;
  /** The id of `<bos>`, which begins a sequence. */
  readonly bos: number;
  /** The id of `<eos>`, which ends an answer. */
  readonly eos: number;
  /** The id of `<answer>`, after which an answer begins. */
  readonly answer: number;
  /** The id of `<picture>`, which begins a picture. */
  readonly picture: number;
  /** The id of `</picture>`, which ends a picture. */
  readonly endPicture: number;

  /**
   * The vocabulary of a text tokenizer.
   * @throws Error where the tokenizer lacks a special token
   */
  constructor(readonly text: Words) {
    [this.pad, this.bos, this.eos, this.answer, this.picture, this.endPicture] = SPECIAL_TOKENS
      .map((token) => text.tokenId(token));
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    return `Vocabulary: ${short(this.text.size)} tokens of text`;
  }

  /** Whether an id stands for a special token. */
  isSpecial(id: number): boolean {
    return id < SPECIAL_TOKENS.length;
  }

  /** Text is always encoded as if in the middle of a line, so that a word has one id. */
  encodeText(text: string): number[] {
    return this.text.encode(` ${text}`);
  }

  /** The text of ids; all that is no word is left out. */
  decodeText(ids: readonly number[]): string {
    const plain = ids.filter((id) => !this.isSpecial(id) && id < this.text.size);
    return this.text.decode(plain).trim();
  }
}
