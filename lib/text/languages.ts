/** The languages that models speak, by kind: a world that has one of its own makes it known here. */
import type { Language } from "./language.ts";
import { PlainLanguage } from "./plain_language.ts";

/** From what a configuration keeps of a language to the language; throws where that is no such. */
export type FromSettings = (settings: unknown) => Language;

const KNOWN = new Map<string, FromSettings>([["plain", PlainLanguage.from]]);

/**
 * Makes a kind of language known, so that models that speak it can be loaded.
 *
 * @param from its settings to a language; throws where they are not as expected
 *
 * @example
 * ```ts
 * import { CaptionError } from "./language.ts";
 * import { knowLanguage, languageFrom } from "./languages.ts";
 *
 * const refused = (text: string): never => {
 *   throw new CaptionError(`Expected a caption, but found "${text}"`);
 * };
 * knowLanguage("loud", () => ({
 *   settings: { kind: "loud" },
 *   caption: (text) => text.toUpperCase(),
 *   instruction: refused,
 *   question: refused,
 *   subject: refused,
 * }));
 * const said = languageFrom({ kind: "loud" }).caption("a cat");
 * if (said !== "A CAT") throw new Error(said);
 * ```
 */
export function knowLanguage(kind: string, from: FromSettings): void {
  KNOWN.set(kind, from);
}

/** The kinds of languages that are known. */
export function knownLanguages(): string[] {
  return [...KNOWN.keys()];
}

/**
 * The language whose settings these are.
 * @throws RangeError where nobody made its kind known, and what its kind throws
 */
export function languageFrom(settings: { readonly kind: string }): Language {
  const from = KNOWN.get(settings.kind);
  if (from !== undefined) return from(settings);
  throw new RangeError(
    `Expected a language of a known kind (${knownLanguages().join(", ")}), ` +
      `but found ${JSON.stringify(settings.kind)}`,
  );
}
