/**
 * Residual quantization (RQ-VAE, arXiv 2203.01941; VILA-U's quantizer): what one code leaves over is
 * quantized again, by the same codebook, `depth` times. A patch becomes several codes.
 */
import { type Scope, table } from "../../nn/mod.ts";
import { ops, type Tensor } from "../../graph/mod.ts";
import {
  COMMITMENT,
  nearest,
  type QuantizedStep,
  type Quantizer,
  squaredDistance,
  straightThrough,
} from "./quantizer.ts";
import { reviveDeadCodes } from "./revival.ts";

const CODEBOOK = "codebook.weight";

/**
 * Several codes of each latent: what one leaves over is quantized again, by the same codebook.
 *
 * @param depth how many codes a patch becomes
 *
 * @example
 * ```ts
 * import { input } from "../../graph/mod.ts";
 * import { Scope, table } from "../../nn/mod.ts";
 * import { residualQuantizer } from "./residual.ts";
 *
 * const quantizer = residualQuantizer({ codes: 8, codeSize: 4, depth: 3 });
 * const { ids, codes } = quantizer.quantize(new Scope(), input("z", "float32", [6, 4]));
 * if (`${ids} ${codes}` !== "int32[18] float32[6, 4]") throw new Error(`${ids} ${codes}`);
 * ```
 */
export function residualQuantizer(
  { codes, codeSize, depth }: {
    readonly codes: number;
    readonly codeSize: number;
    readonly depth: number;
  },
): Quantizer {
  const entries = (scope: Scope) => table(scope.at("codebook"), codes, codeSize, 1);
  return {
    codes,
    codeSize,
    depth,
    frozen: [],
    entries,
    lookUp(scope, ids) {
      const patches = ids.shape[0] / depth;
      const each = ops.reshape(ops.gather(entries(scope), ids), {
        shape: [patches, depth, codeSize],
      });
      return ops.sum(each, { axes: [1], keepAxes: false });
    },
    quantize(scope, latents) {
      const table = entries(scope);
      const ids: Tensor[] = [];
      const losses: Tensor[] = [];
      let sum: Tensor | undefined;
      for (let level = 0; level < depth; level++) {
        const left = sum === undefined ? latents : ops.sub(latents, sum);
        const id = nearest(ops.stopGradient(left), table);
        const code = ops.gather(table, id);
        ids.push(ops.reshape(id, { shape: [latents.shape[0], 1] }));
        losses.push(squaredDistance(ops.stopGradient(left), code));
        const chosen = ops.stopGradient(code);
        sum = sum === undefined ? chosen : ops.add(sum, chosen);
        losses.push(ops.mul(squaredDistance(latents, sum), COMMITMENT));
      }
      return {
        latents,
        ids: ops.reshape(ops.concat(ids, { axis: 1 }), { shape: [latents.shape[0] * depth] }),
        codes: straightThrough(latents, sum!),
        loss: losses.reduce((a, b) => ops.add(a, b)),
      };
    },
    async after(store, step) {
      const name = step.prefix + CODEBOOK;
      const table = await store.read(name) as Float32Array;
      await reviveDeadCodes(store, name, { ...step, latents: leftOver(step, table, depth) });
    },
  };
}

/** What each level quantized: latents without the codes of the levels before, `[ids, codeSize]`. */
function leftOver(
  { ids, latents }: Pick<QuantizedStep, "ids" | "latents">,
  table: Float32Array,
  depth: number,
): Float32Array {
  const size = latents.length * depth / ids.length;
  const left = new Float32Array(ids.length * size);
  for (let patch = 0; patch < ids.length / depth; patch++) {
    const rest = latents.slice(patch * size, (patch + 1) * size);
    for (let at = patch * depth; at < (patch + 1) * depth; at++) {
      left.set(rest, at * size);
      for (let i = 0; i < size; i++) rest[i] -= table[ids[at] * size + i];
    }
  }
  return left;
}
