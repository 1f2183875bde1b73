/** Stories are scored by what was told and drawn: a faithful teller, and some that are not. */
import assert from "node:assert/strict";
import type { Picture } from "../lib/data/picture.ts";
import { type BegunStory, type Composed, withCaption } from "../lib/recipes/mod.ts";
import { Random } from "../lib/runtime/mod.ts";
import {
  emojiScenes,
  evaluateIllustrating,
  evaluateStories,
  SceneParser,
} from "../lib/worlds/emoji/mod.ts";
import { sceneFor } from "../lib/worlds/emoji/random_scenes.ts";
import { COLORS } from "../lib/worlds/emoji/scene.ts";
import { type Group, wordingOf } from "../lib/worlds/emoji/sentence.ts";
import { after, type Happening, NOTHING } from "../lib/worlds/emoji/stories/happenings.ts";
import { readAbout, readStory } from "../lib/worlds/emoji/stories/read_story.ts";
import { sayHappening } from "../lib/worlds/emoji/stories/sentences.ts";

const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const { world } = scenes;
const parser = SceneParser.create(world, scenes.sprites);
const SEED = { stories: 24, seed: 3 } as const;

const random = new Random(0, "pictures");
const pictureOf = (groups: readonly Group[]): Picture =>
  groups.length === 0
    ? scenes.draw({ background: world.backgrounds[0].name, style: world.styles[0], objects: [] })
    : scenes.draw(sceneFor({ groups }, world, random));

/** What is there, or what is drawn step by step; and then the first things change colour twice. */
function happeningsOf(about: string): Happening[] {
  const { kind, groups: [first, ...others] } = readAbout(about, world);
  const colors = COLORS.filter((color) => color !== first.color && color !== "white").slice(0, 3);
  if (kind === "story") {
    return [
      { kind: "there", things: [first, ...others] },
      ...colors.map((color) => ({ kind: "turn", what: first.concept, color }) as const),
    ];
  }
  return [first, ...others].flatMap((thing) =>
    Array.from(
      { length: thing.count },
      () => ({ kind: "draw", thing: { ...thing, count: 1 } }) as const,
    )
  );
}

type Part = Composed<{ readonly picture: Picture }>;

/** A teller who draws what `drawn` makes of the things that are there, and says what `captioned` does. */
function teller(
  drawn: (groups: readonly Group[], number: number) => readonly (readonly Group[])[],
  captioned = (groups: readonly Group[]) => groups,
) {
  const tell = (about: string): Part[] => {
    let told = NOTHING;
    return happeningsOf(about).flatMap((happening, i): Part[] => {
      const text = sayHappening(happening, told.groups);
      told = after(happening, told);
      return [
        {
          kind: "text",
          text: withCaption({ text, caption: wordingOf({ groups: captioned(told.groups) }) }),
        },
        ...drawn(told.groups, i).map((groups) =>
          ({ kind: "picture", picture: pictureOf(groups) }) as const
        ),
      ];
    });
  };
  return { composeAll: (abouts: readonly string[]) => Promise.resolve(abouts.map(tell)) };
}

const scoresOf = (drawn: Parameters<typeof teller>[0]) =>
  evaluateStories(teller(drawn), scenes, parser, SEED);

Deno.test("who tells and draws it all is right in everything", async () => {
  const { pictures, ...scores } = await scoresOf((groups) => [groups]);
  for (const [name, score] of Object.entries(scores)) assert.equal(score, 1, name);
  assert.ok(pictures > 2);
});

Deno.test("pictures that are missing, or too many, are pictures in the wrong place", async () => {
  const missing = await scoresOf((groups, number) => number === 0 ? [] : [groups]);
  assert.ok(missing.placed < 0.9, `${missing.placed}`);
  assert.equal(missing.shown, 1);
  const twice = await scoresOf((groups) => [groups, groups]);
  assert.ok(Math.abs(twice.placed - 2 / 3) < 1e-9, `${twice.placed}`);
  const none = await scoresOf(() => []);
  assert.deepEqual([none.placed, none.pictures], [0, 0]);
  assert.ok(Number.isNaN(none.shown) && Number.isNaN(none.kept));
});

Deno.test("what a picture lacks, or has too much, is seen", async () => {
  const empty = await scoresOf(() => [[]]);
  assert.equal(empty.shown, 0);
  assert.ok(Number.isNaN(empty.kept), "nothing was there to be kept");
  const more = await scoresOf((groups) => [[...groups, extra(groups)]]);
  assert.equal(more.shown, 0);
  assert.equal(more.kept, 1, "the things of the story are all there");
  const other = await scoresOf((groups) => [groups.map((group) => ({ ...group, color: "pink" }))]);
  assert.ok(other.shown < 0.2, `${other.shown}`);
});

function extra(groups: readonly Group[]): Group {
  const concept = world.concepts.find((name) => groups.every(({ concept }) => concept !== name))!;
  return { count: 1, concept };
}

Deno.test("things that do not stay what they are", async () => {
  const fickle = (groups: readonly Group[], number: number) =>
    number % 2 === 0 ? [groups] : [groups.map((group) => ({ ...group, color: "black" as const }))];
  const { kept, keptOverFour, placed } = await scoresOf(fickle);
  assert.ok(kept < 0.2, `${kept}`);
  assert.ok(keptOverFour < 0.2, `${keptOverFour}`);
  assert.equal(placed, 1);
});

Deno.test("captions are right in any order, and wrong where they leave something out", async () => {
  const scoresWith = (captioned: (groups: readonly Group[]) => readonly Group[]) =>
    evaluateStories(teller((groups) => [groups], captioned), scenes, parser, SEED);
  assert.equal((await scoresWith((groups) => groups.toReversed())).captioned, 1);
  const { captioned, ...others } = await scoresWith((groups) =>
    groups.map((group) => ({ ...group, count: 1 }))
  );
  assert.ok(captioned > 0 && captioned < 1, `${captioned}`);
  for (const name of ["told", "shown", "placed", "fulfilled"] as const) {
    assert.equal(others[name], 1, name);
  }
});

Deno.test("a story about something else, and words that nobody understands", async () => {
  const composeAll = (abouts: readonly string[]) =>
    Promise.resolve(abouts.map((): Part[] => [
      { kind: "text", text: "nobody knows" },
      { kind: "picture", picture: pictureOf([]) },
    ]));
  const scores = await evaluateStories({ composeAll }, scenes, parser, SEED);
  assert.deepEqual([scores.told, scores.fulfilled, scores.placed], [0, 0, 0]);
});

Deno.test("who draws after its own pictures gets them, and after true ones those", async () => {
  const asked: { about: string; begun: BegunStory["begun"] }[] = [];
  const drawn = new Set<Picture>();
  const illustrateAll = (stories: readonly BegunStory[]) => {
    asked.push(...stories);
    return Promise.resolve(stories.map(({ about, begun }) => {
      const texts = begun.flatMap((part) => part.kind === "text" ? [part.text] : []);
      const picture = pictureOf(readStory(about, texts, world).parts.at(-1)!.groups);
      drawn.add(picture);
      return { picture };
    }));
  };
  const scores = await evaluateIllustrating({ illustrateAll }, scenes, parser, SEED);
  for (const [name, each] of Object.entries(scores)) {
    for (const [what, score] of Object.entries(each)) assert.equal(score, 1, `${name} ${what}`);
  }
  const own = asked.map(({ begun }) =>
    begun.flatMap((part) => part.kind === "picture" ? [drawn.has(part.picture)] : [])
  );
  const half = own.length / 2;
  assert.ok(own.slice(0, half).flat().length > 0);
  assert.ok(!own.slice(0, half).flat().includes(true), "first after the true ones");
  assert.ok(!own.slice(half).flat().includes(false), "then after its own");
  for (const { begun } of asked) assert.equal(begun.at(-1)!.kind, "text");
});
