/** What could happen next in a story, drawn at random; whether it may is for others to say. */
import type { Random } from "../../../runtime/random.ts";
import { groupOf, type Happening, isLiving, type Those, type Told } from "./happenings.ts";
import { COLORS } from "../scene.ts";
import type { Group } from "../sentence.ts";
import type { World } from "../world.ts";

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

/** Every kind of thing that happens; each is proposed as often. */
export const PROPOSALS: readonly Propose[] = [come, leave, find, take, comeAndTake, turn, swap];

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
  return randomGroup(count, random.pick(concepts), random);
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

/** So many of a concept; two times in five in a colour. */
export function randomGroup(count: number, concept: string, random: Random): Group {
  return random.uniform() < 0.4
    ? { count, concept, color: random.pick(COLORS) }
    : { count, concept };
}
