/**
 * Captions in GenEval's own file format (arXiv 2310.11513, `evaluation_metadata.jsonl`): a line each,
 * with what is asked for. Ours can be written so, and its can be read.
 */
import { z } from "../packages/zod.ts";
import { type Requirements, requirementsOf } from "../assessment/requirements.ts";
import type { SceneParser } from "../assessment/scene_parser.ts";
import { type CaptionSpec, type Task, TASKS } from "../data/caption_spec.ts";
import { COLORS, RELATIONS } from "../data/scene.ts";
import type { World } from "../data/world.ts";
import { type LineFormat, readJsonLines } from "../nn/mod.ts";
import type { DrawOptions, Illume } from "../recipes/mod.ts";
import { geneval, type GenevalScores, genevalScores } from "./geneval.ts";

/** A caption, what it asks for, and the task that it belongs to. */
export interface GenevalPrompt extends Requirements {
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

const count = z.int().positive();
const LINES: LineFormat<GenevalPrompt> = {
  what: "a caption of GenEval",
  schema: z.object({
    tag: z.enum(Object.values(TAGS)),
    include: z.array(z.object({
      class: z.string(),
      count,
      color: z.enum(COLORS).optional(),
      position: z.tuple([z.enum(RELATIONS), z.int().nonnegative()]).optional(),
    })).min(1),
    exclude: z.array(z.object({ class: z.string(), count })).default([]),
    prompt: z.string(),
  }),
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
 * Reads such a file.
 * @throws Error naming the line and what is not as expected
 */
export function readGeneval(path: string): Promise<GenevalPrompt[]> {
  return readJsonLines(path, LINES);
}

/** Whether all that a caption asks for is in a world. */
export function isOfWorld({ include }: GenevalPrompt, { concepts }: World): boolean {
  return include.every(({ class: concept }) => concepts.includes(concept));
}

/**
 * Draws captions of such a file and judges them by what they ask for.
 * @throws RangeError for a caption of what is not in the model's world; CaptionError for words that
 * nobody taught the model
 */
export async function evaluateGeneval(
  model: Illume,
  parser: SceneParser,
  prompts: readonly GenevalPrompt[],
  options: DrawOptions = {},
): Promise<GenevalScores> {
  const strange = prompts.find((prompt) => !isOfWorld(prompt, model.world));
  if (strange !== undefined) {
    throw new RangeError(
      `Expected captions of ${model.world.concepts.join(", ")}, but found "${strange.prompt}"`,
    );
  }
  const drawn = await model.drawAll(prompts.map(({ prompt }) => prompt), options);
  return genevalScores(prompts.map((prompt, i) => ({
    task: TASKS.find((task) => TAGS[task] === prompt.tag)!,
    correct: geneval(prompt, parser.parse(drawn[i].picture)).correct,
  })));
}
