/** What GenEval's captions name (arXiv 2310.11513): its tasks, colours, relations and numbers. */

/** The six tasks of GenEval: one thing, two, a number of one, a colour, a place, two colours. */
export const GENEVAL_TASKS = [
  "single",
  "two",
  "counting",
  "colors",
  "position",
  "attribution",
] as const;
/** The name of a task of GenEval. */
export type GenevalTask = typeof GENEVAL_TASKS[number];

/** The ten colour names of GenEval. */
export const COLORS = [
  "red",
  "orange",
  "yellow",
  "green",
  "blue",
  "purple",
  "pink",
  "brown",
  "black",
  "white",
] as const;
/** The name of a colour of GenEval. */
export type Color = typeof COLORS[number];

/** Where one thing is from another. */
export type Relation = "left of" | "right of" | "above" | "below";

/** The four spatial relations of GenEval. */
export const RELATIONS = ["left of", "right of", "above", "below"] as const satisfies Relation[];

/** "zero" to "four". */
export const NUMBERS = ["zero", "one", "two", "three", "four"] as const;
