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
export type Color = typeof COLORS[number];

/** The four spatial relations of GenEval. */
export const RELATIONS = ["left of", "right of", "above", "below"] as const;
export type Relation = typeof RELATIONS[number];

/** "zero" to "four". */
export const NUMBERS = ["zero", "one", "two", "three", "four"] as const;
