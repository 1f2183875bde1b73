/**
 * The language of people's own captions: the words that they are made of. What a model is told is
 * brought to the form that it learned, and words that no caption had are refused.
 */
import { closest, distance } from "../packages/levenshtein.ts";
import { type Schema, z } from "../packages/zod.ts";
import { CaptionError, expectText, type Language, type ReadQuestion } from "./language.ts";
import { normalForm } from "./normal_form.ts";

/** Scripts that put no spaces between words: each sign is taken as a word. */
const UNSPACED = "[\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}" +
  "\\p{sc=Mymr}\\p{sc=Tibt}]\\p{M}*";
/** A sign of such a script, letters and digits in a row with the apostrophes in them, or a symbol. */
export const WORD: RegExp = new RegExp(
  `${UNSPACED}|(?:(?!${UNSPACED})[\\p{L}\\p{M}\\p{N}])+(?:'(?:(?!${UNSPACED})[\\p{L}\\p{M}\\p{N}])+)*` +
    "|\\p{S}\\p{M}*",
  "gu",
);

/**
 * A caption as a model learns it, and as it is told one: {@link normalForm}, without angle brackets,
 * which begin and end a model's own signs.
 *
 * @example
 * ```ts
 * import { plainCaption } from "./plain_language.ts";
 *
 * const caption = plainCaption(" A Red\u00A0APPLE, <b>sliced</b>. ");
 * if (caption !== "a red apple, b sliced /b") throw new Error(caption);
 * ```
 */
export function plainCaption(text: string): string {
  return normalForm(text.replace(/[<>]/g, " "));
}

/**
 * The words of a caption, in its normal form: letters, digits and symbols; punctuation is none.
 *
 * @example
 * ```ts
 * import { captionWords } from "./plain_language.ts";
 *
 * const words = captionWords("Ein Äpfelchen (the cat's), 2 ♥ 猫です!").join("|");
 * if (words !== "ein|äpfelchen|the|cat's|2|♥|猫|で|す") throw new Error(words);
 * ```
 */
export function captionWords(text: string): string[] {
  return plainCaption(text).match(WORD) ?? [];
}

/** What a model's configuration keeps of a plain language. */
export interface PlainLanguageSettings {
  /** What tells it from other languages. */
  readonly kind: "plain";
  /** Every word that its captions have, in normal form, sorted, each once. */
  readonly words: readonly string[];
}

/** Checks what is kept of a plain language. */
export const PlainLanguageSettings: Schema<PlainLanguageSettings> = z.strictObject({
  kind: z.literal("plain"),
  words: z.array(
    z.string().refine((word) => captionWords(word).join() === word, {
      error: "Expected a word in its normal form",
    }),
  ).min(1).refine((words) => words.every((word, i) => i === 0 || words[i - 1] < word), {
    error: "Expected words in order, each once",
  }),
});

/** What may be asked about a picture, in normal form. */
const QUESTIONS: readonly RegExp[] = [
  /^(?:please )?(?:describe|caption)(?: (?:it|(?:this|that|the) (?:picture|image|photo)))?$/,
  /^what(?:'s| is| are)? (?:this|that|it|these|those)(?: (?:picture|image|photo))?$/,
  /^what(?:'s| is| are)? (?:shown |to be seen |there )?(?:in|on) (?:it|(?:this|that|the) (?:picture|image|photo))$/,
  /^what (?:do|can) you see(?: (?:here|in (?:it|(?:this|that|the) (?:picture|image|photo))))?$/,
  /^what does (?:it|(?:this|that|the) (?:picture|image|photo)) show$/,
];
const EXAMPLES = ["what is this?", "what does the picture show?", "describe the picture"];

/** How many near words are offered for one that is unknown. */
const OFFERED = 3;

/** The language of captions. */
export class PlainLanguage implements Language {
  readonly settings: PlainLanguageSettings;
  readonly #words: ReadonlySet<string>;

  private constructor(settings: PlainLanguageSettings) {
    this.settings = settings;
    this.#words = new Set(settings.words);
  }

  /**
   * The language that captions are written in.
   * @throws RangeError where they have no words
   *
   * @example
   * ```ts
   * import { PlainLanguage } from "./plain_language.ts";
   *
   * const language = PlainLanguage.of(["A red apple.", "a green pear"]);
   * if (language.caption("A Green APPLE!") !== "a green apple") throw new Error("Expected it read");
   * ```
   */
  static of(captions: Iterable<string>): PlainLanguage {
    const words = new Set<string>();
    for (const caption of captions) {
      for (const word of captionWords(caption)) words.add(word);
    }
    if (words.size === 0) throw new RangeError("Expected captions with words, but found none");
    return new PlainLanguage({ kind: "plain", words: [...words].sort() });
  }

  /**
   * The language whose settings these are.
   * @throws RangeError naming what is not as expected
   */
  static from(settings: unknown): PlainLanguage {
    const read = PlainLanguageSettings.safeParse(settings);
    if (read.success) return new PlainLanguage(read.data);
    const { path, message } = read.error.issues[0];
    throw new RangeError(
      `Expected the settings of a plain language, but found at ${path.join(".")}: ${message}`,
    );
  }

  /** Whether every word of a text is known. */
  knows(text: string): boolean {
    return captionWords(text).every((word) => this.#words.has(word));
  }

  /**
   * A caption as the model learned it.
   * @throws CaptionError for an empty text, one that is too long, and words that no caption had; it
   * names them, and those that are near
   */
  caption(text: string): string {
    expectText(text);
    const words = captionWords(text);
    if (words.length === 0) {
      throw new CaptionError(`Expected words, but found ${JSON.stringify(text)}`);
    }
    const strange = [...new Set(words)].filter((word) => !this.#words.has(word));
    if (strange.length === 0) return plainCaption(text);
    const near = [...new Set(strange.flatMap((word) => this.#near(word)))];
    const found = strange.map((word) => JSON.stringify(word)).join(", ");
    throw new CaptionError(
      `Expected words of the captions that the model learned from, but found ${found}` +
        (near.length === 0 ? "" : ` (did you mean ${near.map((x) => `"${x}"`).join(" or ")}?)`),
    );
  }

  /** Known words that an unknown one may be a slip of, the nearest first. */
  #near(word: string): string[] {
    const { words } = this.settings;
    const nearest = distance(word, closest(word, words));
    if (nearest > Math.min(2, word.length / 3)) return [];
    return words.filter((known) => distance(word, known) === nearest).slice(0, OFFERED);
  }

  /**
   * Refuses any instruction.
   * @throws CaptionError always: captions teach no changes
   */
  instruction(text: string): string {
    throw new CaptionError(
      "Expected a caption to draw or a picture to describe, since a model of captions was taught no " +
        `instructions, but found ${JSON.stringify(text)}`,
    );
  }

  /**
   * What a composition is about: words of captions.
   * @throws CaptionError as `caption`
   */
  subject(text: string): string {
    return this.caption(text);
  }

  /**
   * Reads what amounts to "what is this?".
   * @throws CaptionError for any other question
   */
  question(text: string): ReadQuestion {
    expectText(text);
    const asked = plainCaption(text);
    if (QUESTIONS.some((form) => form.test(asked))) return { kind: "description" };
    throw new CaptionError(
      `Expected a question such as ${
        EXAMPLES.map((example) => `"${example}"`).join(", ")
      }, since a ` +
        `model of captions was taught no others, but found ${JSON.stringify(text)}`,
    );
  }
}
