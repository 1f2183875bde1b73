/** How well pictures were edited: is done what was asked for, and kept what was not? */
import type { Seen, SeenObject } from "../assessment/seen.ts";
import { checkNumber } from "../runtime/mod.ts";

/** What was seen in a picture before an edit, in the one that was asked for, and in the edited one. */
export interface SeenEdit {
  readonly before: Seen;
  readonly wanted: Seen;
  readonly edited: Seen;
}

/** Shares, from 0 to 1, of the edits. */
export interface EditingScores {
  /** What was to be new is there, and what was to go is gone. */
  readonly done: number;
  /** All else is where and as it was, and nothing came with it. */
  readonly kept: number;
  readonly both: number;
}

/**
 * Scores edits by the objects that were seen. Two objects are the same where they are of one class
 * and one colour, and their centres at most `near` pixels apart, across and down.
 *
 * @throws RangeError where there are no edits
 *
 * @example
 * ```ts
 * import { scoreEditing } from "./editing.ts";
 *
 * const box = { x: 0, y: 0, width: 8, height: 8 };
 * const [cat, dog] = ["cat", "dog"].map((concept) => ({ concept, confidence: 1, box }));
 * const edit = { before: { objects: [cat] }, wanted: { objects: [cat, dog] } };
 * const { done, kept } = scoreEditing([{ ...edit, edited: { objects: [dog] } }], { near: 4 });
 * if (done !== 1 || kept !== 0) throw new Error("Expected a dog in place of the cat");
 * ```
 */
export function scoreEditing(
  edits: readonly SeenEdit[],
  { near }: { near: number },
): EditingScores {
  if (edits.length === 0) throw new RangeError("Expected edits to score, but found none");
  checkNumber("near", near, { min: 0 });
  const outcomes = edits.map((edit) => {
    const [before, wanted, edited] = [edit.before, edit.wanted, edit.edited]
      .map(({ objects }) => objects);
    const has = (objects: readonly SeenObject[], object: SeenObject) =>
      objects.some((other) => isSame(object, other, near));
    const added = wanted.filter((object) => !has(before, object));
    const gone = before.filter((object) => !has(wanted, object));
    const done = added.every((object) => has(edited, object)) &&
      gone.every((object) => !has(edited, object));
    const kept = before.every((object) => has(gone, object) || has(edited, object)) &&
      edited.every((object) => has(before, object) || has(added, object));
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

function isSame(one: SeenObject, other: SeenObject, near: number): boolean {
  const [a, b] = [one.box, other.box];
  return one.concept === other.concept && one.color === other.color &&
    Math.abs(b.x + b.width / 2 - a.x - a.width / 2) <= near &&
    Math.abs(b.y + b.height / 2 - a.y - a.height / 2) <= near;
}
