/** Stories of what happens to a scene, told at random. */
import type { Random } from "../../../runtime/random.ts";
import { after, type Happening, isLiving, NOTHING, type Told } from "./happenings.ts";
import { objectionTo } from "./objections.ts";
import { PROPOSALS, randomGroup } from "./proposals.ts";
import { sceneFor } from "../random_scenes.ts";
import { type Group, wordingOf } from "../sentence.ts";
import { isHeldOut } from "../splits.ts";
import { aboutOf, type Story, type StoryPart } from "./story.ts";
import { sceneAfter } from "./scenes.ts";
import { sayHappening } from "./sentences.ts";
import type { World } from "../world.ts";

/** Words of a sentence. */
const LONGEST = 8;

/** Share of stories that are to have a sentence or two that change nothing; not all have room for them. */
const WITH_ASIDES = 0.6;

/** How often what happens next is drawn before the story begins anew. */
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
  const parts: StoryPart[] = [
    { text: sayHappening(beginning, []), scene, caption: wordingOf(told) },
  ];
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
    parts.push({ text: sentences.join(". "), scene, caption: wordingOf(told) });
  }
  const closing = aside().map((text) => ({ text }));
  return { kind: "story", about: aboutOf("story", things), parts: [...parts, ...closing] };
}

/** One kind of thing or two; those who act are named first. */
function firstThings(world: World, random: Random): readonly Group[] {
  const living = world.concepts.filter(isLiving);
  const first = random.pick(living.length > 0 && random.uniform() < 0.6 ? living : world.concepts);
  const others = random.sample(world.concepts.filter((concept) => concept !== first), 1);
  const concepts = [first, ...(random.uniform() < 0.75 ? others : [])];
  return concepts.sort((a, b) => Number(isLiving(b)) - Number(isLiving(a))).map((concept) => {
    const count = isLiving(concept) ? 1 + Number(random.uniform() < 0.2) : 1 + random.integer(3);
    return randomGroup(count, concept, random);
  });
}

/** Undefined where nothing was found that may happen. */
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
