/** How well a model edits pictures of scenes: is done what was asked for, and kept what was not? */
import type { Edits, Sampled } from "../../../evaluation/abilities.ts";
import { type EditingScores, scoreEditing } from "../../../evaluation/editing.ts";
import type { Picture } from "../../../data/picture.ts";
import { checkNumber, COUNT, Random } from "../../../runtime/mod.ts";
import type { EditKind } from "../edits.ts";
import type { EditExample, EmojiScenes } from "../emoji_scenes.ts";
import type { SceneParser } from "../parser/scene_parser.ts";

/** How far, in pixels, a centre may be from where it should be: less than half a cell. */
export const NEAR = 6;

/** Scores of all edits, and of those of each kind with their number. */
export interface EditingByKind extends EditingScores {
  /** A kind without edits is absent. */
  readonly byKind: Readonly<Partial<Record<EditKind, EditingScores & { readonly edits: number }>>>;
}

/** A picture, an instruction, the picture that it asks for, and the one that a model made of it. */
export interface EditedScene extends EditExample {
  /** What the model made of `before`. */
  readonly edited: Picture;
}

/** Has random pictures edited. What no parser sees is left out: edits of style. */
export async function editScenes<Options extends Sampled>(
  model: Edits<Options>,
  scenes: EmojiScenes,
  { edits, ...options }: { edits: number; seed: number } & Options,
): Promise<EditedScene[]> {
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
  return asked.map((edit, i) => ({ ...edit, edited: drawn[i].picture }));
}

/**
 * Scores edits by what a parser sees in the picture, in the edited one, and in the one that was asked for.
 * @throws RangeError where there are none
 */
export function scoreEdits(edits: readonly EditedScene[], parser: SceneParser): EditingScores {
  return scoreEditing(seenBy(parser, edits), { near: NEAR });
}

function seenBy(parser: SceneParser, edits: readonly EditedScene[]) {
  return edits.map(({ kind, before, after, edited, anywhere }) => ({
    kind,
    anywhere,
    before: parser.parse(before),
    wanted: parser.parse(after),
    edited: parser.parse(edited),
  }));
}

/** Has random pictures edited, as {@link editScenes}, and scores what became of them, in all and by kind. */
export async function evaluateEditing<Options extends Sampled>(
  model: Edits<Options>,
  scenes: EmojiScenes,
  parser: SceneParser,
  options: { edits: number; seed: number } & Options,
): Promise<EditingByKind> {
  const seen = seenBy(parser, await editScenes(model, scenes, options));
  const byKind = [...Map.groupBy(seen, ({ kind }) => kind)].map(([kind, own]) => {
    return [kind, { edits: own.length, ...scoreEditing(own, { near: NEAR }) }];
  });
  return { ...scoreEditing(seen, { near: NEAR }), byKind: Object.fromEntries(byKind) };
}
