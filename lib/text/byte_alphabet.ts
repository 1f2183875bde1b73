/**
 * The 256 characters that stand for bytes in byte-level vocabularies (GPT-2): printable Latin-1
 * characters stand for themselves, the other 68 bytes for the characters from U+0100 on, so that a
 * space is "Ġ". Every text is a sequence of these, so no text is ever outside a vocabulary.
 */
const CHARACTERS: readonly string[] = byteCharacters();
const encoder = new TextEncoder();

function byteCharacters(): string[] {
  let next = 0x100;
  const printable = (byte: number) =>
    (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  return Array.from(
    { length: 256 },
    (_, byte) => String.fromCharCode(printable(byte) ? byte : next++),
  );
}

/** The alphabet in the order of its code points, which is the order of its ids in a vocabulary. */
export const BYTE_ALPHABET: readonly string[] = [...CHARACTERS].sort();

/**
 * Spells a text in the byte alphabet, one character a UTF-8 byte.
 *
 * @example
 * ```ts
 * import { spellBytes } from "./byte_alphabet.ts";
 *
 * if (spellBytes(" cat") !== "Ġcat") throw new Error("Expected Ġ for the space");
 * ```
 */
export function spellBytes(text: string): string {
  let spelled = "";
  for (const byte of encoder.encode(text)) spelled += CHARACTERS[byte];
  return spelled;
}
