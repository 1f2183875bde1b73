/**
 * Which captions training never sees. Whole captions are held out, up to turning them round
 * ("a X and a Y" is "a Y and a X"): each of their words is trained in other company. The choice
 * hangs on the caption and the world alone, not on any seed.
 */
import { GENEVAL_TASKS, type GenevalTask } from "../../assessment/geneval_words.ts";
import { checkNumber, COUNT } from "../../runtime/numbers.ts";
import { Random } from "../../runtime/random.ts";
import { captionOf, type CaptionSpec, specKey } from "./caption.ts";
import { type Sentence, specOf } from "./sentence.ts";
import { expectWorld } from "./expect_world.ts";
import { COLORS, RELATIONS } from "./scene.ts";
import { OPPOSITE } from "./words.ts";
import type { World } from "./world.ts";

/** The share of each task's captions that is held out. */
const SHARES: Readonly<Record<GenevalTask, number>> = {
  single: 0.25,
  two: 0.2,
  counting: 0.2,
  colors: 0.2,
  position: 0.15,
  attribution: 0.15,
};

/**
 * Whether training must never see this caption, in whatever words.
 *
 * @example
 * ```ts
 * import { heldOut } from "./splits.ts";
 * import { worldOf } from "./world.ts";
 *
 * const world = worldOf("nano");
 * const held = world.concepts.filter((concept) => heldOut({ task: "single", concept }, world));
 * if (held.length !== 3) throw new Error(`Expected three, but found ${held.length}`);
 * ```
 */
export function heldOut(spec: CaptionSpec, world: World): boolean {
  return heldOutOf(world, spec.task).has(specKey(spec));
}

/** Whether a sentence is a caption that training must never see; one in no template is not. */
export function isHeldOut(sentence: Sentence, world: World): boolean {
  const spec = specOf(sentence);
  return spec !== undefined && heldOut(spec, world);
}

/** Every held-out caption once, in one of its two directions; of one task, or of all. */
export function heldOutSpecs(world: World, task?: GenevalTask): CaptionSpec[] {
  const tasks = task === undefined ? GENEVAL_TASKS : [task];
  return tasks.flatMap((each) => [...heldOutOf(world, each).values()]);
}

/** How often each task is practised: the more there is to get right, the more often. */
const PRACTICE: readonly GenevalTask[] = GENEVAL_TASKS.flatMap((task) =>
  Array<GenevalTask>(
    { single: 1, two: 2, counting: 3, colors: 2, position: 3, attribution: 4 }[task],
  )
    .fill(task)
);

/** A caption to train on: never held out; of the task given, or else of any, hard ones more often. */
export function trainingSpec(random: Random, world: World, task?: GenevalTask): CaptionSpec {
  const wanted = task ?? random.pick(PRACTICE);
  while (true) {
    const spec = randomSpec(wanted, world, random);
    if (!heldOut(spec, world)) return spec;
  }
}

/** A caption to evaluate on. */
export interface EvaluationCaption {
  /** What it asks for, as data. */
  readonly spec: CaptionSpec;
  /** In the template's words. */
  readonly caption: string;
}

/**
 * Held-out captions, `perTask` of each task in the tasks' order; where a task has fewer, its
 * captions come again.
 *
 * @example
 * ```ts
 * import { evaluationCaptions } from "./splits.ts";
 * import { worldOf } from "./world.ts";
 *
 * const captions = evaluationCaptions(worldOf("nano"), { perTask: 10, seed: 0 });
 * if (captions.length !== 60) throw new Error("Expected ten of each of six tasks");
 * ```
 */
export function evaluationCaptions(
  world: World,
  { perTask, seed }: { perTask: number; seed: number },
): EvaluationCaption[] {
  checkNumber("perTask", perTask, COUNT);
  return GENEVAL_TASKS.flatMap((task) => {
    const random = new Random(seed, "evaluation captions", task);
    const specs = random.shuffle(heldOutSpecs(world, task));
    return Array.from({ length: perTask }, (_, i) => {
      const spec = eitherWay(specs[i % specs.length], random);
      return { spec, caption: captionOf(spec) };
    });
  });
}

const heldOutSpecsOf = new WeakMap<World, Map<GenevalTask, Map<string, CaptionSpec>>>();

/** The held-out captions of a task by key: the first ones in an order that a hash of the key gives. */
function heldOutOf(world: World, task: GenevalTask): ReadonlyMap<string, CaptionSpec> {
  let ofTask = heldOutSpecsOf.get(world);
  if (ofTask === undefined) expectWorld(world);
  if (ofTask === undefined) heldOutSpecsOf.set(world, ofTask = new Map());
  let held = ofTask.get(task);
  if (held === undefined) {
    const ordered = allSpecs(task, world)
      .map((spec) => ({ spec, key: specKey(spec) }))
      .map(({ spec, key }) => ({ spec, key, rank: new Random(0, "held out", key).uniform() }))
      .sort((a, b) => a.rank - b.rank);
    const count = Math.round(SHARES[task] * ordered.length);
    held = new Map(ordered.slice(0, count).map(({ key, spec }) => [key, spec]));
    ofTask.set(task, held);
  }
  return held;
}

/** Every caption of a task, once for those that say the same. */
function allSpecs(task: GenevalTask, { concepts }: World): CaptionSpec[] {
  const pairs = concepts.flatMap((a) =>
    concepts.filter((b) => b !== a).map((b) => [a, b] as const)
  );
  const oneWay = pairs.filter(([a, b]) => a < b);
  switch (task) {
    case "single":
      return concepts.map((concept) => ({ task, concept }));
    case "two":
      return oneWay.map((pair) => ({ task, concepts: pair }));
    case "counting":
      return concepts.flatMap((concept) =>
        ([2, 3, 4] as const).map((count) => ({ task, concept, count }))
      );
    case "colors":
      return concepts.flatMap((concept) => COLORS.map((color) => ({ task, concept, color })));
    case "position":
      return pairs.flatMap(([subject, object]) =>
        (["left of", "above"] as const).map((relation) => ({ task, subject, relation, object }))
      );
    case "attribution":
      return oneWay.flatMap(([a, b]) =>
        COLORS.flatMap((first) =>
          COLORS.filter((second) => second !== first).map((second): CaptionSpec => ({
            task,
            objects: [{ color: first, concept: a }, { color: second, concept: b }],
          }))
        )
      );
  }
}

function randomSpec(task: GenevalTask, world: World, random: Random): CaptionSpec {
  const [first, second] = random.sample(world.concepts, 2);
  switch (task) {
    case "single":
      return { task, concept: first };
    case "two":
      return { task, concepts: [first, second] };
    case "counting":
      return { task, concept: first, count: random.pick([2, 3, 4] as const) };
    case "colors":
      return { task, concept: first, color: random.pick(COLORS) };
    case "position": {
      const relation = random.pick(RELATIONS);
      return { task, subject: first, relation, object: second };
    }
    case "attribution": {
      const [one, other] = random.sample(COLORS, 2);
      return {
        task,
        objects: [{ color: one, concept: first }, { color: other, concept: second }],
      };
    }
  }
}

/** The caption, or the one that says the same the other way round. */
function eitherWay(spec: CaptionSpec, random: Random): CaptionSpec {
  if (random.uniform() < 0.5) return spec;
  switch (spec.task) {
    case "two":
      return { task: "two", concepts: [spec.concepts[1], spec.concepts[0]] };
    case "position":
      return {
        task: "position",
        subject: spec.object,
        relation: OPPOSITE[spec.relation],
        object: spec.subject,
      };
    case "attribution":
      return { task: "attribution", objects: [spec.objects[1], spec.objects[0]] };
    default:
      return spec;
  }
}
