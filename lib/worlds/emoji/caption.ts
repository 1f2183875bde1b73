/**
 * The caption grammar: GenEval's six templates (arXiv 2310.11513) as data, from data to words, and
 * back (`read_caption.ts`).
 */
import type { Color, Relation } from "./scene.ts";
import { counted, noun, OPPOSITE, RELATION_WORDS, withArticle } from "./words.ts";

/** A concept in a colour. */
export interface ColoredConcept {
  /** One of GenEval's ten. */
  readonly color: Color;
  /** A singular name of the world, such as "cat". */
  readonly concept: string;
}

/** What a caption asks for. Where there are two concepts they differ, and so do two colours. */
export type CaptionSpec =
  | { readonly task: "single"; readonly concept: string }
  | { readonly task: "two"; readonly concepts: readonly [string, string] }
  | { readonly task: "counting"; readonly concept: string; readonly count: 2 | 3 | 4 }
  | { readonly task: "colors"; readonly concept: string; readonly color: Color }
  | {
    readonly task: "position";
    readonly subject: string;
    readonly relation: Relation;
    readonly object: string;
  }
  | { readonly task: "attribution"; readonly objects: readonly [ColoredConcept, ColoredConcept] };

/**
 * The caption in its template: `a X` · `a X and a Y` · `two|three|four Xs` · `a COLOUR X` ·
 * `a X to the left of|to the right of|above|below a Y` · `a COLOUR X and a COLOUR Y`.
 *
 * @example
 * ```ts
 * import { captionOf } from "./caption.ts";
 *
 * const caption = captionOf({ task: "colors", concept: "heart", color: "orange" });
 * if (caption !== "an orange heart") throw new Error(caption);
 * ```
 */
export function captionOf(spec: CaptionSpec): string {
  switch (spec.task) {
    case "single":
      return withArticle(spec.concept);
    case "two":
      return spec.concepts.map(withArticle).join(" and ");
    case "counting":
      return counted(spec.count, spec.concept);
    case "colors":
      return withArticle(noun(spec.concept, spec.color));
    case "position":
      return `${withArticle(spec.subject)} ${RELATION_WORDS[spec.relation]} ` +
        withArticle(spec.object);
    case "attribution":
      return spec.objects.map((o) => withArticle(noun(o.concept, o.color))).join(" and ");
  }
}

/**
 * A key that equals another's where the two captions say the same: "a X and a Y" and "a Y and a X",
 * "a X above a Y" and "a Y below a X".
 */
export function specKey(spec: CaptionSpec): string {
  switch (spec.task) {
    case "single":
      return `single/${spec.concept}`;
    case "two":
      return `two/${[...spec.concepts].sort().join("/")}`;
    case "counting":
      return `counting/${spec.concept}/${spec.count}`;
    case "colors":
      return `colors/${spec.concept}/${spec.color}`;
    case "position": {
      const turned = spec.relation === "right of" || spec.relation === "below";
      return turned
        ? `position/${spec.object}/${OPPOSITE[spec.relation]}/${spec.subject}`
        : `position/${spec.subject}/${spec.relation}/${spec.object}`;
    }
    case "attribution":
      return `attribution/${spec.objects.map((o) => `${o.color} ${o.concept}`).sort().join("/")}`;
  }
}
