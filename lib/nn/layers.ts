/** The small layers: functions of a scope, which holds their parameters, and inputs. */
import { ops, type Tensor } from "../graph/mod.ts";
import type { Scope } from "./scope.ts";

const ONES = { kind: "constant", value: 1 } as const;
const ZEROS = { kind: "constant", value: 0 } as const;

/**
 * s·x·Wᵀ (+ b): `[…, in]` to `[…, out]`. W is `weight` `[out, in]`, b is `bias` `[out]`; the scale
 * s is 1 by default.
 *
 * @example
 * ```ts
 * import { input } from "../graph/mod.ts";
 * import { linear } from "./layers.ts";
 * import { Scope } from "./scope.ts";
 *
 * const y = linear(new Scope(), input("x", "float32", [2, 3, 8]), 4);
 * if (String(y) !== "float32[2, 3, 4]") throw new Error(String(y));
 * ```
 */
export function linear(
  scope: Scope,
  x: Tensor,
  out: number,
  { bias = false, deviation, scale = 1 }: {
    bias?: boolean;
    deviation?: number;
    scale?: number;
  } = {},
): Tensor {
  const size = x.shape[x.shape.length - 1];
  const weight = scope.parameter("weight", [out, size], {
    kind: "normal",
    deviation: deviation ?? 1 / Math.sqrt(size),
  });
  const rows = ops.reshape(x, { shape: [x.shape.slice(0, -1).reduce((a, b) => a * b, 1), size] });
  const product = ops.matmul(rows, weight, { transposeB: true, scale });
  const y = bias ? ops.add(product, scope.parameter("bias", [out], ZEROS)) : product;
  return ops.reshape(y, { shape: [...x.shape.slice(0, -1), out] });
}

/**
 * A row for each thing that stands for itself (a token, a code, a place): `weight` `[rows, size]`,
 * normal with this deviation at first.
 *
 * @example
 * ```ts
 * import { table } from "./layers.ts";
 * import { Scope } from "./scope.ts";
 *
 * const scope = new Scope();
 * table(scope.at("embed_tokens"), 768, 128, 0.5);
 * if (scope.specs()[0].role !== "table") throw new Error("Expected a table");
 * ```
 */
export function table(scope: Scope, rows: number, size: number, deviation: number): Tensor {
  const initializer = deviation === 0 ? ZEROS : { kind: "normal", deviation } as const;
  return scope.parameter("weight", [rows, size], initializer, "table");
}

/**
 * Root mean square normalization over the last axis (arXiv 1910.07467), with a learned scale.
 *
 * @example
 * ```ts
 * import { input } from "../graph/mod.ts";
 * import { rmsNorm } from "./layers.ts";
 * import { Scope } from "./scope.ts";
 *
 * const scope = new Scope();
 * const y = rmsNorm(scope.at("norm"), input("x", "float32", [2, 8]));
 * if (`${y} ${scope.specs()[0].name}` !== "float32[2, 8] norm.weight") throw new Error(`${y}`);
 * ```
 */
export function rmsNorm(scope: Scope, x: Tensor, epsilon = 1e-6): Tensor {
  const weight = scope.parameter("weight", x.shape.slice(-1), ONES);
  return ops.rmsNorm(x, weight, { epsilon });
}

/**
 * Mean 0 and variance 1 over the last axis, with a learned scale and shift (arXiv 1607.06450).
 *
 * @example
 * ```ts
 * import { input } from "../graph/mod.ts";
 * import { layerNorm } from "./layers.ts";
 * import { Scope } from "./scope.ts";
 *
 * const scope = new Scope();
 * const y = layerNorm(scope, input("x", "float32", [2, 8]));
 * const names = scope.specs().map(({ name }) => name);
 * if (`${y} ${names}` !== "float32[2, 8] weight,bias") throw new Error(`${y} ${names}`);
 * ```
 */
export function layerNorm(scope: Scope, x: Tensor, epsilon = 1e-5): Tensor {
  const shape = x.shape.slice(-1);
  const scaled = ops.mul(standardize(x, epsilon), scope.parameter("weight", shape, ONES));
  return ops.add(scaled, scope.parameter("bias", shape, ZEROS));
}

/** Mean 0 and variance 1 over the last axis: layer normalization with nothing learned. */
export function standardize(x: Tensor, epsilon = 1e-5): Tensor {
  const mean = (x: Tensor) => ops.mean(x, { axes: [-1], keepAxes: true });
  const centered = ops.sub(x, mean(x));
  return ops.div(centered, ops.sqrt(ops.add(mean(ops.mul(centered, centered)), epsilon)));
}

/** x·Φ(x), with Φ the normal distribution (GELU, arXiv 1606.08415). */
export function gelu(x: Tensor): Tensor {
  return ops.mul(ops.mul(x, 0.5), ops.add(ops.erf(ops.mul(x, Math.SQRT1_2)), 1));
}

/** x scaled to length 1 along its last axis. */
export function normalize(x: Tensor): Tensor {
  const squares = ops.sum(ops.mul(x, x), { axes: [-1], keepAxes: true });
  return ops.div(x, ops.sqrt(ops.add(squares, 1e-12)));
}

/**
 * Mean over all elements, as a scalar.
 *
 * @example
 * ```ts
 * import { input } from "../graph/mod.ts";
 * import { meanAll } from "./layers.ts";
 *
 * const mean = meanAll(input("x", "float32", [2, 3]));
 * if (String(mean) !== "float32[]") throw new Error(`${mean}`);
 * ```
 */
export function meanAll(x: Tensor): Tensor {
  return ops.mean(x, { axes: x.shape.map((_, i) => i), keepAxes: false });
}

/** Sum over all elements, as a scalar. */
export function sumAll(x: Tensor): Tensor {
  return ops.sum(x, { axes: x.shape.map((_, i) => i), keepAxes: false });
}

/** Mean squared difference, as a scalar. */
export function squaredError(a: Tensor, b: Tensor): Tensor {
  const difference = ops.sub(a, b);
  return meanAll(ops.mul(difference, difference));
}

/** Huber's loss with δ = 1, the "smooth L1": d²/2 below 1, |d| − 1/2 above; mean, as a scalar. */
export function smoothL1(a: Tensor, b: Tensor): Tensor {
  const d = ops.abs(ops.sub(a, b));
  const square = ops.mul(ops.mul(d, d), 0.5);
  return meanAll(ops.where(ops.greater(1, d), square, ops.sub(d, 0.5)));
}

/**
 * Cosine of the angle between a and b along their last axis, which it removes.
 *
 * @example
 * ```ts
 * import { input } from "../graph/mod.ts";
 * import { cosine } from "./layers.ts";
 *
 * const a = input("a", "float32", [2, 3, 8]), b = input("b", "float32", [2, 3, 8]);
 * if (String(cosine(a, b)) !== "float32[2, 3]") throw new Error(`${cosine(a, b)}`);
 * ```
 */
export function cosine(a: Tensor, b: Tensor): Tensor {
  return ops.sum(ops.mul(normalize(a), normalize(b)), { axes: [-1], keepAxes: false });
}
