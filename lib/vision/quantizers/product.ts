/**
 * Product quantization (Jégou, Douze and Schmid 2011): a latent's parts are quantized each by a
 * quantizer of its own, and a patch becomes one code of each. ILLUME+'s two codebooks are one of
 * two parts.
 */
import { constant, ops, type Tensor } from "../../graph/mod.ts";
import type { Scope } from "../../nn/mod.ts";
import type { Quantizer } from "./quantizer.ts";

/**
 * Quantizers of one code each, side by side. The codes of each part are numbered on from those of
 * the parts before; an entry is zero outside of its part.
 *
 * @throws RangeError where a part gives a patch more than one code
 *
 * @example
 * ```ts
 * import { input } from "../../graph/mod.ts";
 * import { Scope } from "../../nn/mod.ts";
 * import { productQuantizer } from "./product.ts";
 * import { vectorQuantizer } from "./vector.ts";
 *
 * const part = vectorQuantizer({ codes: 8, codeSize: 2 });
 * const quantizer = productQuantizer([part, part]);
 * const { ids, codes } = quantizer.quantize(new Scope(), input("z", "float32", [6, 4]));
 * if (`${ids} ${codes}` !== "int32[12] float32[6, 4]") throw new Error(`${ids} ${codes}`);
 * ```
 */
export function productQuantizer(parts: readonly Quantizer[]): Quantizer {
  for (const [i, { depth }] of parts.entries()) {
    if (depth === 1) continue;
    throw new RangeError(`Expected parts of one code to a patch, but found ${depth} in part ${i}`);
  }
  const [codes, codeOf] = sums(parts.map(({ codes }) => codes));
  const [codeSize, at] = sums(parts.map(({ codeSize }) => codeSize));
  const columns = (x: Tensor, i: number) =>
    ops.slice(x, { axis: 1, start: at[i], end: at[i] + parts[i].codeSize });
  const entries = (scope: Scope) =>
    ops.concat(
      parts.map((part, i) => padded(part.entries(scope.at(i)), at[i], codeSize)),
      { axis: 0 },
    );
  return {
    codes,
    codeSize,
    depth: parts.length,
    frozen: parts.flatMap(({ frozen }, i) => frozen.map((name) => `${i}.${name}`)),
    range: (place) => [codeOf[place], codeOf[place] + parts[place].codes],
    entries,
    lookUp(scope, ids) {
      const rows = ops.reshape(ids, { shape: [ids.shape[0] / parts.length, parts.length] });
      const found = parts.map((part, i) => {
        const column = ops.slice(rows, { axis: 1, start: i, end: i + 1 });
        const own = ops.sub(ops.reshape(column, { shape: [rows.shape[0]] }), codeOf[i]);
        return part.lookUp(scope.at(i), own);
      });
      return ops.concat(found, { axis: 1 });
    },
    quantize(scope, latents) {
      const found = parts.map((part, i) => part.quantize(scope.at(i), columns(latents, i)));
      const ids = found.map(({ ids }, i) =>
        ops.reshape(ops.add(ids, codeOf[i]), { shape: [latents.shape[0], 1] })
      );
      return {
        latents,
        ids: ops.reshape(ops.concat(ids, { axis: 1 }), {
          shape: [latents.shape[0] * parts.length],
        }),
        codes: ops.concat(found.map(({ codes }) => codes), { axis: 1 }),
        loss: found.map(({ loss }) => loss).reduce((a, b) => ops.add(a, b)),
      };
    },
    async after(store, step) {
      const patches = step.ids.length / parts.length;
      for (const [i, part] of parts.entries()) {
        const latents = new Float32Array(patches * part.codeSize);
        const ids = new Int32Array(patches);
        for (let patch = 0; patch < patches; patch++) {
          const start = patch * codeSize + at[i];
          latents.set(step.latents.subarray(start, start + part.codeSize), patch * part.codeSize);
          ids[patch] = step.ids[patch * parts.length + i] - codeOf[i];
        }
        await part.after?.(store, { ...step, prefix: `${step.prefix}${i}.`, ids, latents });
      }
    },
  };
}

/** The sum of numbers, and of those before each. */
function sums(numbers: readonly number[]): [number, number[]] {
  let sum = 0;
  const before = numbers.map((number) => (sum += number) - number);
  return [sum, before];
}

/** Entries with zeros at both sides: `[codes, size]` to `[codes, width]`. */
function padded(entries: Tensor, left: number, width: number): Tensor {
  const [codes, size] = entries.shape;
  const zeros = (columns: number) =>
    columns === 0 ? [] : [constant(0, "float32", [codes, columns])];
  return ops.concat([...zeros(left), entries, ...zeros(width - left - size)], { axis: 1 });
}
