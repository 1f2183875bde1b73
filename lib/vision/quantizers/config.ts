/** Quantizers by their names and sizes, as a configuration has them. */
import { type Schema, z } from "../../packages/zod.ts";
import { finiteScalarQuantizer } from "./finite_scalar.ts";
import { lookupFreeQuantizer } from "./lookup_free.ts";
import type { Quantizer } from "./quantizer.ts";
import { productQuantizer } from "./product.ts";
import { residualQuantizer } from "./residual.ts";
import { simQuantizer } from "./sim.ts";
import { vectorQuantizer } from "./vector.ts";

/**
 * A quantizer that makes one code of a latent: a learned codebook (whose entries follow a moving
 * average where `average`, the share that stays, is given), SimVQ, finite scalars or signs.
 */
export type SingleQuantizerConfig =
  | {
    readonly kind: "vector";
    readonly codes: number;
    readonly codeSize: number;
    readonly average?: number;
  }
  | { readonly kind: "sim"; readonly codes: number; readonly codeSize: number }
  | { readonly kind: "finite scalar"; readonly levels: readonly number[] }
  | { readonly kind: "lookup-free"; readonly bits: number };

/** Any quantizer: a single one, `depth` steps of a residual one, or a product of single ones. */
export type QuantizerConfig =
  | SingleQuantizerConfig
  | {
    readonly kind: "residual";
    readonly codes: number;
    readonly codeSize: number;
    readonly depth: number;
  }
  | { readonly kind: "product"; readonly parts: readonly SingleQuantizerConfig[] };

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

/** For schemas that hold the configuration of a quantizer. */
export const quantizerSchema: z.ZodType<QuantizerConfig> = z.discriminatedUnion("kind", [
  ...singles,
  z.strictObject({ kind: z.literal("residual"), ...table, depth: size }),
  z.strictObject({
    kind: z.literal("product"),
    parts: z.array(z.discriminatedUnion("kind", singles)).min(2),
  }),
]);

/** Checks the configuration of a quantizer. */
export const QuantizerConfig: Schema<QuantizerConfig> = quantizerSchema;

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
