/**
 * Muon (K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024), scaled as
 * in arXiv 2502.16982: momentum with all its singular values brought near 1, so that directions that
 * come up rarely count as much as those that come up always.
 */
import { ops, type Tensor } from "../graph/mod.ts";
import { sumAll } from "../nn/mod.ts";
import {
  chain,
  clipByGlobalNorm,
  decayWeights,
  partition,
  scaleByAdam,
  type Transform,
} from "./transform.ts";

/**
 * 0.2·√max(rows, columns)·O(g + μm) for matrices, with the momentum m ← μm + g and O as in
 * `orthogonalized`: as long as Adam's directions usually are (arXiv 2502.16982, eq. 4).
 */
export function orthogonalizeMomentum(): Transform {
  return (updates, context) =>
    new Map([...updates].map(([name, g]) => {
      const decayed = (m: Tensor) => ops.mul(m, MOMENTUM);
      const m = context.remember("momentum", name, (before) => ops.add(decayed(before), g));
      const length = 0.2 * Math.sqrt(Math.max(...g.shape));
      return [name, ops.mul(orthogonalized(ops.add(g, decayed(m))), length)];
    }));
}

const MOMENTUM = 0.95;

/** Newton–Schulz: X ← aX + (bA + cA²)X with A = XXᵀ moves singular values in (0, 1] towards 1. */
const STEPS = 5;
const [A, B, C] = [3.4445, -4.775, 2.0315];

/** UVᵀ, nearly, for g = USVᵀ `[rows, columns]`: its singular values are near 1. */
function orthogonalized(g: Tensor): Tensor {
  const turned = (x: Tensor) => ops.transpose(x, { order: [1, 0] });
  const [rows, columns] = g.shape;
  if (rows > columns) return turned(orthogonalized(turned(g)));
  let x = ops.div(g, ops.add(ops.sqrt(sumAll(ops.mul(g, g))), 1e-7));
  for (let step = 0; step < STEPS; step++) {
    const square = ops.matmul(x, x, { transposeB: true });
    const fourth = ops.matmul(square, square);
    const change = ops.matmul(ops.add(ops.mul(square, B), ops.mul(fourth, C)), x);
    x = ops.add(ops.mul(x, A), change);
  }
  return x;
}

/**
 * Muon after clipping for maps, Adam for all else: vectors, and tables (embeddings, heads, codebooks). Rates and
 * decay are those that AdamW would have.
 */
export function muon(): Transform {
  return chain(
    clipByGlobalNorm(1),
    partition(({ role }) => role === "map", orthogonalizeMomentum(), scaleByAdam()),
    decayWeights(0.01),
  );
}
