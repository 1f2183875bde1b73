/** Tokens that are wrong while a decoder learns, so that it makes up for them (ILLUME+, arXiv 2504.01934). */
import type { Random } from "../../runtime/mod.ts";
import type { TokenizerConfig } from "../config.ts";

/** Share of the pictures whose tokens are disturbed, and of their tokens that are. */
export const DISTURBED = 0.1;

/**
 * From which patch of the batch each patch gets its token: from itself, but for a share of the
 * pictures, in which the same share of the patches gets others'.
 */
export function tokenNoise(
  random: Random,
  pictures: number,
  { grid }: Pick<TokenizerConfig, "grid">,
  share: number,
): Int32Array {
  const each = grid ** 2;
  const from = Int32Array.from({ length: pictures * each }, (_, i) => i);
  for (let picture = 0; picture < pictures; picture++) {
    if (random.uniform() >= share) continue;
    for (let i = picture * each; i < (picture + 1) * each; i++) {
      if (random.uniform() < share) from[i] = random.integer(from.length);
    }
  }
  return from;
}
