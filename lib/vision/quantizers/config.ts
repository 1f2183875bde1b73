/** Quantizers by their names and sizes, as a configuration has them. */
import { z } from "../../packages/zod.ts";
import { finiteScalarQuantizer } from "./finite_scalar.ts";
import { lookupFreeQuantizer } from "./lookup_free.ts";
import type { Quantizer } from "./quantizer.ts";
import { productQuantizer } from "./product.ts";
import { residualQuantizer } from "./residual.ts";
import { simQuantizer } from "./sim.ts";
import { vectorQuantizer } from "./vector.ts";

const size = z.int().positive();
const table = { codes: size, codeSize: size };

const singles = [
  z.strictObject({
    kind: z.literal("vector"),
    ...table,
    average: z.number().gt(0).lt(1).optional(),
  }),
  z.strictObject({ kind: z.literal("sim"), ...table }),
  z.strictObject({ kind: z.literal("finite scalar"), levels: z.array(z.int().min(3)).min(1) }),
  z.strictObject({ kind: z.literal("lookup-free"), bits: z.int().min(1).max(18) }),
] as const;

export const QuantizerConfig = z.discriminatedUnion("kind", [
  ...singles,
  z.strictObject({ kind: z.literal("residual"), ...table, depth: size }),
  z.strictObject({
    kind: z.literal("product"),
    parts: z.array(z.discriminatedUnion("kind", singles)).min(2),
  }),
]);

export type QuantizerConfig = z.infer<typeof QuantizerConfig>;

/**
 * The quantizer that a configuration describes.
 *
 * @example
 * ```ts
 * import { quantizerOf } from "./config.ts";
 *
 * const { codes, codeSize } = quantizerOf({ kind: "finite scalar", levels: [8, 5, 5, 5] });
 * if (codes !== 1000 || codeSize !== 4) throw new Error(`${codes} ${codeSize}`);
 * ```
 */
export function quantizerOf(config: QuantizerConfig): Quantizer {
  switch (config.kind) {
    case "vector":
      return vectorQuantizer(config);
    case "sim":
      return simQuantizer(config);
    case "finite scalar":
      return finiteScalarQuantizer(config);
    case "lookup-free":
      return lookupFreeQuantizer(config);
    case "residual":
      return residualQuantizer(config);
    case "product":
      return productQuantizer(config.parts.map(quantizerOf));
  }
}
