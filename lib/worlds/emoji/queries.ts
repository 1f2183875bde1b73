/**
 * Questions as data: what is asked, in words, and answered from any scene. `questions.ts` draws
 * questions that a scene allows; these can be put to two scenes and compared.
 */
import { relationsOf } from "../../assessment/relations.ts";
import { boxOf } from "./placement.ts";
import {
  colorQuestion,
  countQuestion,
  type Question,
  whatQuestion,
  whereQuestion,
} from "./questions.ts";
import { type Relation, RELATIONS, type Scene, type SceneObject } from "./scene.ts";
import { NUMBERS } from "./words.ts";

/** How many, of which colour, where one thing is from another, and what stands so to a thing. */
export type Query =
  | { readonly form: "counting"; readonly concept: string }
  | { readonly form: "color"; readonly concept: string }
  | { readonly form: "where"; readonly a: string; readonly b: string }
  | { readonly form: "what"; readonly relation: Relation; readonly b: string };

/** Every query about things of the scene, with or without an answer. */
export function queriesAbout({ objects }: Scene): Query[] {
  const concepts = [...new Set(objects.map(({ concept }) => concept))];
  return concepts.flatMap((concept): Query[] => [
    { form: "counting", concept },
    { form: "color", concept },
    ...concepts.filter((b) => b !== concept).map((
      b,
    ) => ({ form: "where", a: concept, b } as const)),
    ...RELATIONS.map((relation) => ({ form: "what", relation, b: concept } as const)),
  ]);
}

/** The kind of question that a query is. */
export function kindOf({ form }: Query): Exclude<Question["kind"], "presence"> {
  return form === "where" || form === "what" ? "position" : form;
}

/** A query in words. */
export function wordsOf(query: Query): string {
  switch (query.form) {
    case "counting":
      return countQuestion(query.concept);
    case "color":
      return colorQuestion(query.concept);
    case "where":
      return whereQuestion(query.a, query.b);
    case "what":
      return whatQuestion(query.relation, query.b);
  }
}

/**
 * The right answer about a scene; undefined where it has none: "the cat" has to be one cat alone, a
 * colour has to be a tint, and what stands there has to be one thing, the only one of its kind.
 *
 * @example
 * ```ts
 * import { answerTo } from "./queries.ts";
 *
 * const cat = { concept: "cat", x: 8, y: 8, size: 14 };
 * const scene = { background: "sky", style: "fluent-flat", objects: [cat, { ...cat, x: 40 }] };
 * if (answerTo({ form: "counting", concept: "cat" }, scene) !== "two") throw new Error("Two cats");
 * if (answerTo({ form: "color", concept: "cat" }, scene) !== undefined) throw new Error("Which?");
 * ```
 */
export function answerTo(query: Query, scene: Scene): string | undefined {
  const all = (concept: string) => scene.objects.filter((object) => object.concept === concept);
  const only = (concept: string) => all(concept).length === 1 ? all(concept)[0] : undefined;
  switch (query.form) {
    case "counting":
      return NUMBERS[all(query.concept).length];
    case "color":
      return only(query.concept)?.color;
    case "where": {
      const [a, b] = [only(query.a), only(query.b)];
      if (a === undefined || b === undefined) return undefined;
      const sides = standing(a, b).map((relation) => relation.replace(" of", ""));
      return sides.length === 0 ? undefined : sides.join(" and ");
    }
    case "what": {
      const b = only(query.b);
      if (b === undefined) return undefined;
      const there = scene.objects.filter((a) => standing(a, b).includes(query.relation));
      if (there.length !== 1 || only(there[0].concept) === undefined) return undefined;
      return `the ${there[0].concept}`;
    }
  }
}

function standing(a: SceneObject, b: SceneObject): Relation[] {
  return relationsOf(boxOf(a), boxOf(b));
}
