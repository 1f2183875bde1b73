/** What is asked of a picture, in the form of GenEval's metadata (arXiv 2310.11513). */
import { type Schema, z } from "../packages/zod.ts";
import { type Color, COLORS, type Relation, RELATIONS } from "./geneval_words.ts";

/**
 * At least `count` objects of a class, perhaps all of a colour, perhaps each standing beside all of an
 * earlier requirement. Looked at are the most confident ones, as many as are asked for.
 */
export interface Requirement {
  /** What has to be there, by its name, such as "teddy bear". */
  readonly class: string;
  /** How many of it, at least. */
  readonly count: number;
  /** Which colour all of these have; any where absent. */
  readonly color?: Color;
  /** The relation, and the index in `include` of what it relates to, which comes earlier. */
  readonly position?: readonly [Relation, number];
}

/**
 * All of `include` must be seen, and nothing of `exclude`: `count` of a class, or more. Exactly two
 * are `include` two, `exclude` three.
 */
export interface Requirements {
  /** What must be seen, in order. */
  readonly include: readonly Requirement[];
  /** What must not be seen: so many of a class, or more. */
  readonly exclude: readonly { readonly class: string; readonly count: number }[];
}

const clause = { class: z.string().min(1), count: z.int().positive() };

/** For schemas of captions that come with their requirements. */
export const requirementsSchema: z.ZodType<Requirements> = z.object({
  include: z.array(z.strictObject({
    ...clause,
    color: z.enum(COLORS).optional(),
    position: z.tuple([z.enum(RELATIONS), z.int().nonnegative()]).optional(),
  })).default([]),
  exclude: z.array(z.strictObject(clause)).default([]),
}).superRefine(({ include, exclude }, context) => {
  if (include.length + exclude.length === 0) {
    const message = "no clause, nor in exclude";
    context.addIssue({ code: "custom", path: ["include"], message });
  }
  include.forEach(({ position }, index) => {
    if (position === undefined || position[1] < index) return;
    const message = `${position[1]}, which is no earlier clause`;
    context.addIssue({ code: "custom", path: ["include", index, "position"], message });
  });
});

/** Checks requirements. What a clause says beyond this form is refused: nobody judges it. */
export const Requirements: Schema<Requirements> = requirementsSchema;
