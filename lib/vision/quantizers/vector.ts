/**
 * Vector quantization (VQ-VAE, arXiv 1711.00937): the codes are a codebook, whose entries are drawn
 * to the latents that chose them, by gradients or as their moving averages. ILLUME's quantizer.
 */
import { type Scope, table } from "../../nn/mod.ts";
import { ops, type Tensor } from "../../graph/mod.ts";
import { averageCodebook } from "./moving_average.ts";
import { quantizeByTable, type Quantizer } from "./quantizer.ts";
import { reviveDeadCodes } from "./revival.ts";

const CODEBOOK = "codebook.weight";

/** The codebook: `[codes, codeSize]`. */
function codebook(scope: Scope, codes: number, codeSize: number): Tensor {
  return table(scope.at("codebook"), codes, codeSize, 1);
}

/**
 * Codes that are learned one by one. Those that nothing chooses are moved to where latents are
 * (`revival.ts`).
 *
 * @param average how much of a moving average stays from step to step; without it entries learn by
 * gradients
 *
 * @example
 * ```ts
 * import { input } from "../../graph/mod.ts";
 * import { Scope, table } from "../../nn/mod.ts";
 * import { vectorQuantizer } from "./vector.ts";
 *
 * const quantizer = vectorQuantizer({ codes: 8, codeSize: 4 });
 * const { ids, codes } = quantizer.quantize(new Scope(), input("z", "float32", [6, 4]));
 * if (`${ids} ${codes}` !== "int32[6] float32[6, 4]") throw new Error(`${ids} ${codes}`);
 * ```
 */
export function vectorQuantizer(
  { codes, codeSize, average }: {
    readonly codes: number;
    readonly codeSize: number;
    readonly average?: number;
  },
): Quantizer {
  const entries = (scope: Scope) => codebook(scope, codes, codeSize);
  return {
    codes,
    codeSize,
    depth: 1,
    frozen: average === undefined ? [] : [CODEBOOK],
    entries,
    lookUp: (scope, ids) => ops.gather(entries(scope), ids),
    quantize: (scope, latents) => quantizeByTable(latents, entries(scope)),
    async after(store, step) {
      const name = step.prefix + CODEBOOK;
      if (average !== undefined) await averageCodebook(store, name, average, step);
      await reviveDeadCodes(store, name, step);
    },
  };
}
