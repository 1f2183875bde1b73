/**
 * Finite scalar quantization (arXiv 2309.15505): each number of a latent is squashed into a range
 * and rounded to one of a few levels. The codes are all combinations of levels; nothing is learned.
 */
import { constant, ops, type Tensor } from "../../graph/mod.ts";
import { nearest, type Quantizer, straightThrough } from "./quantizer.ts";

/** Puts the outermost levels within the reach of tanh, ε in the paper's code. */
const MARGIN = 1e-3;

/**
 * As many codes as the product of the levels.
 *
 * @param levels how many values each number of a latent can take: 3 or more
 *
 * @example
 * ```ts
 * import { input } from "../../graph/mod.ts";
 * import { Scope } from "../../nn/mod.ts";
 * import { finiteScalarQuantizer } from "./finite_scalar.ts";
 *
 * const quantizer = finiteScalarQuantizer({ levels: [8, 5, 5, 5] });
 * const { ids, codes } = quantizer.quantize(new Scope(), input("z", "float32", [6, 4]));
 * if (`${ids} ${codes}` !== "int32[6] float32[6, 4]") throw new Error(`${ids} ${codes}`);
 * ```
 */
export function finiteScalarQuantizer(
  { levels }: { readonly levels: readonly number[] },
): Quantizer {
  const codes = levels.reduce((product, count) => product * count, 1);
  const codeSize = levels.length;
  const entries = () => constant(grid(levels), "float32", [codes, codeSize]);
  return {
    codes,
    codeSize,
    depth: 1,
    frozen: [],
    entries,
    lookUp: (_, ids) => ops.gather(entries(), ids),
    quantize(_, latents) {
      const bounded = squash(latents, levels);
      const ids = nearest(bounded, entries()); // rounds each number by itself
      return {
        latents: bounded,
        ids,
        codes: straightThrough(bounded, ops.gather(entries(), ids)),
        loss: constant(0),
      };
    },
  };
}

/** Every combination of levels, the last number turning fastest: −1 to 1, or to just below 1. */
function grid(levels: readonly number[]): number[] {
  const combinations = levels.reduce<number[][]>(
    (all, count) =>
      all.flatMap((code) =>
        Array.from({ length: count }, (_, level) => [...code, level / half(count) - 1])
      ),
    [[]],
  );
  return combinations.flat();
}

const half = (count: number) => Math.floor(count / 2);

/** Numbers to where their levels are: z ↦ (a·tanh(z + s) − b) / ⌊L/2⌋, 0 to 0 (section 3). */
function squash(latents: Tensor, levels: readonly number[]): Tensor {
  const reach = levels.map((count) => (count - 1) * (1 + MARGIN) / 2);
  const offset = levels.map((count) => count % 2 === 0 ? 0.5 : 0);
  const row = (values: readonly number[]) => constant(values, "float32", [1, levels.length]);
  const shift = row(levels.map((_, i) => Math.atanh(offset[i] / reach[i])));
  const bent = ops.mul(ops.tanh(ops.add(latents, shift)), row(reach));
  return ops.div(ops.sub(bent, row(offset)), row(levels.map(half)));
}
