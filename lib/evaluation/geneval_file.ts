/**
 * Captions in GenEval's own file format (arXiv 2310.11513, `evaluation_metadata.jsonl`): a line each,
 * with what is asked for. Ours can be written so, and its can be read.
 */
import { z } from "../packages/zod.ts";
import { Requirements, requirementsOf } from "../worlds/emoji/requirements.ts";
import type { SceneParser } from "../worlds/emoji/parser/scene_parser.ts";
import { type CaptionSpec, type Task, TASKS } from "../worlds/emoji/caption.ts";
import { readRecords } from "../files/records.ts";
import type { World } from "../worlds/emoji/world.ts";
import type { LineFormat } from "../files/mod.ts";
import type { DrawOptions, Illume } from "../recipes/mod.ts";
import { geneval, type GenevalScores, genevalScores } from "./geneval.ts";

/** A caption, what it asks for, and the task that it belongs to. */
export interface GenevalPrompt extends Requirements {
  /** One of GenEval's six, or a name of one's own. */
  readonly tag: string;
  readonly prompt: string;
}

const TAGS: Readonly<Record<Task, string>> = {
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
    Requirements,
  ),
};

/**
 * A caption as a line of such a file, an object for `JSON.stringify`.
 *
 * @example
 * ```ts
 * import { toGeneval } from "./geneval_file.ts";
 *
 * const line = toGeneval("a red car", { task: "colors", concept: "car", color: "red" });
 * if (line.tag !== "colors" || line.include[0].color !== "red") throw new Error();
 * ```
 */
export function toGeneval(prompt: string, spec: CaptionSpec): GenevalPrompt {
  return { tag: TAGS[spec.task], ...requirementsOf(spec), prompt };
}

/**
 * Reads such a file, or one JSON array of the same records. What its clauses ask is judged as
 * GenEval's own script judges it.
 * @throws RangeError naming the line and the clause that is not as expected, such as a position that
 * refers to no earlier clause
 */
export function readGeneval(path: string): Promise<GenevalPrompt[]> {
  return readRecords(path, LINES);
}

/** Whether all that is asked for, and all that is excluded, is in a world. */
export function isOfWorld({ include, exclude }: Requirements, { concepts }: World): boolean {
  return [...include, ...exclude].every(({ class: concept }) => concepts.includes(concept));
}

/**
 * Draws captions of such a file and judges them by what they ask for. Scores have the names of our
 * tasks where a tag is GenEval's ("single" for "single_object"); other tags keep their own.
 * @throws RangeError for a caption of what is not in the model's world; CaptionError for words that
 * nobody taught the model
 */
export async function evaluateGeneval(
  model: Pick<Illume, "drawAll">,
  parser: SceneParser,
  prompts: readonly GenevalPrompt[],
  options: DrawOptions = {},
): Promise<GenevalScores<string>> {
  const strange = prompts.find((prompt) => !isOfWorld(prompt, parser.world));
  if (strange !== undefined) {
    throw new RangeError(
      `Expected captions of ${parser.world.concepts.join(", ")}, but found "${strange.prompt}"`,
    );
  }
  const drawn = await model.drawAll(prompts.map(({ prompt }) => prompt), options);
  return genevalScores(prompts.map((prompt, i) => ({
    task: TASKS.find((task) => TAGS[task] === prompt.tag) ?? prompt.tag,
    correct: geneval(prompt, parser.parse(drawn[i].picture)).correct,
  })));
}
