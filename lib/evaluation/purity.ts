/** What single codes mean. */
import type { EmojiScenes } from "../data/emoji_scenes.ts";
import { Random } from "../runtime/mod.ts";
import type { PictureTokenizer } from "../tokenizer/mod.ts";
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
  const purity = (labelled: readonly { code: string; picture: number; label: string }[]) => {
    const isNamed = ({ picture }: { picture: number }) => picture < 2 / 3 * pictures;
    const names = namesOf(labelled.filter(isNamed));
    const others = labelled.filter((patch) => !isNamed(patch));
    return others.filter(({ code, label }) => names.get(code) === label).length / others.length;
  };
  return {
    concept: purity(patches.map((patch) => ({ ...patch, label: patch.concept }))),
    color: purity(
      patches.flatMap((patch) => patch.color ? [{ ...patch, label: patch.color }] : []),
    ),
  };
}

/** Of each code the label that it most often has. */
function namesOf(labelled: readonly { code: string; label: string }[]): Map<string, string> {
  const labels = Map.groupBy(labelled, ({ code }) => code);
  return new Map(
    [...labels].map(([code, those]) => {
      const counts = Map.groupBy(those, ({ label }) => label);
      const [name] = [...counts].reduce((a, b) => b[1].length > a[1].length ? b : a);
      return [code, name];
    }),
  );
}
