/** The one form in which texts are compared, checked and learned, however people type them. */

/** Spaces of every kind; the byte order mark and the zero-width space, which also part words. */
const SPACES = /[\p{White_Space}\u200B\uFEFF]+/gu;
/** What shows nothing and parts nothing: soft hyphens and joiners. */
const INVISIBLE = /[\u00AD\u200C\u200D\u2060]/gu;
const OPENING = /^[\s"'(\[«„¿¡]+/u;
const CLOSING = /[\s"')\]».,;:?!…。？！]+$/u;

/**
 * The normal form of a text: Unicode NFC, small letters, one space between words, straight quotes,
 * commas after words, and no sign at its end. A closing sign would stand between the last word and
 * what is answered, and keep a small model from seeing that word (docs/LOG.md).
 *
 * @example
 * ```ts
 * import { normalForm } from "./normal_form.ts";
 *
 * const text = normalForm(" Is there\u00A0a  Cat ?");
 * if (text !== "is there a cat") throw new Error(text);
 * ```
 */
export function normalForm(text: string): string {
  return text.replace(INVISIBLE, "").normalize("NFC").toLowerCase().normalize("NFC")
    .replace(/[‘’ʼ]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(SPACES, " ")
    .replace(/ ?, ?/g, ", ")
    .replace(OPENING, "")
    .replace(CLOSING, "");
}
