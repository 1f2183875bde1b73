/** Pictures of a story: does each show what is told, and do things stay what they are? */
import { isDeepStrictEqual } from "node:util";
import type { Picture } from "../../../data/picture.ts";
import { Random } from "../../../runtime/mod.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import type { SceneParser } from "../parser/scene_parser.ts";
import { sceneFor } from "../random_scenes.ts";
import type { Color } from "../scene.ts";
import type { Group } from "../sentence.ts";

/** A picture of a story, and what is there when it comes. */
export interface Illustration {
  readonly groups: readonly Group[];
  readonly picture: Picture;
}

/** Pictures of stories, each share over all stories; NaN where there is nothing to count. */
export interface IllustrationScores {
  /** Of the pictures: all things that are there then, and nothing else. */
  readonly shown: number;
  /** Of the things that a picture shows and the words leave alone: the next one has them as they were. */
  readonly kept: number;
  /** The same over four pictures. */
  readonly keptOverFour: number;
}

export function scoreIllustrations(
  stories: readonly (readonly Illustration[])[],
  scenes: EmojiScenes,
  parser: SceneParser,
): IllustrationScores {
  const own = ownColors(scenes, parser);
  const seen = stories.map((story) =>
    story.map(({ picture, groups }) => looksIn(picture, groups, parser, own))
  );
  const shown = stories.flatMap((story, i) =>
    story.map(({ groups }, at) => areSame(seen[i][at], looksOf(groups)))
  );
  const kept = (span: number) =>
    stories.flatMap((story, i) =>
      story.flatMap((_, at) =>
        at + span > story.length ? [] : keptIn(
          story.slice(at, at + span).map(({ groups }) => groups),
          seen[i].slice(at, at + span),
        )
      )
    );
  return { shown: share(shown), kept: share(kept(2)), keptOverFour: share(kept(4)) };
}

/** Of each concept how often each look is there: "heart" to "red" to 2; things' own look is "own". */
type Looks = ReadonlyMap<string, Readonly<Record<string, number>>>;

function looksOf(groups: readonly Group[]): Looks {
  return new Map(groups.map(({ concept, color = "own", count }) => [concept, { [color]: count }]));
}

/** @param groups what is to be there: what has its own colours may be taken for a tint */
function looksIn(
  picture: Picture,
  groups: readonly Group[],
  parser: SceneParser,
  own: ReadonlyMap<string, ReadonlySet<Color | undefined>>,
): Looks {
  const looks = new Map<string, Record<string, number>>();
  for (const { concept, color } of parser.parse(picture).objects) {
    const isUntinted = groups.some((group) =>
      group.concept === concept && group.color === undefined
    );
    const look = isUntinted && own.get(concept)?.has(color) ? "own" : color ?? "own";
    const counts = looks.get(concept) ?? {};
    looks.set(concept, { ...counts, [look]: (counts[look] ?? 0) + 1 });
  }
  return looks;
}

/** True pictures that the parser sees, to know as what it takes a thing's own colours. */
const PICTURES = 24;

function ownColors(scenes: EmojiScenes, parser: SceneParser) {
  const { world } = scenes;
  const random = new Random(0, "own colours");
  return new Map(world.concepts.map((concept) => {
    const colors = new Set<Color | undefined>();
    for (let i = 0; i < PICTURES; i++) {
      const picture = scenes.draw(sceneFor({ groups: [{ count: 1, concept }] }, world, random));
      for (const { color } of parser.parse(picture).objects) colors.add(color as Color | undefined);
    }
    return [concept, colors];
  }));
}

/** Of each group that is the same in all of some pictures, and seen in the first: is it in all? */
function keptIn(groups: readonly (readonly Group[])[], seen: readonly Looks[]): boolean[] {
  const [first, ...later] = groups;
  const lasting = first.filter((group) =>
    later.every((groups) => groups.some((other) => isSameGroup(group, other)))
  );
  return lasting.flatMap(({ concept }) => {
    const [before, ...after] = seen.map((looks) => looks.get(concept));
    return before === undefined ? [] : [after.every((looks) => isDeepStrictEqual(looks, before))];
  });
}

function isSameGroup(a: Group, b: Group): boolean {
  return a.count === b.count && a.concept === b.concept && a.color === b.color;
}

function areSame(some: Looks, others: Looks): boolean {
  return some.size === others.size &&
    [...some].every(([concept, looks]) => isDeepStrictEqual(looks, others.get(concept)));
}

function share(all: readonly boolean[]): number {
  return all.filter(Boolean).length / all.length;
}
