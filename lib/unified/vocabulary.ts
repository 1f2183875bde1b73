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

export class Vocabulary {
  readonly pad: number;
  readonly bos: number;
  readonly eos: number;
  readonly answer: number;
  readonly picture: number;
  readonly endPicture: number;

  /** @throws Error where the tokenizer lacks a special token */
  constructor(readonly text: Words) {
    [this.pad, this.bos, this.eos, this.answer, this.picture, this.endPicture] = SPECIAL_TOKENS
      .map((token) => text.tokenId(token));
  }

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
