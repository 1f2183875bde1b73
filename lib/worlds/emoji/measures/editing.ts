/** How well a model edits pictures of scenes: is done what was asked for, and kept what was not? */
import type { Edits, Sampled } from "../../../evaluation/abilities.ts";
import { type EditingScores, scoreEditing } from "../../../evaluation/editing.ts";
import { checkNumber, COUNT, Random } from "../../../runtime/mod.ts";
import type { EditKind } from "../edits.ts";
import type { EditExample, EmojiScenes } from "../emoji_scenes.ts";
import type { SceneParser } from "../parser/scene_parser.ts";

/** How far, in pixels, a centre may be from where it should be: less than half a cell. */
export const NEAR = 6;

/** Scores of all edits, and of those of each kind with their number. */
export interface EditingByKind extends EditingScores {
  readonly byKind: Readonly<Partial<Record<EditKind, EditingScores & { readonly edits: number }>>>;
}

/**
 * Has random pictures edited, and parses picture, edited picture and the one that was asked for. What
 * the parser does not see is left out: edits of style.
 */
export async function evaluateEditing<Options extends Sampled>(
  model: Edits<Options>,
  scenes: EmojiScenes,
  parser: SceneParser,
  { edits, ...options }: { edits: number; seed: number } & Options,
): Promise<EditingByKind> {
  checkNumber("edits", edits, COUNT);
  const random = new Random(options.seed, "editing");
  const asked: EditExample[] = [];
  while (asked.length < edits) {
    const edit = scenes.edit(random);
    if (edit.kind !== "restyle") asked.push(edit);
  }
  const drawn = await model.editAll(
    asked.map(({ before: picture, instruction }) => ({ picture, instruction })),
    options as unknown as Options,
  );
  const seen = asked.map(({ before, after, ...edit }, i) => ({
    ...edit,
    before: parser.parse(before),
    wanted: parser.parse(after),
    edited: parser.parse(drawn[i].picture),
  }));
  const byKind = [...Map.groupBy(seen, ({ kind }) => kind)].map(([kind, own]) => {
    return [kind, { edits: own.length, ...scoreEditing(own, { near: NEAR }) }];
  });
  return { ...scoreEditing(seen, { near: NEAR }), byKind: Object.fromEntries(byKind) };
}
