/** What GenEval's captions name (arXiv 2310.11513): its colours, relations and numbers. */

/** The ten colour names of GenEval (arXiv 2310.11513). */
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
