/** How well a model edits pictures: is done what was asked for, and kept what was not? */
import type { ParsedObject } from "../worlds/emoji/parser/parsed_scene.ts";
import type { SceneParser } from "../worlds/emoji/parser/scene_parser.ts";
import type { EmojiScenes } from "../worlds/emoji/emoji_scenes.ts";
import type { Illume, SamplingOptions } from "../recipes/mod.ts";
import { checkNumber, COUNT, Random } from "../runtime/mod.ts";

/** Shares, from 0 to 1, of the edits. */
export interface EditingScores {
  /** What was to be new is there, and what was to go is gone. */
  readonly done: number;
  /** All else is where and as it was, and nothing came with it. */
  readonly kept: number;
  readonly both: number;
}

/** A centre may be so many pixels away from where it should be: less than half a cell. */
const NEAR = 6;

/**
 * Has random pictures edited, and parses picture, edited picture and the one that was asked for. What
 * the parser does not see is left out: edits of style.
 */
export async function evaluateEditing(
  model: Illume,
  scenes: EmojiScenes,
  parser: SceneParser,
  { edits, seed, ...options }: { edits: number; seed: number } & SamplingOptions,
): Promise<EditingScores> {
  checkNumber("edits", edits, COUNT);
  const random = new Random(seed, "editing");
  const asked = [];
  while (asked.length < edits) {
    const edit = scenes.edit(random);
    if (edit.kind !== "restyle") asked.push(edit);
  }
  const drawn = await model.editAll(
    asked.map(({ before: picture, instruction }) => ({ picture, instruction })),
    { seed, ...options },
  );
  const outcomes = asked.map(({ before, after }, i) => {
    const [old, wanted, seen] = [before, after, drawn[i].picture].map((picture) =>
      parser.parse(picture).objects
    );
    const added = wanted.filter((object) => !has(old, object));
    const gone = old.filter((object) => !has(wanted, object));
    const done = added.every((object) => has(seen, object)) &&
      gone.every((object) => !has(seen, object));
    const kept = old.every((object) => has(gone, object) || has(seen, object)) &&
      seen.every((object) => has(old, object) || has(added, object));
    return { done, kept };
  });
  const share = (isSo: (outcome: typeof outcomes[number]) => boolean) =>
    outcomes.filter(isSo).length / outcomes.length;
  return {
    done: share(({ done }) => done),
    kept: share(({ kept }) => kept),
    both: share(({ done, kept }) => done && kept),
  };
}

function has(objects: readonly ParsedObject[], { concept, color, box }: ParsedObject): boolean {
  return objects.some((other) =>
    other.concept === concept && other.color === color &&
    Math.abs(other.box.x + other.box.width / 2 - box.x - box.width / 2) <= NEAR &&
    Math.abs(other.box.y + other.box.height / 2 - box.y - box.height / 2) <= NEAR
  );
}
