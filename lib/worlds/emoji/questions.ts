/** Questions about a scene, with right answers. */
import type { Random } from "../../runtime/random.ts";
import { relationsOf } from "../../assessment/relations.ts";
import { boxOf } from "./placement.ts";
import { type Relation, RELATIONS, type Scene, type SceneObject } from "./scene.ts";
import { CONCEPTS } from "./concepts.ts";
import { NUMBERS, RELATION_WORDS, withArticle } from "./words.ts";
import type { World } from "./world.ts";

/** A question and its right answer. */
export interface Question {
  /** What it is about. */
  readonly kind: "presence" | "counting" | "color" | "position";
  /** In taught words. */
  readonly question: string;
  /** Word for word. */
  readonly answer: string;
}

/**
 * POPE's question (arXiv 2305.10355), without "in the picture": the thing that is asked about stands last,
 * right before the answer. A small model so learns the answer sooner (docs/LOG.md, 2026-11-29).
 */
export function presenceQuestion(concept: string): string {
  return `is there ${withArticle(concept)}`;
}

/** Answered by a number, "zero" to "four". */
export function countQuestion(concept: string): string {
  return `how many ${CONCEPTS[concept].plural}`;
}

/** Answered by a colour. */
export function colorQuestion(concept: string): string {
  return `what color is the ${concept}`;
}

/** Whether one thing stands so to another. Questions of places have no articles, to be short. */
export function standingQuestion(a: string, relation: Relation, b: string): string {
  return `is ${a} ${RELATION_WORDS[relation]} ${b}`;
}

/** How one thing stands to another; answered as in `SIDES_ANSWERED`. */
export function whereQuestion(a: string, b: string): string {
  return `where is ${a} from ${b}`;
}

/** What stands so to a thing. */
export function whatQuestion(relation: Relation, b: string): string {
  return `what is ${RELATION_WORDS[relation]} ${b}`;
}

/** How a thing may stand to another: "left", "left and above". */
export const SIDES_ANSWERED: readonly string[] = [
  ...["left", "right", "above", "below"],
  ...["left", "right"].flatMap((side) => ["above", "below"].map((row) => `${side} and ${row}`)),
];

/**
 * Questions of every kind that the scene allows, in random order:
 * - presence, one to answer with yes and one with no;
 * - counting, one, in a quarter of the cases about something absent ("zero" to "four");
 * - color, one, about a tinted object that is the only one of its kind: an object without a tint
 *   has its own colours, and no colour name is right or wrong for them;
 * - position, about objects that are the only ones of their kind: one to answer with yes or no, as
 *   often the one as the other, and one that asks what stands there, if that is one object alone
 *   ("the cat": "a cat" would be a caption, perhaps a held-out one).
 *
 * @example
 * ```ts
 * import { Random } from "../../runtime/random.ts";
 * import { questions } from "./questions.ts";
 * import { worldOf } from "./world.ts";
 *
 * const objects = [{ concept: "cat", x: 8, y: 8, size: 14 }];
 * const scene = { background: "sky", style: "fluent-flat", objects };
 * const asked = questions(scene, worldOf("nano"), new Random(0));
 * const cat = asked.find(({ question }) => question === "is there a cat");
 * if (cat?.answer !== "yes") throw new Error("Expected yes");
 * ```
 */
export function questions(scene: Scene, world: World, random: Random): Question[] {
  const unique = scene.objects.filter(({ concept }) => countOf(scene, concept) === 1);
  return random.shuffle([
    ...presence(scene, world, random),
    ...counting(scene, world, random),
    ...color(unique, random),
    ...standing(unique, random),
    ...random.shuffle(whatStands(scene, unique)).slice(0, 1),
  ]);
}

/**
 * Questions that take more than a look, as far as the scene allows them: how many there are of something;
 * and about objects that are the only ones of their kind the color of a tinted one, and two of each of
 * where one stands from another ("left and above"), with yes or no whether one stands so, and what
 * stands there. In random order.
 *
 * @example
 * ```ts
 * import { Random } from "../../runtime/random.ts";
 * import { detailQuestions } from "./questions.ts";
 *
 * const objects = [
 *   { concept: "cat", x: 8, y: 8, size: 14, color: "red" },
 *   { concept: "key", x: 48, y: 8, size: 14, color: "blue" },
 * ] as const;
 * const asked = detailQuestions({ background: "sky", style: "fluent-flat", objects }, new Random(0));
 * const colors = asked.filter(({ kind }) => kind === "color").map(({ answer }) => answer);
 * if (`${colors}` !== "red" && `${colors}` !== "blue") throw new Error(`${colors}`);
 * ```
 */
export function detailQuestions(scene: Scene, random: Random): Question[] {
  const unique = scene.objects.filter(({ concept }) => countOf(scene, concept) === 1);
  return random.shuffle([
    ...scene.objects.length === 0 ? [] : [counted(scene, random.pick(scene.objects).concept)],
    ...color(unique, random),
    ...standing(unique, random),
    ...standing(unique, random),
    ...random.shuffle(where(unique, random)).slice(0, 2),
    ...random.shuffle(whatStands(scene, unique)).slice(0, 2),
  ]);
}

function countOf(scene: Scene, concept: string): number {
  return scene.objects.filter((object) => object.concept === concept).length;
}

function absentConcept(scene: Scene, world: World, random: Random): string {
  return random.pick(world.concepts.filter((concept) => countOf(scene, concept) === 0));
}

function presence(scene: Scene, world: World, random: Random): Question[] {
  const kind = "presence";
  const absent = presenceQuestion(absentConcept(scene, world, random));
  if (scene.objects.length === 0) return [{ kind, question: absent, answer: "no" }];
  const present = presenceQuestion(random.pick(scene.objects).concept);
  return [{ kind, question: present, answer: "yes" }, { kind, question: absent, answer: "no" }];
}

function counting(scene: Scene, world: World, random: Random): Question[] {
  const absent = scene.objects.length === 0 || random.uniform() < 0.25;
  const concept = absent ? absentConcept(scene, world, random) : random.pick(scene.objects).concept;
  return [counted(scene, concept)];
}

function counted(scene: Scene, concept: string): Question {
  const answer = NUMBERS[countOf(scene, concept)];
  return { kind: "counting", question: countQuestion(concept), answer };
}

function color(unique: readonly SceneObject[], random: Random): Question[] {
  const asked = colors(unique);
  return asked.length === 0 ? [] : [random.pick(asked)];
}

function colors(unique: readonly SceneObject[]): Question[] {
  return unique.flatMap(({ concept, color }): Question[] =>
    color === undefined ? [] : [{ kind: "color", question: colorQuestion(concept), answer: color }]
  );
}

function standing(unique: readonly SceneObject[], random: Random): Question[] {
  if (unique.length < 2) return [];
  const [a, b] = random.sample(unique, 2);
  const holding = relationsOf(boxOf(a), boxOf(b));
  const yes = holding.length > 0 && random.uniform() < 0.5;
  const relation = random.pick(RELATIONS.filter((name) => holding.includes(name) === yes));
  return [{
    kind: "position",
    question: standingQuestion(a.concept, relation, b.concept),
    answer: yes ? "yes" : "no",
  }];
}

function where(unique: readonly SceneObject[], random: Random): Question[] {
  return unique.flatMap((a): Question[] => {
    const others = unique.filter((b) => relationsOf(boxOf(a), boxOf(b)).length > 0);
    if (others.length === 0) return [];
    const b = random.pick(others);
    const holding = relationsOf(boxOf(a), boxOf(b));
    return [{
      kind: "position",
      question: whereQuestion(a.concept, b.concept),
      answer: holding.map((relation) => relation.replace(" of", "")).join(" and "),
    }];
  });
}

function whatStands(scene: Scene, unique: readonly SceneObject[]): Question[] {
  return unique.flatMap((object) =>
    RELATIONS.flatMap((relation): Question[] => {
      const there = scene.objects.filter((other) =>
        other !== object && relationsOf(boxOf(other), boxOf(object)).includes(relation)
      );
      if (there.length !== 1 || !unique.includes(there[0])) return [];
      const question = whatQuestion(relation, object.concept);
      return [{ kind: "position", question, answer: `the ${there[0].concept}` }];
    })
  );
}
