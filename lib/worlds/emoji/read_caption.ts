/** From the words of a caption to what it says. */
import type { CaptionSpec } from "./caption.ts";
import { CONCEPTS } from "./concepts.ts";
import { CaptionError, type Expected, expectText, refusal, refuseUntaught } from "./refusal.ts";
import { type Color, COLORS, type Relation, RELATIONS } from "./scene.ts";
import { type Group, MOST_THINGS, type Sentence, specOf } from "./sentence.ts";
import { inTaughtWords } from "./spelling.ts";
import { NUMBERS } from "./words.ts";
import type { World } from "./world.ts";

const CAPTION: Expected = {
  what: "a caption",
  examples: ["a cat", "two red hearts", "a cat, a blue dog and a key", "a cat above a dog"],
  words: ("a an the one two three four and with picture of showing there is are that which in to " +
    "left right above below draw paint show generate create make give me us please")
    .split(" "),
};

/** How somebody may ask for something. */
export const ASKING =
  "please|can you|could you|(?:i|we) (?:want|need)|(?:i|we) would like|(?:i|we)'d like";

/** What may stand before the things that a caption names. */
const OPENING = new RegExp(
  `^(?:(?:${ASKING}|to|` +
    "draw|paint|show|generate|create|make|give|me|us|it is|this is|there is|there are|here is|here are|" +
    "(?:an? |the )?picture (?:of|with|showing|that shows)) )+",
);
/** Words between two things that say no more than how they stand. */
const STANDING =
  /(?<= )(?:that |which )?(?:(?:is|are|stands|stand|sits|sit|standing|sitting|placed|located) )+(?=(?:left|right) of|above|below)/g;
const RELATED = new RegExp(`^(.+?) (${RELATIONS.join("|")}) (.+)$`);
const TURNED = new RegExp(`^(${RELATIONS.join("|")}) (.+) (?:is|are|there is|there are) (.+)$`);
const PARTS = /(?:, and|,| and| with) /;

/**
 * Reads a caption: up to four things with their numbers and colours, and how two of them stand to each
 * other. People's own words are read as those that were taught: digits, other spellings, synonyms, a
 * missing article, "draw …", "there is …".
 *
 * @throws {CaptionError} for a caption that is empty or longer than `LONGEST_CAPTION`, and for what
 * nobody taught: other words, what is not there, more than four things, one thing in two groups
 *
 * @example
 * ```ts
 * import { readCaption } from "./read_caption.ts";
 * import { wordingOf } from "./sentence.ts";
 * import { worldOf } from "./world.ts";
 *
 * const text = wordingOf(readCaption("Draw 2 RED hearts & a puppy!", worldOf("nano")));
 * if (text !== "two red hearts and a dog") throw new Error(text);
 * ```
 */
export function readCaption(text: string, world: World): Sentence {
  expectText(text);
  const taught = inTaughtWords(text);
  refuseUntaught(taught);
  const said = taught.replace(OPENING, "").replace(/,? please$/, "").replace(STANDING, "");
  const groupsOf = (said: string) => {
    const groups = said.split(PARTS).map((part) => readGroup(part, world));
    if (groups.every((group) => group !== undefined)) return groups;
    throw refusal(taught, CAPTION, world);
  };
  const sentence = readRelation(said, groupsOf) ?? { groups: groupsOf(said) };
  const { groups } = sentence;
  if (new Set(groups.map(({ concept }) => concept)).size < groups.length) {
    throw new CaptionError(`Expected different things, but found "${taught}"`);
  }
  const things = groups.reduce((sum, { count }) => sum + count, 0);
  if (things > MOST_THINGS) {
    throw new CaptionError(
      `Expected at most ${MOST_THINGS} things in all, but found ${things} in "${taught}"`,
    );
  }
  return sentence;
}

function readRelation(
  said: string,
  groupsOf: (said: string) => readonly Group[],
): Sentence | undefined {
  const turned = TURNED.exec(said);
  if (turned !== null) {
    const [, relation, object, subject] = turned;
    return related(groupsOf(subject), relation as Relation, groupsOf(object));
  }
  const straight = RELATED.exec(said);
  if (straight === null) return undefined;
  const [, subject, relation, object] = straight;
  return related(groupsOf(subject), relation as Relation, groupsOf(object));
}

function related(
  subject: readonly Group[],
  relation: Relation,
  object: readonly Group[],
): Sentence {
  if (subject.length === 1 && object.length === 1) {
    return { groups: [...subject, ...object], relation };
  }
  throw new CaptionError(
    `Expected one kind of thing on each side of "${relation}", but found ` +
      `${subject.length} and ${object.length}`,
  );
}

const GROUP = new RegExp(
  `^(?:(an?|the|${NUMBERS.slice(1).join("|")}) )?(?:(${COLORS.join("|")}) )?(\\S+)` +
    `(?: (?:(?:that|which) (?:is|are)|in) (${COLORS.join("|")}))?$`,
);

/** "two red hearts"; undefined where it is none of what a world knows, or "hearts" without a number. */
export function readGroup(text: string, world: World): Group | undefined {
  const [, number, before, noun, after] = GROUP.exec(text) ?? [];
  if (noun === undefined || (before !== undefined && after !== undefined)) return undefined;
  const concept = conceptOf(noun, world);
  if (concept === undefined) return undefined;
  if (number === undefined && noun !== concept) return undefined;
  const color = (before ?? after) as Color | undefined;
  const count = Math.max(1, NUMBERS.findIndex((name) => name === number));
  return { count, concept, ...(color === undefined ? {} : { color }) };
}

/** The concept that is named, by one or by several; undefined where a world has none such. */
export function conceptOf(noun: string, { concepts }: World): string | undefined {
  return concepts.find((name) => name === noun || CONCEPTS[name].plural === noun);
}

/**
 * Reads a caption in one of the six templates, in whatever words; the inverse of `captionOf`.
 *
 * @throws {CaptionError} for a caption that `readCaption` refuses, or that fits none of the templates.
 *
 * @example
 * ```ts
 * import { parseCaption } from "./read_caption.ts";
 * import { worldOf } from "./world.ts";
 *
 * const spec = parseCaption("a photo of 2 fish", worldOf("nano"));
 * if (spec.task !== "counting" || spec.count !== 2) throw new Error("Expected two");
 * ```
 */
export function parseCaption(text: string, world: World): CaptionSpec {
  const spec = specOf(readCaption(text, world));
  if (spec !== undefined) return spec;
  throw new CaptionError(
    `Expected a caption in one of the templates ${TEMPLATES}, but found "${inTaughtWords(text)}"`,
  );
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
