/**
 * SimVQ (arXiv 2411.02038; ILLUME+, arXiv 2504.01934): the codes are one learned linear map of a
 * random codebook that stays as it is, so that every step moves all of them and none is left behind.
 */
import { linear, type Scope, table } from "../../nn/mod.ts";
import { ops } from "../../graph/mod.ts";
import { quantizeByTable, type Quantizer } from "./quantizer.ts";

/**
 * Codes that are learned together, by a map of `codeSize`² numbers.
 *
 * @example
 * ```ts
 * import { input } from "../../graph/mod.ts";
 * import { Scope } from "../../nn/mod.ts";
 * import { simQuantizer } from "./sim.ts";
 *
 * const quantizer = simQuantizer({ codes: 8, codeSize: 4 });
 * const { ids, codes } = quantizer.quantize(new Scope(), input("z", "float32", [6, 4]));
 * if (`${ids} ${codes}` !== "int32[6] float32[6, 4]") throw new Error(`${ids} ${codes}`);
 * ```
 */
export function simQuantizer(
  { codes, codeSize }: { readonly codes: number; readonly codeSize: number },
): Quantizer {
  const entries = (scope: Scope) => {
    const frozen = table(scope.at("codebook"), codes, codeSize, 1 / Math.sqrt(codeSize));
    return linear(scope.at("map"), frozen, codeSize, { deviation: 1 });
  };
  return {
    codes,
    codeSize,
    depth: 1,
    frozen: ["codebook."],
    entries,
    lookUp: (scope, ids) => ops.gather(entries(scope), ids),
    quantize: (scope, latents) => quantizeByTable(latents, entries(scope)),
  };
}
