/** What may not happen in a story: no dog leaves that never came. */
import {
  after,
  groupOf,
  type Happening,
  isLiving,
  type Those,
  type Told,
  withThing,
} from "./happenings.ts";
import { type Group, MOST_THINGS } from "../sentence.ts";
import { counted, noun, NUMBERS, withArticle } from "../words.ts";

/**
 * Why something may not happen after what was told; undefined where it may.
 *
 * @example
 * ```ts
 * import { objectionTo } from "./objections.ts";
 *
 * const told = { groups: [{ count: 1, concept: "cat" }] };
 * const objection = objectionTo({ kind: "wait", who: "dog" }, told);
 * if (objection !== "Expected a dog to be there, but found none") throw new Error(objection);
 * ```
 */
export function objectionTo(happening: Happening, told: Told): string | undefined {
  const { kind } = happening;
  if ((told.groups.length === 0) !== (kind === "there") && kind !== "draw") {
    return `Expected ${
      kind === "there" ? "one beginning" : "a beginning"
    }, but found another sentence`;
  }
  const objection = objectionToWords(happening, told);
  if (objection !== undefined) return objection;
  const things = after(happening, told).groups.reduce((sum, { count }) => sum + count, 0);
  if (things >= 1 && things <= MOST_THINGS) return undefined;
  return `Expected one to ${MOST_THINGS} things afterwards, but found ${things}`;
}

function objectionToWords(happening: Happening, { groups, fewer }: Told): string | undefined {
  switch (happening.kind) {
    case "there": {
      const concepts = happening.things.map(({ concept }) => concept);
      if (new Set(concepts).size === concepts.length) return undefined;
      return `Expected different things, but found ${concepts.join(" and ")}`;
    }
    case "come":
    case "draw":
      return notAlike(happening.thing, groups);
    case "leave":
      return notThose(happening.those, groups);
    case "find":
      return notLiving(happening.who, groups) ?? living(happening.thing.concept) ??
        notAlike(happening.thing, groups);
    case "take":
      return notLiving(happening.who, groups) ?? living(happening.those.concept) ??
        notThose(happening.those, groups);
    case "come and take": {
      const { thing, those } = happening;
      return notAlike(thing, groups) ??
        notLiving(thing.concept, withThing(groups, thing)) ??
        living(those.concept) ?? notThose(those, groups);
    }
    case "turn":
    case "make": {
      const { what, color } = happening;
      if (groupOf(what, groups)?.color !== color) return absent(what, groups);
      return `Expected another color for the ${what}, but found ${color} again`;
    }
    case "swap": {
      const [a, b] = happening.whose.map((concept) => groupOf(concept, groups)?.color);
      if (a !== undefined && b !== undefined && a !== b) return undefined;
      return `Expected two colors to swap, but found ${a ?? "none"} and ${b ?? "none"}`;
    }
    case "wait":
      return notLiving(happening.who, groups);
    case "left": {
      const { concept, count } = happening;
      const there = groupOf(concept, groups)?.count ?? 0;
      if (concept === fewer && there === count) return undefined;
      const found = concept === fewer ? NUMBERS[there] : "that none of them just went";
      return `Expected ${NUMBERS[count]} of ${concept} to be left, but found ${found}`;
    }
  }
}

function absent(concept: string, groups: readonly Group[]): string | undefined {
  if (groupOf(concept, groups) !== undefined) return undefined;
  return `Expected ${withArticle(concept)} to be there, but found none`;
}

function notLiving(concept: string, groups: readonly Group[]): string | undefined {
  if (isLiving(concept)) return absent(concept, groups);
  return `Expected someone who acts, but found ${concept}`;
}

function living(concept: string): string | undefined {
  return isLiving(concept) ? `Expected a thing to take or find, but found ${concept}` : undefined;
}

function notThose({ concept, one }: Those, groups: readonly Group[]): string | undefined {
  const isOnly = groupOf(concept, groups)?.count === 1;
  if (!one || !isOnly) return absent(concept, groups);
  return `Expected one of several to go, but found one ${concept}`;
}

/** Another one of what is there has to look like it. */
function notAlike(thing: Group, groups: readonly Group[]): string | undefined {
  const there = groupOf(thing.concept, groups);
  if (there === undefined || (there.color === thing.color && thing.count === 1)) return undefined;
  const [wanted, found] = [
    noun(there.concept, there.color),
    counted(thing.count, thing.concept, thing.color),
  ];
  return `Expected another ${wanted}, but found ${found}`;
}
