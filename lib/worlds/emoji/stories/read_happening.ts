/** From a sentence of a story or a how-to to what happens. */
import type { Happening, Those } from "./happenings.ts";
import { conceptOf, readCaption, readGroup } from "../read_caption.ts";
import { type Expected, refusal } from "../refusal.ts";
import { type Color, COLORS } from "../scene.ts";
import type { Group } from "../sentence.ts";
import type { World } from "../world.ts";

const SENTENCE: Expected = {
  what: "a sentence of a story",
  examples: ["a dog comes", "the dog takes one apple", "the apples turn red", "draw another heart"],
  words: ("a an one two three four and the another there is are has have come comes leave leaves " +
    "find finds take takes turn turns swap colors wait waits left draw make").split(" "),
};

type Read = (parts: readonly string[], world: World) => Happening;

/** Each sentence, however many it is about, and what it says. The first that fits is meant. */
const SENTENCES: readonly (readonly [RegExp, Read])[] = [
  [/^there (?:is|are) (.+)$/, ([things], world) => ({
    kind: "there",
    things: readCaption(things, world).groups,
  })],
  [/^(.+) (?:has|have) (.+)$/, (things, world) => ({
    kind: "there",
    things: things.map((thing) => fresh(thing, world)),
  })],
  [/^(.+) comes? and takes? (.+)$/, ([thing, those], world) => ({
    kind: "come and take",
    thing: fresh(thing, world),
    those: taken(those, world),
  })],
  [/^(.+) comes?$/, ([thing], world) => ({ kind: "come", thing: fresh(thing, world) })],
  [/^draw (.+)$/, ([thing], world) => ({ kind: "draw", thing: fresh(thing, world) })],
  [/^(.+) leaves?$/, ([those], world) => ({ kind: "leave", those: taken(those, world) })],
  [/^the (.+) finds? (.+)$/, ([who, thing], world) => ({
    kind: "find",
    who: concept(who, world),
    thing: fresh(thing, world),
  })],
  [/^the (.+) takes? (.+)$/, ([who, those], world) => ({
    kind: "take",
    who: concept(who, world),
    those: taken(those, world),
  })],
  [/^the (.+) turns? (\S+)$/, ([what, shade], world) => ({
    kind: "turn",
    what: concept(what, world),
    color: color(shade, world),
  })],
  [/^make the (\S+) (\S+)$/, ([what, shade], world) => ({
    kind: "make",
    what: concept(what, world),
    color: color(shade, world),
  })],
  [/^the (\S+) and the (\S+) swap colors$/, ([a, b], world) => ({
    kind: "swap",
    whose: [concept(a, world), concept(b, world)],
  })],
  [/^the (.+) waits?$/, ([who], world) => ({ kind: "wait", who: concept(who, world) })],
  [/^(.+) (?:is|are) left$/, ([things], world) => {
    const { count, concept } = fresh(things, world);
    return { kind: "left", concept, count };
  }],
];

/**
 * What a sentence says happens. It is read by those who do not know what is there: whether it may
 * happen, and whether it would be said so, is for `objectionTo` and `sayHappening`.
 *
 * @throws {CaptionError} for a sentence that nobody taught
 *
 * @example
 * ```ts
 * import { readHappening } from "./read_happening.ts";
 * import { worldOf } from "../world.ts";
 *
 * const happening = readHappening("the apples turn red", worldOf("nano"));
 * if (happening.kind !== "turn" || happening.what !== "apple") throw new Error(happening.kind);
 * ```
 */
export function readHappening(sentence: string, world: World): Happening {
  for (const [pattern, read] of SENTENCES) {
    const parts = pattern.exec(sentence)?.slice(1);
    if (parts !== undefined) return read(parts, world);
  }
  throw refusal(sentence, SENTENCE, world);
}

/** "a red dog", "two dogs", "another dog". */
function fresh(phrase: string, world: World): Group {
  return known(readGroup(phrase.replace(/^another /, "a "), world), phrase, world);
}

/** "the dogs", "one dog". */
function taken(phrase: string, world: World): Those {
  const [, article, noun] = /^(the|one) (.+)$/.exec(phrase) ?? [];
  return { concept: concept(noun ?? phrase, world), one: article === "one" };
}

function concept(noun: string, world: World): string {
  return known(conceptOf(noun, world), noun, world);
}

function color(word: string, world: World): Color {
  return known(COLORS.find((color) => color === word), word, world);
}

function known<T>(value: T | undefined, phrase: string, world: World): T {
  if (value === undefined) throw refusal(phrase, SENTENCE, world);
  return value;
}
