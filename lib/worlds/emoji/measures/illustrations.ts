/** Pictures of a story: does each show what is told, and do things stay what they are? */
import type { Picture } from "../../../data/picture.ts";
import { Random } from "../../../runtime/mod.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import type { SceneParser } from "../parser/scene_parser.ts";
import { sceneFor } from "../random_scenes.ts";
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

/** How many things of each look a picture has: "red heart", "cat". */
type Looks = ReadonlyMap<string, number>;

export function scoreIllustrations(
  stories: readonly (readonly Illustration[])[],
  scenes: EmojiScenes,
  parser: SceneParser,
): IllustrationScores {
  const seen = stories.map((story) => story.map(({ picture }) => looksIn(picture, parser)));
  const random = new Random(0, "true looks");
  const shown = stories.flatMap((story, i) =>
    story.map(({ groups }, at) => {
      if (groups.length === 0) return seen[i][at].size === 0;
      // As the parser sees a true picture of them: it takes some own colours for tints.
      const truth = scenes.draw(sceneFor({ groups }, scenes.world, random));
      return areSame(seen[i][at], looksIn(truth, parser));
    })
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

/** Of each group that is the same in all of some pictures, and seen in the first: is it in all? */
function keptIn(groups: readonly (readonly Group[])[], seen: readonly Looks[]): boolean[] {
  const [first, ...later] = groups;
  const lasting = first.filter((group) =>
    later.every((groups) => groups.some((other) => isSameGroup(group, other)))
  );
  return lasting.flatMap(({ concept }) => {
    const looks = seen.map((all) =>
      [...all].filter(([look]) => look.endsWith(` ${concept}`)).sort()
    );
    if (looks[0].length === 0) return [];
    return [looks.every((one) => JSON.stringify(one) === JSON.stringify(looks[0]))];
  });
}

function isSameGroup(a: Group, b: Group): boolean {
  return a.count === b.count && a.concept === b.concept && a.color === b.color;
}

function looksIn(picture: Picture, parser: SceneParser): Looks {
  const looks = new Map<string, number>();
  for (const { concept, color = "" } of parser.parse(picture).objects) {
    const look = `${color} ${concept}`;
    looks.set(look, (looks.get(look) ?? 0) + 1);
  }
  return looks;
}

function areSame(some: Looks, others: Looks): boolean {
  return some.size === others.size &&
    [...some].every(([look, count]) => others.get(look) === count);
}

function share(all: readonly boolean[]): number {
  return all.filter(Boolean).length / all.length;
}
