/**
 * Muon (K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024), scaled as
 * in arXiv 2502.16982: momentum with all its singular values brought near 1, so that directions that
 * come up rarely count as much as those that come up always.
 */
import { ops, type Tensor } from "../graph/mod.ts";
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
 * {@link orthogonalized}: as long as Adam's directions usually are (arXiv 2502.16982, eq. 4). Matrices of
 * one shape, lying or standing, go through the same products: many small ones are slow.
 */
export function orthogonalizeMomentum(): Transform {
  return (updates, context) => {
    const ahead = [...updates].map(([name, g]) => {
      const decayed = (m: Tensor) => ops.mul(m, MOMENTUM);
      const m = context.remember("momentum", name, (before) => ops.add(decayed(before), g));
      return [name, ops.add(g, decayed(m))] as const;
    });
    const alike = Map.groupBy(ahead, ([, x]) => `${lying(x).shape}`);
    return new Map([...alike.values()].flatMap((group) => {
      const rows = orthogonalized(stacked(group.map(([, x]) => lying(x))));
      return group.map(([name, { shape }], i) => {
        const one = isStanding(shape) ? turned(layer(rows, i)) : layer(rows, i);
        return [name, ops.mul(one, 0.2 * Math.sqrt(Math.max(...shape)))];
      });
    }));
  };
}

const MOMENTUM = 0.95;

const isStanding = ([rows, columns]: Tensor["shape"]) => rows > columns;
const turned = (x: Tensor) => ops.transpose(x, { order: [1, 0] });
const lying = (x: Tensor) => isStanding(x.shape) ? turned(x) : x;

function stacked(matrices: readonly Tensor[]): Tensor {
  const layers = matrices.map((x) => ops.reshape(x, { shape: [1, ...x.shape] }));
  return ops.concat(layers, { axis: 0 });
}

function layer(x: Tensor, i: number): Tensor {
  const [, rows, columns] = x.shape;
  return ops.reshape(ops.slice(x, { axis: 0, start: i, end: i + 1 }), { shape: [rows, columns] });
}

/**
 * X ← aX + (bA + cA²)X with A = XXᵀ maps singular values σ to aσ + bσ³ + cσ⁵. Of these steps the first
 * brings [0.01, 1] as near to 1 as such a map can, and each further one what the one before makes of it
 * (Polar Express, arXiv 2505.16932, section 3): in three to [0.73, 1.27].
 */
const STEPS = [
  [8.0934, -23.6204, 17.4462],
  [3.6366, -2.7219, 0.5365],
  [2.6613, -1.9772, 0.4526],
] as const;

/** UVᵀ, nearly, for each g = USVᵀ, `[matrices, rows, columns]`: its singular values are near 1. */
function orthogonalized(g: Tensor): Tensor {
  const square = ops.sum(ops.mul(g, g), { axes: [1, 2], keepAxes: true });
  const first = ops.div(g, ops.add(ops.sqrt(square), 1e-7));
  return STEPS.reduce((x, [a, b, c]) => {
    const second = ops.matmul(x, x, { transposeB: true });
    const fourth = ops.matmul(second, second);
    const change = ops.matmul(ops.add(ops.mul(second, b), ops.mul(fourth, c)), x);
    return ops.add(ops.mul(x, a), change);
  }, first);
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
