/** Pictures of whose patches something is known: what probes and purity are measured on. */
import type { Picture } from "../data/picture.ts";

/** A picture, and what is known of its patches. */
export interface LabelledPicture<Name extends string = string> {
  /** What the labels are about. */
  readonly picture: Picture;
  /** By what is told ("color"), the label of each patch, row by row; undefined where it has none. */
  readonly labels: Readonly<Record<Name, readonly (string | undefined)[]>>;
}

/** A patch that has a label. */
export interface LabelledPatch {
  /** The index of its picture, and its own in the picture, row by row. */
  readonly picture: number;
  readonly patch: number;
  readonly label: string;
}

/** The patches that have a label of this name, those of the first two thirds of the pictures apart. */
export function labelledPatches<Name extends string>(
  pictures: readonly LabelledPicture<Name>[],
  name: Name,
): { readonly first: LabelledPatch[]; readonly rest: LabelledPatch[] } {
  const patches = pictures.flatMap(({ labels }, picture) =>
    labels[name].flatMap((label, patch): LabelledPatch[] =>
      label === undefined ? [] : [{ picture, patch, label }]
    )
  );
  const isFirst = ({ picture }: LabelledPatch) => picture < 2 / 3 * pictures.length;
  return { first: patches.filter(isFirst), rest: patches.filter((patch) => !isFirst(patch)) };
}

/** The names of what is told of all pictures. */
export function namesOf<Name extends string>(pictures: readonly LabelledPicture<Name>[]): Name[] {
  if (pictures.length === 0) throw new RangeError("Expected labelled pictures, but found none");
  return Object.keys(pictures[0].labels) as Name[];
}
