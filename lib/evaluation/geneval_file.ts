/**
 * Captions in GenEval's own file format (arXiv 2310.11513, `evaluation_metadata.jsonl`): a line each,
 * with what is asked for.
 */
import { z } from "../packages/zod.ts";
import { GENEVAL_TASKS, type GenevalTask } from "../assessment/geneval_words.ts";
import { type Requirements, requirementsSchema } from "../assessment/requirements.ts";
import type { Seen } from "../assessment/seen.ts";
import type { LineFormat } from "../files/mod.ts";
import { readRecords } from "../files/records.ts";
import { geneval, type GenevalScores, genevalScores } from "./geneval.ts";

/** A caption, what it asks for, and the task that it belongs to. */
export interface GenevalPrompt extends Requirements {
  /** One of GenEval's six, or a name of one's own. */
  readonly tag: string;
  /** The caption. */
  readonly prompt: string;
}

/** What GenEval calls its tasks. */
export const GENEVAL_TAGS: Readonly<Record<GenevalTask, string>> = {
  single: "single_object",
  two: "two_object",
  counting: "counting",
  colors: "colors",
  position: "position",
  attribution: "color_attr",
};

const LINES: LineFormat<GenevalPrompt> = {
  what: "a caption of GenEval",
  schema: z.intersection(
    z.object({
      tag: z.string().min(1).refine((tag) => tag !== "overall", "the name of the mean of all tags"),
      prompt: z.string().min(1),
    }),
    requirementsSchema,
  ),
};

/**
 * Reads such a file, or one JSON array of the same records. What its clauses ask is judged as
 * GenEval's own script judges it.
 * @throws RangeError naming the line and the clause that is not as expected, such as a position that
 * refers to no earlier clause
 */
export function readGeneval(path: string): Promise<GenevalPrompt[]> {
  return readRecords(path, LINES);
}

/**
 * Scores drawings by what was seen in each, whatever saw it. Scores have the names of our tasks where
 * a tag is GenEval's ("single" for "single_object"); other tags keep their own.
 *
 * @throws RangeError where there is not one thing seen for each caption, or none
 *
 * @example
 * ```ts
 * import { scoreGeneval } from "./geneval_file.ts";
 *
 * const include = [{ class: "teddy bear", count: 1 }];
 * const asked = { tag: "single_object", prompt: "a photo of a teddy bear", include, exclude: [] };
 * const { single, overall } = scoreGeneval([asked], [{ objects: [] }]);
 * if (single !== 0 || overall !== 0) throw new Error("Expected no bear");
 * ```
 */
export function scoreGeneval(
  prompts: readonly GenevalPrompt[],
  seen: readonly Seen[],
): GenevalScores<string> {
  if (seen.length !== prompts.length) {
    throw new RangeError(
      `Expected what was seen in each of ${prompts.length} drawings, but found ${seen.length}`,
    );
  }
  return genevalScores(prompts.map((prompt, i) => ({
    task: GENEVAL_TASKS.find((task) => GENEVAL_TAGS[task] === prompt.tag) ?? prompt.tag,
    correct: geneval(prompt, seen[i]).correct,
  })));
}
