/** Stories of what happens to a scene, told at random. */
import type { Random } from "../../runtime/random.ts";
import {
  after,
  groupOf,
  type Happening,
  isLiving,
  NOTHING,
  type Those,
  type Told,
} from "./happenings.ts";
import { objectionTo } from "./objections.ts";
import { sceneFor } from "./random_scenes.ts";
import { COLORS } from "./scene.ts";
import type { Group } from "./sentence.ts";
import { isHeldOut } from "./splits.ts";
import { aboutOf, type Story, type StoryPart } from "./story.ts";
import { sceneAfter } from "./story_scenes.ts";
import { sayHappening } from "./story_sentences.ts";
import type { World } from "./world.ts";

/** Words of a sentence. */
const LONGEST = 8;

/** Share of stories that are to have a sentence or two that change nothing; not all have room for them. */
const WITH_ASIDES = 0.6;

/** What may happen next is drawn so often before a story begins anew. */
const ATTEMPTS = 30;

/** A story of two to six pictures, and about who or what is there at its beginning. */
export function randomTale(world: World, random: Random): Story {
  const pictures = 2 + random.integer(5);
  const asides = random.uniform() < WITH_ASIDES ? 1 + random.integer(2) : 0;
  for (;;) {
    const tale = tell({ pictures, asides }, world, random);
    if (tale !== undefined) return tale;
  }
}

/** Undefined where the story came to an end too early. */
function tell(
  { pictures, asides }: { readonly pictures: number; readonly asides: number },
  world: World,
  random: Random,
): Story | undefined {
  const things = firstThings(world, random);
  const beginning = { kind: "there", things } as const;
  if (!fits(beginning, NOTHING, world)) return undefined;
  let told = after(beginning, NOTHING);
  let scene = sceneFor({ groups: told.groups }, world, random);
  const parts: StoryPart[] = [{ text: sayHappening(beginning, []), scene }];
  const said: string[] = [];
  /** What is said before the next picture, or after the last. */
  const aside = () => {
    if (random.uniform() >= (asides - said.length) / (pictures + 1 - parts.length)) return [];
    const sentences = asidesOf(told).map((happening) => sayHappening(happening, told.groups))
      .filter((sentence) => !said.includes(sentence));
    if (sentences.length === 0) return [];
    const sentence = random.pick(sentences);
    said.push(sentence);
    return [sentence];
  };
  while (parts.length < pictures) {
    const before = aside();
    const next = nextOf(told, world, random);
    if (next === undefined) return undefined;
    const sentences = [...before, sayHappening(next, told.groups)];
    told = after(next, told);
    scene = sceneAfter(scene, told.groups, world, random);
    parts.push({ text: sentences.join(". "), scene });
  }
  const closing = aside().map((text) => ({ text }));
  return { kind: "story", about: aboutOf("story", things), parts: [...parts, ...closing] };
}

/** Somebody with something, or whatever is there, whoever acts first. */
function firstThings(world: World, random: Random): readonly Group[] {
  const living = world.concepts.filter(isLiving);
  const first = random.pick(living.length > 0 && random.uniform() < 0.6 ? living : world.concepts);
  const others = random.sample(world.concepts.filter((concept) => concept !== first), 1);
  const concepts = [first, ...(random.uniform() < 0.75 ? others : [])];
  return concepts.sort((a, b) => Number(isLiving(b)) - Number(isLiving(a))).map((concept) =>
    randomGroup(isLiving(concept) ? 1 + Number(random.uniform() < 0.2) : 1 + random.integer(3), {
      concept,
      random,
    })
  );
}

/** So many of a concept; two times in five in a colour. */
export function randomGroup(
  count: number,
  { concept, random }: { readonly concept: string; readonly random: Random },
): Group {
  return random.uniform() < 0.4
    ? { count, concept, color: random.pick(COLORS) }
    : { count, concept };
}

function nextOf(told: Told, world: World, random: Random): Happening | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const happening = random.pick(PROPOSALS)(told, world, random);
    if (happening !== undefined && fits(happening, told, world)) return happening;
  }
}

/** Whether it may happen, is said in few words, and leads to nothing that is held out. */
function fits(happening: Happening, told: Told, world: World): boolean {
  return objectionTo(happening, told) === undefined &&
    sayHappening(happening, told.groups).split(" ").length <= LONGEST &&
    !isHeldOut({ groups: after(happening, told).groups }, world);
}

/** How many are left where some just went; or else that somebody waits. */
function asidesOf({ groups, fewer }: Told): Happening[] {
  const left = groups.flatMap(({ concept, count }): Happening[] =>
    concept === fewer ? [{ kind: "left", concept, count }] : []
  );
  if (left.length > 0) return left;
  return groups.flatMap(({ concept }) => isLiving(concept) ? [{ kind: "wait", who: concept }] : []);
}

/** Proposes what happens next; undefined where there is nobody or nothing to whom it could. */
type Propose = (told: Told, world: World, random: Random) => Happening | undefined;

const anyone = isLiving;
const anything = (concept: string) => !isLiving(concept);

const come: Propose = (told, world, random) => {
  const thing = freshOf(() => true, told, world, random);
  return thing && { kind: "come", thing };
};

const leave: Propose = (told, _world, random) => {
  const those = thoseOf(() => true, told, random);
  return those && { kind: "leave", those };
};

const find: Propose = (told, world, random) => {
  const actors = thoseOf(anyone, told, random);
  const thing = freshOf(anything, told, world, random);
  return actors && thing && { kind: "find", who: actors.concept, thing };
};

const take: Propose = (told, _world, random) => {
  const actors = thoseOf(anyone, told, random);
  const those = thoseOf(anything, told, random);
  return actors && those && { kind: "take", who: actors.concept, those };
};

const comeAndTake: Propose = (told, world, random) => {
  const thing = freshOf(anyone, told, world, random);
  const those = thoseOf(anything, told, random);
  return thing && those && { kind: "come and take", thing, those };
};

const turn: Propose = ({ groups }, _world, random) => ({
  kind: "turn",
  what: random.pick(groups).concept,
  color: random.pick(COLORS),
});

const swap: Propose = ({ groups }, _world, random) => {
  if (groups.length < 2) return undefined;
  const [a, b] = random.sample(groups, 2);
  return { kind: "swap", whose: [a.concept, b.concept] };
};

const PROPOSALS: readonly Propose[] = [come, leave, find, take, comeAndTake, turn, swap];

/** One or two of what is not there yet; or else another of what is. */
function freshOf(
  accept: (concept: string) => boolean,
  { groups }: Told,
  world: World,
  random: Random,
): Group | undefined {
  const there = groups.filter(({ concept }) => accept(concept));
  if (there.length > 0 && random.uniform() < 0.3) return { ...random.pick(there), count: 1 };
  const concepts = world.concepts.filter((concept) =>
    accept(concept) && groupOf(concept, groups) === undefined
  );
  if (concepts.length === 0) return undefined;
  const count = random.uniform() < 0.25 ? 2 : 1;
  return randomGroup(count, { concept: random.pick(concepts), random });
}

/** All of what is there of a concept; or often, where there are several, one. */
function thoseOf(
  accept: (concept: string) => boolean,
  { groups }: Told,
  random: Random,
): Those | undefined {
  const there = groups.filter(({ concept }) => accept(concept));
  if (there.length === 0) return undefined;
  const { concept, count } = random.pick(there);
  return { concept, one: count > 1 && random.uniform() < 0.7 };
}
