/** What single codes mean. */
import type { EmojiScenes } from "../worlds/emoji/emoji_scenes.ts";
import { checkNumber, COUNT, Random } from "../runtime/mod.ts";
import type { PictureTokenizer } from "../vision/mod.ts";
import { objectsByPatch } from "./tokenizing.ts";

/** Shares, from 0 to 1, of the patches with an object's centre whose code tells what stands there. */
export interface Purity {
  readonly concept: number;
  /** Of the tinted objects. */
  readonly color: number;
}

/**
 * The purity of codes (HuBERT, arXiv 2106.07447, section IV-C, there of phones): each code is named
 * after what it most often stands for in two thirds of the pictures, and has to be right in the
 * others. A code that was not seen before is wrong.
 */
export async function evaluatePurity(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  { pictures, seed }: { pictures: number; seed: number },
): Promise<Purity> {
  checkNumber("pictures", pictures, COUNT);
  const random = new Random(seed, "purity");
  const examples = Array.from({ length: pictures }, () => scenes.reading(random));
  const encoded = await tokenizer.encode(examples.map(({ picture }) => picture));
  const { depth } = tokenizer.quantizer;
  const patches = examples.flatMap(({ scene }, picture) =>
    objectsByPatch(scene, tokenizer).flatMap((object, patch) => {
      const codes = encoded[picture].ids.subarray(patch * depth, (patch + 1) * depth);
      return object ? [{ ...object, picture, code: codes.join() }] : [];
    })
  );
  const purity = (labelled: readonly (Labelled & { readonly picture: number })[]) => {
    const isNamed = ({ picture }: { picture: number }) => picture < 2 / 3 * pictures;
    return codePurity(labelled.filter(isNamed), labelled.filter((patch) => !isNamed(patch)));
  };
  return {
    concept: purity(patches.map((patch) => ({ ...patch, label: patch.concept }))),
    color: purity(
      patches.flatMap((patch) => patch.color ? [{ ...patch, label: patch.color }] : []),
    ),
  };
}

/** What is known of a patch, and its code. */
export interface Labelled {
  readonly code: string;
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
