/**
 * Which ids stand for what: text tokens first, special ones at their beginning; then the codes of
 * pictures drawn; then, within a batch only, the features of pictures read.
 */
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

export class Vocabulary {
  readonly pad: number;
  readonly bos: number;
  readonly eos: number;
  readonly answer: number;
  readonly picture: number;
  readonly endPicture: number;

  /** @throws Error where the tokenizer lacks a special token */
  constructor(readonly text: TextTokenizer, readonly codes: number) {
    [this.pad, this.bos, this.eos, this.answer, this.picture, this.endPicture] = SPECIAL_TOKENS
      .map((token) => text.tokenId(token));
  }

  [inspect](): string {
    return `Vocabulary: ${short(this.text.size)} tokens of text, ${short(this.codes)} codes`;
  }

  /** Ids of text and codes together. */
  get size(): number {
    return this.text.size + this.codes;
  }

  /** The id of a code of the vision tokenizer. */
  idOfCode(code: number): number {
    return this.text.size + code;
  }

  /** The code that an id stands for. */
  codeOfId(id: number): number {
    return id - this.text.size;
  }

  /** Text is always encoded as if in the middle of a line, so that a word has one id. */
  encodeText(text: string): number[] {
    return this.text.encode(` ${text}`);
  }

  /** The text of ids; special tokens are left out. */
  decodeText(ids: readonly number[]): string {
    const plain = ids.filter((id) => id >= SPECIAL_TOKENS.length && id < this.text.size);
    return this.text.decode(plain).trim();
  }
}
