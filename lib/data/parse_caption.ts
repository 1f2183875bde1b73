/** From the words of a caption to what it asks for. */
import type { CaptionSpec, ColoredConcept } from "./caption_spec.ts";
import { CONCEPTS } from "./concepts.ts";
import { type Color, COLORS, RELATIONS } from "./scene.ts";
import { NUMBERS } from "./words.ts";
import type { World } from "./world.ts";

/** The longest caption that is read, in characters. */
export const LONGEST_CAPTION = 300;

/** A caption that cannot be read: one line that says what was expected and found. */
export class CaptionError extends Error {
  override name = "CaptionError";
}

/** The six templates, as messages show them. */
const TEMPLATES = [
  "a X",
  "a X and a Y",
  "two|three|four Xs",
  "a COLOR X",
  "a X to the left of|to the right of|above|below a Y",
  "a COLOR X and a COLOR Y",
].join(" · ");

/**
 * Reads a caption in one of the six templates, with or without "a photo of"; the inverse of
 * `captionOf`. Capitals, a final full stop, and "left of" for "to the left of" are let pass.
 *
 * @throws {CaptionError} for a caption that is empty, longer than `LONGEST_CAPTION`, has words that
 * the world does not know, or fits none of the templates.
 *
 * @example
 * ```ts
 * import { parseCaption } from "./parse_caption.ts";
 * import { worldOf } from "./world.ts";
 *
 * const spec = parseCaption("a photo of two fish", worldOf("nano"));
 * if (spec.task !== "counting" || spec.count !== 2) throw new Error("Expected two");
 * ```
 */
export function parseCaption(text: string, world: World): CaptionSpec {
  const words = wordsOf(text);
  refuseUnknown(words, templateWords(world), world);
  const caption = words.join(" ").replace(/^a photo of /, "");
  const spec = readPair(caption, world) ?? readCount(caption, world) ?? readOne(caption, world);
  if (spec === undefined) {
    throw new CaptionError(
      `Expected a caption in one of the templates ${TEMPLATES}, but found "${words.join(" ")}"`,
    );
  }
  return spec;
}

/** The words of a text that is neither empty nor too long. */
export function wordsOf(text: string): string[] {
  if (text.length > LONGEST_CAPTION) {
    throw new CaptionError(
      `Expected a text of at most ${LONGEST_CAPTION} characters, but found ${text.length}`,
    );
  }
  const words = text.toLowerCase().trim().replace(/\.$/, "").split(/\s+/).filter((w) => w !== "");
  if (words.length === 0) throw new CaptionError("Expected words, but found an empty text");
  return words;
}

/** Throws a {@link CaptionError} that names the words that are not known. */
export function refuseUnknown(
  words: readonly string[],
  known: ReadonlySet<string>,
  world: World,
): void {
  const unknown = [...new Set(words.filter((word) => !known.has(word)))];
  if (unknown.length === 0) return;
  throw new CaptionError(
    `Expected words that the ${world.preset} world knows (${world.concepts.join(", ")}; ` +
      `${COLORS.join(", ")}), but found ${unknown.map((word) => JSON.stringify(word)).join(", ")}`,
  );
}

/** Every word that a caption in the six templates may have. */
export function templateWords(world: World): Set<string> {
  const grammar = "a an and photo of to the left right above below two three four";
  const plurals = world.concepts.map((concept) => CONCEPTS[concept].plural);
  return new Set([...grammar.split(" "), ...COLORS, ...world.concepts, ...plurals]);
}

/** One object: "a cat", "a red cat". */
interface Phrase {
  readonly concept: string;
  readonly color?: Color;
}

function readPhrase(text: string, world: World): Phrase | undefined {
  const [, adjective, concept] = /^an? (?:(\S+) )?(\S+)$/.exec(text) ?? [];
  if (concept === undefined || !world.concepts.includes(concept)) return undefined;
  if (adjective === undefined) return { concept };
  const color = COLORS.find((name) => name === adjective);
  return color === undefined ? undefined : { concept, color };
}

function readOne(caption: string, world: World): CaptionSpec | undefined {
  const phrase = readPhrase(caption, world);
  if (phrase === undefined) return undefined;
  const { concept, color } = phrase;
  return color === undefined ? { task: "single", concept } : { task: "colors", concept, color };
}

function readCount(caption: string, world: World): CaptionSpec | undefined {
  const [, number, plural] = /^(two|three|four) (\S+)$/.exec(caption) ?? [];
  const concept = world.concepts.find((name) => CONCEPTS[name].plural === plural);
  if (concept === undefined) return undefined;
  const count = NUMBERS.findIndex((name) => name === number) as 2 | 3 | 4;
  return { task: "counting", concept, count };
}

function readPair(caption: string, world: World): CaptionSpec | undefined {
  const [, left, link, right] =
    /^(an? .+?) (and|(?:to the )?(?:left of|right of)|above|below) (an? .+)$/.exec(caption) ?? [];
  if (link === undefined) return undefined;
  const first = readPhrase(left, world), second = readPhrase(right, world);
  if (first === undefined || second === undefined) return undefined;
  if (first.concept === second.concept) {
    throw new CaptionError(`Expected two different things, but found "${caption}"`);
  }
  const colored = isColored(first) && isColored(second);
  if (link === "and" && colored) {
    if (first.color === second.color) {
      throw new CaptionError(`Expected two different colors, but found "${caption}"`);
    }
    return { task: "attribution", objects: [first, second] };
  }
  if (first.color !== undefined || second.color !== undefined) return undefined;
  if (link === "and") return { task: "two", concepts: [first.concept, second.concept] };
  const relation = RELATIONS.find((name) => link.endsWith(name));
  if (relation === undefined) return undefined;
  return { task: "position", subject: first.concept, relation, object: second.concept };
}

function isColored(phrase: Phrase): phrase is ColoredConcept {
  return phrase.color !== undefined;
}
