/**
 * What happens in stories and how-tos, as data, and what is there afterwards. All things of a concept
 * look alike and are told of together, so that nobody has to ask which cat "the cat" is.
 */
import type { Color } from "../scene.ts";
import type { Group } from "../sentence.ts";

/** All things of a concept, or one of several. */
export interface Those {
  readonly concept: string;
  readonly one: boolean;
}

/** Something that happens, or is said of what is there. */
export type Happening =
  /** A story begins. */
  | { readonly kind: "there"; readonly things: readonly Group[] }
  | { readonly kind: "come" | "draw"; readonly thing: Group }
  | { readonly kind: "leave"; readonly those: Those }
  | { readonly kind: "find"; readonly who: string; readonly thing: Group }
  /** What is taken is gone. */
  | { readonly kind: "take"; readonly who: string; readonly those: Those }
  | { readonly kind: "come and take"; readonly thing: Group; readonly those: Those }
  | { readonly kind: "turn" | "make"; readonly what: string; readonly color: Color }
  /** Each takes the other's colour. */
  | { readonly kind: "swap"; readonly whose: readonly [string, string] }
  /** Changes nothing. */
  | { readonly kind: "wait"; readonly who: string }
  /** Says how many there are, after some of them went. */
  | { readonly kind: "left"; readonly concept: string; readonly count: number };

/** What is there at some point of a story. */
export interface Told {
  /** Of different concepts. */
  readonly groups: readonly Group[];
  /** Of which concept there were more before what was seen last. */
  readonly fewer?: string;
}

/** Before anything is told. */
export const NOTHING: Told = { groups: [] };

/** Whether a concept acts: whether it finds, takes and waits. */
export function isLiving(concept: string): boolean {
  return ["cat", "dog", "fish", "bird"].includes(concept);
}

/** Whether a picture belongs after it. */
export function isSeen({ kind }: Happening): boolean {
  return kind !== "wait" && kind !== "left";
}

/**
 * What is there afterwards.
 *
 * @example
 * ```ts
 * import { after, type Told } from "./happenings.ts";
 *
 * const told: Told = { groups: [{ count: 3, concept: "apple" }, { count: 1, concept: "dog" }] };
 * const those = { concept: "apple", one: true };
 * const { groups, fewer } = after({ kind: "take", who: "dog", those }, told);
 * if (groups[0].count !== 2 || fewer !== "apple") throw new Error("Expected two apples to be left");
 * ```
 */
export function after(happening: Happening, told: Told): Told {
  const { groups } = told;
  switch (happening.kind) {
    case "there":
      return { groups: happening.things };
    case "come":
    case "draw":
    case "find":
      return { groups: withThing(groups, happening.thing) };
    case "leave":
    case "take":
      return without(groups, happening.those);
    case "come and take":
      return without(withThing(groups, happening.thing), happening.those);
    case "turn":
    case "make":
      return { groups: painted(groups, { [happening.what]: happening.color }) };
    case "swap": {
      const [a, b] = happening.whose;
      const colorOf = (concept: string) => groupOf(concept, groups)?.color;
      return { groups: painted(groups, { [a]: colorOf(b), [b]: colorOf(a) }) };
    }
    case "wait":
    case "left":
      return told;
  }
}

/** The things of a concept that are there. */
export function groupOf(concept: string, groups: readonly Group[]): Group | undefined {
  return groups.find((group) => group.concept === concept);
}

/** With more of something. */
export function withThing(groups: readonly Group[], thing: Group): readonly Group[] {
  if (groupOf(thing.concept, groups) === undefined) return [...groups, thing];
  return groups.map((group) =>
    group.concept === thing.concept ? { ...group, count: group.count + thing.count } : group
  );
}

function without(groups: readonly Group[], { concept, one }: Those): Told {
  const left = groups.flatMap((group) => {
    if (group.concept !== concept) return [group];
    return one && group.count > 1 ? [{ ...group, count: group.count - 1 }] : [];
  });
  return groupOf(concept, left) === undefined ? { groups: left } : { groups: left, fewer: concept };
}

function painted(
  groups: readonly Group[],
  colors: Readonly<Record<string, Color | undefined>>,
): readonly Group[] {
  return groups.map((group) => {
    const color = colors[group.concept];
    return color === undefined ? group : { ...group, color };
  });
}
