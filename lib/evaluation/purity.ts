/** What single codes mean. */
import type { PictureTokenizer } from "../vision/mod.ts";
import {
  type LabelledPatch,
  labelledPatches,
  type LabelledPicture,
  namesOf,
} from "./labelled_patches.ts";

/** What makes codes of pictures. */
export type CodesPictures = Pick<PictureTokenizer, "encode" | "config" | "quantizer">;

/**
 * The purity of codes (HuBERT, arXiv 2106.07447, section IV-C, there of phones), for each thing that
 * is told of patches: each code is named after what it most often stands for in two thirds of the
 * pictures, and has to be right in the others. A code that was not seen before is wrong.
 *
 * @throws RangeError where there are no pictures, or no patch to test has a label
 */
export async function patchPurity<Name extends string>(
  tokenizer: CodesPictures,
  pictures: readonly LabelledPicture<Name>[],
): Promise<Record<Name, number>> {
  const names = namesOf(pictures);
  const encoded = await tokenizer.encode(pictures.map(({ picture }) => picture));
  const codes = encoded.map(({ ids }) => codesByPatch(ids, tokenizer));
  const named = ({ picture, patch, label }: LabelledPatch): Labelled => {
    return { code: codes[picture][patch], label };
  };
  return Object.fromEntries(names.map((name) => {
    const { first, rest } = labelledPatches(pictures, name);
    return [name, codePurity(first.map(named), rest.map(named))];
  })) as Record<Name, number>;
}

/** The codes of each patch, row by row: as one word, where a patch has several. */
export function codesByPatch(
  ids: ArrayLike<number>,
  { quantizer: { depth }, config }: Pick<PictureTokenizer, "config" | "quantizer">,
): string[] {
  const all = Array.from(ids);
  return Array.from(
    { length: config.grid ** 2 },
    (_, patch) => all.slice(patch * depth, (patch + 1) * depth).join(),
  );
}

/** What is known of a patch, and its code. */
export interface Labelled {
  /** The codes of the patch, as one word. */
  readonly code: string;
  /** What is known of it. */
  readonly label: string;
}

/**
 * Names each code after the label that it most often has among `named`, and gives the share of
 * `tested` that are named rightly, from 0 to 1.
 *
 * @throws RangeError where there are none to test
 *
 * @example
 * ```ts
 * import { codePurity } from "./purity.ts";
 *
 * const cat = { code: "7", label: "cat" }, dog = { code: "7", label: "dog" };
 * const purity = codePurity([cat, cat, dog], [cat, dog, { code: "8", label: "cat" }]);
 * if (purity !== 1 / 3) throw new Error(`Expected one of three to be right, but found ${purity}`);
 * ```
 */
export function codePurity(named: readonly Labelled[], tested: readonly Labelled[]): number {
  if (tested.length === 0) throw new RangeError("Expected patches to test, but found none");
  const names = codeNames(named);
  return tested.filter(({ code, label }) => names.get(code) === label).length / tested.length;
}

/** Each code, and the label that it most often has. */
export function codeNames(named: readonly Labelled[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const [code, those] of Map.groupBy(named, ({ code }) => code)) {
    const counts = Map.groupBy(those, ({ label }) => label);
    const [name] = [...counts].reduce((a, b) => b[1].length > a[1].length ? b : a);
    names.set(code, name);
  }
  return names;
}
