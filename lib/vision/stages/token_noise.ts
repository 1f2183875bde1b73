/**
 * Tokens that are wrong while a decoder learns, so that it makes up for them (ILLUME+, arXiv
 * 2504.01934). There they are those of another picture of the batch; here they are those of another
 * place of the same picture, so that a row does not hang on the others.
 */
import { constant, input, ops, type Tensor } from "../../graph/mod.ts";
import type { Random } from "../../runtime/mod.ts";
import type { TokenizerConfig } from "../config.ts";

/** Share of the pictures whose tokens are disturbed, and of their tokens that are. */
export const DISTURBED = 0.1;

/**
 * From which place of its picture each patch gets its token, `[grid²]`: from its own, but for a share
 * of the pictures, in which the same share of the patches gets others'.
 */
export function tokenNoise(
  random: Random,
  { grid }: Pick<TokenizerConfig, "grid">,
  share: number,
): Int32Array {
  const from = Int32Array.from({ length: grid ** 2 }, (_, place) => place);
  if (random.uniform() >= share) return from;
  return from.map((place) => random.uniform() < share ? random.integer(from.length) : place);
}

/** Codes `[batch, grid², codeSize]`, each from the place that input `from`, `[batch, grid²]`, says. */
export function disturbed(codes: Tensor): Tensor {
  const [batch, patches, size] = codes.shape;
  const starts = Array.from({ length: batch }, (_, row) => row * patches);
  const from = ops.add(
    input("from", "int32", [batch, patches]),
    constant(starts, "int32", [batch, 1]),
  );
  return ops.gather(ops.reshape(codes, { shape: [batch * patches, size] }), from);
}
