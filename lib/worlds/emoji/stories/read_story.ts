/**
 * Reads a story that somebody told: what each picture of it has to show, and whether it may be told so.
 * It stands where a person would, who reads what a model composed.
 */
import { withoutCaption } from "../../../recipes/mod.ts";
import { after, isSeen, NOTHING, type Told } from "./happenings.ts";
import { objectionTo } from "./objections.ts";
import { ASKING, readCaption } from "../read_caption.ts";
import { readHappening } from "./read_happening.ts";
import { CaptionError } from "../refusal.ts";
import type { Group } from "../sentence.ts";
import { inTaughtWords } from "../spelling.ts";
import { aboutOf, type Story } from "./story.ts";
import { sayHappening } from "./sentences.ts";
import type { World } from "../world.ts";

/** What a text between two pictures says. */
export interface ReadPart {
  /** What is there then, all of it, of different concepts. One without a colour has its own colours. */
  readonly groups: readonly Group[];
  /** Whether a picture belongs after it. */
  readonly pictured: boolean;
  /** Pictures that belong between its sentences. */
  readonly missed: number;
  /** Whether it ends with all that is there then, in whatever order: "the cat leaves: a dog". */
  readonly captioned: boolean;
  /** What is wrong with it; absent where all of it is understood, and may happen. */
  readonly objection?: string;
}

/** What a story says, and whether it is the one that was asked for. */
export interface ReadStory {
  /** Whether it tells what happens, or how something is drawn. */
  readonly kind: Story["kind"];
  /** One for each text between pictures. */
  readonly parts: readonly ReadPart[];
  /** Whether a story begins with what it was to be about, or a how-to ends with it. */
  readonly fulfilled: boolean;
}

/** What may stand before the things that a document is to be about. */
const OPENING = `^(?:(?:${ASKING}|tell|write|compose|make|give|show|explain|teach|me|us) )*`;
const OPENINGS = {
  story: new RegExp(
    `${OPENING}(?:(?:an?|the|another) )?(?:(?:short|little|new|illustrated|picture) )*` +
      "(?:story|tale) (?:about|of|with) ",
  ),
  "how-to": new RegExp(
    `${OPENING}(?:how )?(?:to|do (?:i|you)|can (?:i|you)|(?:i|you)(?: can)?) (?:draw|paint) `,
  ),
} as const;

/**
 * What a story is to be about, in whatever words: "a story about 2 Apples and a kitten!".
 *
 * @throws {CaptionError} for anything else, and for what `readCaption` refuses
 *
 * @example
 * ```ts
 * import { readAbout } from "./read_story.ts";
 * import { worldOf } from "../world.ts";
 *
 * const { about } = readAbout("How to draw 2 RED hearts?", worldOf("nano"));
 * if (about !== "how to draw two red hearts") throw new Error(about);
 * ```
 */
export function readAbout(text: string, world: World): Pick<Story, "kind" | "about"> & {
  readonly groups: readonly Group[];
} {
  const said = inTaughtWords(text);
  for (const kind of ["story", "how-to"] as const) {
    if (!OPENINGS[kind].test(said)) continue;
    const { groups, relation } = readCaption(said.replace(OPENINGS[kind], ""), world);
    if (relation === undefined) return { kind, about: aboutOf(kind, groups), groups };
  }
  throw new CaptionError(
    'Expected "a story about a cat and three apples", "how to draw two red hearts and a cat", ' +
      `or the like, but found ${JSON.stringify(text)}`,
  );
}

/**
 * Reads a story by its words alone. A sentence that is not understood, or that may not be said then,
 * changes nothing: the rest is read as if it were not there.
 *
 * @param about what it was to be about, as `readAbout` reads it
 * @param texts what stands before the first picture, between two, and after the last if anything does
 * @throws {CaptionError} where `readAbout` throws
 *
 * @example
 * ```ts
 * import { readStory } from "./read_story.ts";
 * import { worldOf } from "../world.ts";
 *
 * const texts = ["a cat has two apples", "a dog comes and takes one apple", "the key turns red"];
 * const { parts } = readStory("a story about a cat and two apples", texts, worldOf("nano"));
 * const [, { groups, pictured }, { objection }] = parts;
 * if (!pictured || groups.length !== 3) throw new Error("Expected a picture of three kinds of things");
 * if (objection !== "Expected a key to be there, but found none") throw new Error(objection);
 * ```
 */
export function readStory(about: string, texts: readonly string[], world: World): ReadStory {
  const { kind, groups: asked } = readAbout(about, world);
  let told = NOTHING;
  let first: Told | undefined;
  const parts = texts.map((said): ReadPart => {
    const { text, caption } = withoutCaption(said.trim());
    const sentences = text.split(". ").map((sentence) => {
      const read = readSentence(sentence, { kind, told }, world);
      told = read.told;
      first ??= told;
      return read;
    });
    const seen = sentences.filter(({ seen }) => seen).length;
    const pictured = sentences[sentences.length - 1].seen;
    const objection = sentences.find(({ objection }) => objection !== undefined)?.objection;
    return {
      groups: told.groups,
      pictured,
      missed: seen - Number(pictured),
      captioned: caption !== undefined && saysAll(caption, told.groups, world),
      ...(objection === undefined ? {} : { objection }),
    };
  });
  const reached = kind === "story" ? first : told;
  return { kind, parts, fulfilled: reached !== undefined && areSame(reached.groups, asked) };
}

interface ReadSentence {
  readonly told: Told;
  readonly seen: boolean;
  readonly objection?: string;
}

function readSentence(
  sentence: string,
  { kind, told }: { readonly kind: Story["kind"]; readonly told: Told },
  world: World,
): ReadSentence {
  try {
    const happening = readHappening(sentence, world);
    const isStep = happening.kind === "draw" || happening.kind === "make";
    const seen = isSeen(happening);
    if (isStep !== (kind === "how-to")) {
      const objection = `Expected a sentence of a ${kind}, but found "${sentence}"`;
      return { told, seen, objection };
    }
    const objection = objectionTo(happening, told);
    if (objection !== undefined) return { told, seen, objection };
    const said = sayHappening(happening, told.groups);
    if (said === sentence) return { told: after(happening, told), seen };
    return { told, seen, objection: `Expected "${said}", but found "${sentence}"` };
  } catch (error) {
    if (!(error instanceof CaptionError)) throw error;
    return { told, seen: false, objection: error.message };
  }
}

/** Whether a caption names these groups and nothing else. */
function saysAll(caption: string, groups: readonly Group[], world: World): boolean {
  try {
    const read = readCaption(caption, world);
    return read.relation === undefined && areSame(read.groups, groups);
  } catch (error) {
    if (!(error instanceof CaptionError)) throw error;
    return false;
  }
}

/** Whether the groups are the same, in whatever order. */
function areSame(some: readonly Group[], others: readonly Group[]): boolean {
  return some.length === others.length &&
    some.every((group) =>
      others.some(({ count, concept, color }) =>
        count === group.count && concept === group.concept && color === group.color
      )
    );
}
