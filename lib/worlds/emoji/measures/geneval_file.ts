/** Captions of a world in GenEval's own file format, and GenEval's captions drawn in a world. */
import type { Draws, Sampled } from "../../../evaluation/abilities.ts";
import type { GenevalScores } from "../../../evaluation/geneval.ts";
import {
  GENEVAL_TAGS,
  type GenevalPrompt,
  scoreGeneval,
} from "../../../evaluation/geneval_file.ts";
import type { Requirements } from "../../../assessment/requirements.ts";
import type { CaptionSpec } from "../caption.ts";
import type { SceneParser } from "../parser/scene_parser.ts";
import { requirementsOf } from "../requirements.ts";
import type { World } from "../world.ts";

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
  return { tag: GENEVAL_TAGS[spec.task], ...requirementsOf(spec), prompt };
}

/** Whether all that is asked for, and all that is excluded, is in a world. */
export function isOfWorld({ include, exclude }: Requirements, { concepts }: World): boolean {
  return [...include, ...exclude].every(({ class: concept }) => concepts.includes(concept));
}

/**
 * Draws captions of such a file, and scores what the parser sees in them.
 * @throws RangeError for a caption of what is not in the parser's world; CaptionError for words that
 * nobody taught the model
 */
export async function evaluateGeneval<Options extends Sampled>(
  model: Draws<Options>,
  parser: SceneParser,
  prompts: readonly GenevalPrompt[],
  options?: Options,
): Promise<GenevalScores<string>> {
  const { world } = parser;
  const strange = prompts.find((prompt) => !isOfWorld(prompt, world));
  if (strange !== undefined) {
    throw new RangeError(
      `Expected captions of ${world.concepts.join(", ")}, but found "${strange.prompt}"`,
    );
  }
  const drawn = await model.drawAll(prompts.map(({ prompt }) => prompt), options);
  return scoreGeneval(prompts, drawn.map(({ picture }) => parser.parse(picture)));
}
