/** The sentences of stories and how-tos, from what happens to words. */
import { CONCEPTS } from "../concepts.ts";
import { groupOf, type Happening, isLiving, type Those } from "./happenings.ts";
import { type Group, wordingOf } from "../sentence.ts";
import { counted, noun, NUMBERS } from "../words.ts";

/**
 * What happens, in a sentence, to those who know what is there: "another dog comes" where there is a
 * dog, "the apples turn red" where there are several.
 *
 * @param groups what is there before
 *
 * @example
 * ```ts
 * import { sayHappening } from "./sentences.ts";
 *
 * const groups = [{ count: 1, concept: "dog" }, { count: 3, concept: "apple" }];
 * const those = { concept: "apple", one: true };
 * const sentence = sayHappening({ kind: "take", who: "dog", those }, groups);
 * if (sentence !== "the dog takes one apple") throw new Error(sentence);
 * ```
 */
export function sayHappening(happening: Happening, groups: readonly Group[]): string {
  const number = (concept: string) => groupOf(concept, groups)?.count ?? 1;
  const the = (concept: string) => `the ${several(number(concept), concept)}`;
  const those = ({ concept, one }: Those) => one ? `one ${concept}` : the(concept);
  const fresh = ({ count, concept, color }: Group) =>
    groupOf(concept, groups) === undefined
      ? counted(count, concept, color)
      : `another ${noun(concept, color)}`;
  switch (happening.kind) {
    case "there":
      return opening(happening.things);
    case "come":
      return `${fresh(happening.thing)} ${does("come", happening.thing.count)}`;
    case "draw":
      return `draw ${fresh(happening.thing)}`;
    case "leave": {
      const { concept, one } = happening.those;
      return `${those(happening.those)} ${does("leave", one ? 1 : number(concept))}`;
    }
    case "find": {
      const { who, thing } = happening;
      return `${the(who)} ${does("find", number(who))} ${fresh(thing)}`;
    }
    case "take": {
      const { who } = happening;
      return `${the(who)} ${does("take", number(who))} ${those(happening.those)}`;
    }
    case "come and take": {
      const { thing } = happening;
      const comes = `${fresh(thing)} ${does("come", thing.count)}`;
      return `${comes} and ${does("take", thing.count)} ${those(happening.those)}`;
    }
    case "turn": {
      const { what, color } = happening;
      return `${the(what)} ${does("turn", number(what))} ${color}`;
    }
    case "make":
      return `make ${the(happening.what)} ${happening.color}`;
    case "swap":
      return `${happening.whose.map(the).join(" and ")} swap colors`;
    case "wait":
      return `${the(happening.who)} ${does("wait", number(happening.who))}`;
    case "left": {
      const { count, concept } = happening;
      return `${NUMBERS[count]} ${several(count, concept)} ${count === 1 ? "is" : "are"} left`;
    }
  }
}

/** "a cat has three apples" of someone and something, or else "there are two hearts and a key". */
function opening(things: readonly Group[]): string {
  const [owners, owned] = [true, false].map((living) =>
    things.filter(({ concept }) => isLiving(concept) === living)
  );
  const words = (groups: readonly Group[]) => wordingOf({ groups });
  if (owners.length === 1 && owned.length === 1) {
    return `${words(owners)} ${owners[0].count === 1 ? "has" : "have"} ${words(owned)}`;
  }
  return `there ${things[0].count === 1 ? "is" : "are"} ${words(things)}`;
}

function several(count: number, concept: string): string {
  return count === 1 ? concept : CONCEPTS[concept].plural;
}

function does(verb: string, count: number): string {
  return count === 1 ? `${verb}s` : verb;
}
