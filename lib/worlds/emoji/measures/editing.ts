/** How well a model edits pictures of scenes: is done what was asked for, and kept what was not? */
import type { Edits, Sampled } from "../../../evaluation/abilities.ts";
import { type EditingScores, scoreEditing } from "../../../evaluation/editing.ts";
import { checkNumber, COUNT, Random } from "../../../runtime/mod.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import type { SceneParser } from "../parser/scene_parser.ts";

/** How far, in pixels, a centre may be from where it should be: less than half a cell. */
export const NEAR = 6;

/**
 * Has random pictures edited, and parses picture, edited picture and the one that was asked for. What
 * the parser does not see is left out: edits of style.
 */
export async function evaluateEditing<Options extends Sampled>(
  model: Edits<Options>,
  scenes: EmojiScenes,
  parser: SceneParser,
  { edits, ...options }: { edits: number; seed: number } & Options,
): Promise<EditingScores> {
  checkNumber("edits", edits, COUNT);
  const random = new Random(options.seed, "editing");
  const asked = [];
  while (asked.length < edits) {
    const edit = scenes.edit(random);
    if (edit.kind !== "restyle") asked.push(edit);
  }
  const drawn = await model.editAll(
    asked.map(({ before: picture, instruction }) => ({ picture, instruction })),
    options as unknown as Options,
  );
  return scoreEditing(
    asked.map(({ before, after }, i) => ({
      before: parser.parse(before),
      wanted: parser.parse(after),
      edited: parser.parse(drawn[i].picture),
    })),
    { near: NEAR },
  );
}
