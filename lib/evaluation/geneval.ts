/**
 * GenEval (arXiv 2310.11513): is what the caption asks for in the picture? Six tasks, one yes or no
 * a picture.
 */
import { AXES } from "../assessment/assessment.ts";
import { assessSeen } from "../assessment/geneval_rules.ts";
import type { Plurals } from "../assessment/points.ts";
import { GENEVAL_TASKS, type GenevalTask } from "../assessment/geneval_words.ts";
import type { Requirements } from "../assessment/requirements.ts";
import type { Seen } from "../assessment/seen.ts";

/** Whether a picture shows what was asked for, and if not, the facts that speak against it. */
export interface GenevalResult {
  /** Whether all that was asked for is there. */
  readonly correct: boolean;
  /** What is wrong, such as "cat missing"; "" where nothing is. */
  readonly reason: string;
}

/**
 * Judges what was seen in a picture after GenEval's rules: extra objects do no harm where they are not
 * excluded; colours and positions are those of the most confident objects of each class.
 *
 * @example
 * ```ts
 * import { geneval } from "./geneval.ts";
 *
 * const seen = { objects: [] };
 * const asked = { include: [{ class: "cat", count: 1 }], exclude: [] };
 * const { correct, reason } = geneval(asked, seen);
 * if (correct || reason !== "cat missing") throw new Error(reason);
 * ```
 */
export function geneval(asked: Requirements, seen: Seen, plurals?: Plurals): GenevalResult {
  const assessment = assessSeen(asked, seen, plurals);
  const wrong = AXES.flatMap((axis) => {
    const told = assessment[axis];
    return told === undefined || told.score === 10 ? [] : [told.analysis];
  });
  return { correct: assessment.verdict === "good", reason: wrong.join("; ") };
}

/** GenEval's six tasks, and what captions in none of their templates ask for. */
export type ScoredTask = GenevalTask | "other";

/** Task accuracies and their unweighted mean; a task without results is absent. */
export type GenevalScores<T extends string = ScoredTask> =
  & { readonly [task in T]?: number }
  & { readonly overall: number };

/**
 * The accuracy of each task, and `overall`, the unweighted mean of those (of all six in GenEval
 * itself; of the tasks that occur, where captions of a user's own leave some out or have others).
 *
 * @throws {RangeError} when there are no results.
 *
 * @example
 * ```ts
 * import { genevalScores } from "./geneval.ts";
 *
 * const scores = genevalScores([
 *   { task: "single", correct: true },
 *   { task: "two", correct: true },
 *   { task: "two", correct: false },
 * ]);
 * if (scores.two !== 0.5 || scores.overall !== 0.75) throw new Error("Expected a mean of tasks");
 * ```
 */
export function genevalScores<T extends string = ScoredTask>(
  results: Iterable<{ readonly task: T; readonly correct: boolean }>,
): GenevalScores<T> {
  const byTask = Map.groupBy([...results], ({ task }): string => task);
  const tasks = new Set([...GENEVAL_TASKS, ...byTask.keys()]);
  const scores = [...tasks].flatMap((task) => {
    const own = byTask.get(task);
    if (own === undefined) return [];
    return [[task, own.filter(({ correct }) => correct).length / own.length] as const];
  });
  if (scores.length === 0) throw new RangeError("Expected GenEval results, but found none");
  const overall = scores.reduce((sum, [, score]) => sum + score, 0) / scores.length;
  return { ...Object.fromEntries(scores), overall } as GenevalScores<T>;
}
