/** Where one thing stands to another, by GenEval's rule (arXiv 2310.11513). */
import type { Relation } from "./geneval_words.ts";
import type { Box } from "./seen.ts";

/**
 * How `a` stands to `b`: none, one or two relations. GenEval's rule, with centres c and sizes s:
 *
 *     Δ  = c(a) − c(b)
 *     Δ' = sign(Δ) · max(|Δ| − 0.1 (s(a) + s(b)), 0)
 *     (dx, dy) = Δ' / ‖Δ‖
 *
 * left of where dx < −½, right of where dx > ½, above where dy < −½, below where dy > ½.
 *
 * @example
 * ```ts
 * import { relationsOf } from "./relations.ts";
 *
 * const left = { x: 0, y: 0, width: 10, height: 10 };
 * const relations = relationsOf(left, { ...left, x: 30 });
 * if (relations.join() !== "left of") throw new Error(relations.join());
 * ```
 */
export function relationsOf(a: Box, b: Box): Relation[] {
  const offsetX = a.x + a.width / 2 - b.x - b.width / 2;
  const offsetY = a.y + a.height / 2 - b.y - b.height / 2;
  const length = Math.hypot(offsetX, offsetY);
  if (length === 0) return [];
  const dx = beyondMargin(offsetX, a.width + b.width) / length;
  const dy = beyondMargin(offsetY, a.height + b.height) / length;
  const relations: Relation[] = [];
  if (dx < -0.5) relations.push("left of");
  if (dx > 0.5) relations.push("right of");
  if (dy < -0.5) relations.push("above");
  if (dy > 0.5) relations.push("below");
  return relations;
}

function beyondMargin(offset: number, sizes: number): number {
  return Math.sign(offset) * Math.max(Math.abs(offset) - 0.1 * sizes, 0);
}
