/** How well pictures were edited: is done what was asked for, and kept what was not? */
import type { Seen, SeenObject } from "../assessment/seen.ts";
import { checkNumber } from "../runtime/mod.ts";

/** What was seen in a picture, and on which background where that is known. */
export interface SeenOn extends Seen {
  /** Its name; absent where nobody looked. */
  readonly background?: string;
}

/** What was seen in a picture before an edit, in the one that was asked for, and in the edited one. */
export interface SeenEdit {
  /** Before the edit. */
  readonly before: SeenOn;
  /** In the picture that was asked for. */
  readonly wanted: SeenOn;
  /** In the edited picture. */
  readonly edited: SeenOn;
  /** Whether what is new may stand elsewhere as well; default not. */
  readonly anywhere?: boolean;
}

/** Shares, from 0 to 1, of the edits. */
export interface EditingScores {
  /** What was to be new is there, and what was to go is gone. */
  readonly done: number;
  /** All else is where and as it was, the background too, and nothing came with it. */
  readonly kept: number;
  /** Done, and all else kept. */
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
    const has = (objects: readonly SeenObject[], object: SeenObject, within = near) =>
      objects.some((other) => isSame(object, other, within));
    const added = wanted.filter((object) => !has(before, object));
    const gone = before.filter((object) => !has(wanted, object));
    // What is new is looked for among what was not there before.
    const fresh = edited.filter((object) => !has(before, object));
    const reach = edit.anywhere ? Infinity : near;
    const isBackgroundRight = edit.edited.background === edit.wanted.background;
    const isBackgroundAsked = edit.before.background !== edit.wanted.background;
    const done = added.every((object) => has(fresh, object, reach)) &&
      gone.every((object) => !has(edited, object)) && (isBackgroundRight || !isBackgroundAsked);
    const kept = before.every((object) => has(gone, object) || has(edited, object)) &&
      fresh.every((object) => has(added, object, reach)) && fresh.length <= added.length &&
      (isBackgroundRight || isBackgroundAsked);
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
