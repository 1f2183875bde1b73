/** What linear probes (arXiv 1610.01644) read from the features of single patches. */
import type { Device } from "../runtime/mod.ts";
import type { Encodes } from "./abilities.ts";
import {
  type LabelledPatch,
  labelledPatches,
  type LabelledPicture,
  namesOf,
} from "./labelled_patches.ts";
import { linearProbe, type ProbedRows } from "./linear_probe.ts";

/**
 * Of each thing that is told of patches the share that a linear probe reads from their features, from
 * 0 to 1. Two thirds of the pictures fit the probes, the others test them.
 *
 * @param classes the labels there are of each thing
 * @throws RangeError where there are no pictures, or no patch to fit or to test a probe has a label,
 * and for a label that is none of the classes
 */
export async function probePatches<Name extends string>(
  tokenizer: Encodes & { readonly device: Device },
  pictures: readonly LabelledPicture<Name>[],
  { classes, seed }: { classes: Readonly<Record<Name, readonly string[]>>; seed: number },
): Promise<Record<Name, number>> {
  const names = namesOf(pictures);
  const { featureSize } = tokenizer;
  const encoded = await tokenizer.encode(pictures.map(({ picture }) => picture));
  const scores = {} as Record<Name, number>;
  for (const name of names) {
    const rows = (patches: readonly LabelledPatch[]): ProbedRows => ({
      features: joined(
        patches.map(({ picture, patch }) =>
          encoded[picture].features.subarray(patch * featureSize, (patch + 1) * featureSize)
        ),
      ),
      labels: Int32Array.from(patches, ({ label }) => classes[name].indexOf(label)),
    });
    const { first, rest } = labelledPatches(pictures, name);
    const sides = { train: rows(first), test: rows(rest) };
    scores[name] = await linearProbe(tokenizer.device, {
      ...sides,
      classes: classes[name].length,
      seed,
    });
  }
  return scores;
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const row of rows) {
    all.set(row, at);
    at += row.length;
  }
  return all;
}
