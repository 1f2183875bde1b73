/** How-tos: how a picture is drawn, one step after the other. */
import type { Random } from "../../../runtime/random.ts";
import { after, groupOf, type Happening, NOTHING, type Told } from "./happenings.ts";
import { randomGroup } from "./proposals.ts";
import { sceneFor } from "../random_scenes.ts";
import type { Scene } from "../scene.ts";
import { type Group, MOST_THINGS, wordingOf } from "../sentence.ts";
import { isHeldOut } from "../splits.ts";
import { aboutOf, type Story, type StoryPart } from "./story.ts";
import { sceneAfter } from "./scenes.ts";
import { sayHappening } from "./sentences.ts";
import type { World } from "../world.ts";

/** Pictures. */
const FEWEST = 2, MOST = 6;

/** A how-to of two to six steps: things are drawn in their own colours, and painted then. */
export function randomHowTo(world: World, random: Random): Story {
  for (;;) {
    const goal = random.sample(world.concepts, 1 + random.integer(3)).map((concept) =>
      randomGroup(1 + random.integer(3), concept, random)
    );
    if (goal.reduce((sum, { count }) => sum + count, 0) > MOST_THINGS) continue;
    const steps = stepsTo(goal, random);
    if (steps.length < FEWEST || steps.length > MOST || !areTaught(steps, world)) continue;
    return { kind: "how-to", about: aboutOf("how-to", goal), parts: partsOf(steps, world, random) };
  }
}

/** Draws things that are alike one by one or together, and paints them at once or at the end. */
function stepsTo(goal: readonly Group[], random: Random): readonly Happening[] {
  const draws = goal.map(({ count, concept }): Happening[] => {
    if (random.uniform() < 0.3) return [{ kind: "draw", thing: { count, concept } }];
    return Array.from({ length: count }, () => ({ kind: "draw", thing: { count: 1, concept } }));
  });
  const paints = goal.map(({ concept, color }): Happening[] =>
    color === undefined ? [] : [{ kind: "make", what: concept, color }]
  );
  return random.uniform() < 0.3
    ? [...draws, ...paints].flat()
    : goal.flatMap((_, i) => [...draws[i], ...paints[i]]);
}

/** Whether no step, and nothing that is there after one, is a held-out caption. */
function areTaught(steps: readonly Happening[], world: World): boolean {
  let told = NOTHING;
  return steps.every((step) => {
    const { groups } = told;
    told = after(step, told);
    if (isHeldOut({ groups: told.groups }, world)) return false;
    // "draw a heart" asks for a heart in the words of a caption; "draw another heart" does not.
    return step.kind !== "draw" || groupOf(step.thing.concept, groups) !== undefined ||
      !isHeldOut({ groups: [step.thing] }, world);
  });
}

function partsOf(steps: readonly Happening[], world: World, random: Random): readonly StoryPart[] {
  let told: Told = NOTHING;
  let scene: Scene | undefined;
  return steps.map((step) => {
    const text = sayHappening(step, told.groups);
    told = after(step, told);
    scene = scene === undefined
      ? sceneFor({ groups: told.groups }, world, random)
      : sceneAfter(scene, told.groups, world, random);
    return { text, scene, caption: wordingOf(told) };
  });
}
