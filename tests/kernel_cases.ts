/** Random applications of every kernel: shapes of rank 0 to 4, values away from kinks. */
import fc from "fast-check";
import type { KernelName } from "../kernels/mod.ts";
import { ops, type Tensor } from "../lib/graph/mod.ts";

/** A floating-point argument is traced as float32 or float64; only those have gradients. */
export interface Argument {
  readonly dtype: "float" | "int32" | "bool";
  readonly shape: readonly number[];
  readonly data: readonly number[];
  /** Set where the kernel passes no gradient to a floating-point argument. */
  readonly fixed?: true;
}

export interface Case {
  readonly args: readonly Argument[];
  apply(...args: Tensor[]): Tensor;
  /** Set where no gradient flows, whatever differences would say. */
  readonly blocked?: true;
}

type Draw = fc.GeneratorValue;

const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);
const whole = (draw: Draw, min: number, max: number) => draw(fc.integer, { min, max });
const yes = (draw: Draw) => draw(fc.boolean);
const sizes = (draw: Draw, minRank: number, maxRank: number, most = 3): number[] =>
  Array.from({ length: whole(draw, minRank, maxRank) }, () => whole(draw, 1, most));

/** Numbers that float32 holds exactly, so that both precisions see the same input. */
function numbers(draw: Draw, shape: readonly number[], min: number, max: number): number[] {
  const length = product(shape);
  const bounds = { minLength: length, maxLength: length };
  return draw(fc.array, fc.integer({ min: min * 128, max: max * 128 }), bounds)
    .map((value) => value / 128);
}

const float = (draw: Draw, shape: readonly number[], min = -4, max = 4): Argument => ({
  dtype: "float",
  shape,
  data: numbers(draw, shape, min, max),
});
const positive = (draw: Draw, shape: readonly number[]) => float(draw, shape, 0.25, 4);
/** Away from 0, on both sides. */
function nonzero(draw: Draw, shape: readonly number[]): Argument {
  const { data } = positive(draw, shape);
  return { dtype: "float", shape, data: data.map((value) => yes(draw) ? value : -value) };
}
/** No two numbers alike. */
function distinct(draw: Draw, shape: readonly number[]): Argument {
  const all = Array.from({ length: product(shape) }, (_, i) => (i - 20) / 16);
  const bounds = { minLength: all.length, maxLength: all.length };
  return { dtype: "float", shape, data: draw(fc.shuffledSubarray, all, bounds) };
}
function integers(draw: Draw, shape: readonly number[], min: number, max: number): Argument {
  const length = product(shape);
  const bounds = { minLength: length, maxLength: length };
  return { dtype: "int32", shape, data: draw(fc.array, fc.integer({ min, max }), bounds) };
}
const indices = (draw: Draw, shape: readonly number[], below: number) =>
  integers(draw, shape, 0, below - 1);
const booleans = (draw: Draw, shape: readonly number[]): Argument => ({
  ...integers(draw, shape, 0, 1),
  dtype: "bool",
});

/** Shapes that stretch to one shape: leading axes left out, others of size 1. */
function broadcasting(draw: Draw, count: number, shape = sizes(draw, 0, 4)): number[][] {
  return Array.from(
    { length: count },
    () => shape.slice(whole(draw, 0, shape.length)).map((size) => yes(draw) ? size : 1),
  );
}

function unary(
  apply: (x: Tensor) => Tensor,
  argument: (draw: Draw, shape: readonly number[]) => Argument = float,
) {
  return (draw: Draw): Case => ({ args: [argument(draw, sizes(draw, 0, 4))], apply });
}

function binary(
  apply: (a: Tensor, b: Tensor) => Tensor,
  second: (draw: Draw, shape: readonly number[]) => Argument = float,
) {
  return (draw: Draw): Case => {
    const [a, b] = broadcasting(draw, 2);
    return { args: [float(draw, a), second(draw, b)], apply };
  };
}

/** Few values, so that some are equal; no gradient flows. */
function comparison(apply: (a: Tensor, b: Tensor) => Tensor) {
  return (draw: Draw): Case => {
    const [a, b] = broadcasting(draw, 2).map((shape) => integers(draw, shape, -1, 1));
    const dtype = yes(draw) ? "float" : "int32";
    return { args: [{ ...a, dtype }, { ...b, dtype }], apply, blocked: true };
  };
}

/** An axis counted from either end. */
const axisOf = (draw: Draw, rank: number) => whole(draw, -rank, rank - 1);

function reduction(
  apply: (x: Tensor, attributes: { axes: number[]; keepAxes: boolean }) => Tensor,
  argument: (draw: Draw, shape: readonly number[]) => Argument = float,
) {
  return (draw: Draw): Case => {
    const shape = sizes(draw, 0, 4);
    const axes = draw(fc.subarray, shape.map((_, i) => i))
      .map((axis) => yes(draw) ? axis : axis - shape.length);
    const keepAxes = yes(draw);
    return { args: [argument(draw, shape)], apply: (x) => apply(x, { axes, keepAxes }) };
  };
}

/** Splits a number of elements over axes in another way. */
function regrouped(draw: Draw, shape: readonly number[]): number[] {
  const factors = shape.filter((size) => size > 1);
  const order = draw(fc.shuffledSubarray, factors, { minLength: factors.length });
  const result: number[] = [];
  for (const factor of order) {
    if (result.length > 0 && yes(draw)) result[result.length - 1] *= factor;
    else result.push(factor);
  }
  return yes(draw) ? [1, ...result] : result;
}

/** One generator for each kernel; a kernel without one does not compile. */
export const CASES: { readonly [K in KernelName]: (draw: Draw) => Case } = {
  add: binary(ops.add),
  sub: binary(ops.sub),
  mul: binary(ops.mul),
  div: binary(ops.div, nonzero),
  equal: comparison(ops.equal),
  greater: comparison(ops.greater),
  where(draw) {
    const [condition, a, b] = broadcasting(draw, 3);
    return { args: [booleans(draw, condition), float(draw, a), float(draw, b)], apply: ops.where };
  },

  neg: unary(ops.neg),
  abs: unary(ops.abs, nonzero),
  exp: unary(ops.exp),
  log: unary(ops.log, positive),
  sqrt: unary(ops.sqrt, positive),
  tanh: unary(ops.tanh),
  erf: unary(ops.erf),
  sigmoid: unary(ops.sigmoid),
  silu: unary(ops.silu),
  relu: unary(ops.relu, nonzero),
  softplus: unary(ops.softplus),
  stopGradient: (draw) => ({ ...unary(ops.stopGradient)(draw), blocked: true }),
  cast(draw) {
    const shape = sizes(draw, 0, 4);
    const source = draw(
      fc.constantFrom,
      float,
      booleans,
      (draw: Draw, shape: number[]) => integers(draw, shape, -3, 3),
    );
    const args = [source(draw, shape)];
    // A cast to what there is already is no work, and a graph of nothing else has no place on a GPU.
    const all = ["float32", "float64", "int32", "int64", "bool"] as const;
    const dtype = draw(fc.constantFrom, ...all.filter((dtype) => dtype !== args[0].dtype));
    const apply = (x: Tensor) => ops.cast(x, { dtype });
    return dtype.startsWith("float") ? { args, apply } : { args, apply, blocked: true };
  },

  sum: reduction(ops.sum),
  mean: reduction(ops.mean),
  max: reduction(ops.max, distinct),
  argmax(draw) {
    const shape = sizes(draw, 1, 4);
    const axis = axisOf(draw, shape.length);
    const args = [{ ...integers(draw, shape, -1, 1), dtype: "float" as const }];
    return { args, apply: (x) => ops.argmax(x, { axis }), blocked: true };
  },

  reshape(draw) {
    const from = sizes(draw, 0, 4);
    const shape = regrouped(draw, from);
    return { args: [float(draw, from)], apply: (x) => ops.reshape(x, { shape }) };
  },
  transpose(draw) {
    const shape = sizes(draw, 0, 4);
    const order = draw(fc.shuffledSubarray, shape.map((_, i) => i), { minLength: shape.length });
    return { args: [float(draw, shape)], apply: (x) => ops.transpose(x, { order }) };
  },
  expand(draw) {
    const shape = sizes(draw, 0, 4);
    const [from] = broadcasting(draw, 1, shape);
    return { args: [float(draw, from)], apply: (x) => ops.expand(x, { shape }) };
  },
  slice(draw) {
    const shape = sizes(draw, 1, 4);
    const axis = axisOf(draw, shape.length);
    const start = whole(draw, 0, shape.at(axis)! - 1);
    const end = whole(draw, start + 1, shape.at(axis)!);
    return { args: [float(draw, shape)], apply: (x) => ops.slice(x, { axis, start, end }) };
  },
  pad(draw) {
    const shape = sizes(draw, 1, 4);
    const axis = axisOf(draw, shape.length);
    const [before, after] = [whole(draw, 0, 2), whole(draw, 0, 2)];
    return { args: [float(draw, shape)], apply: (x) => ops.pad(x, { axis, before, after }) };
  },
  concat(draw) {
    const shape = sizes(draw, 1, 4);
    const axis = axisOf(draw, shape.length);
    const args = Array.from(
      { length: whole(draw, 1, 3) },
      () => float(draw, shape.with(axis, whole(draw, 1, 3))),
    );
    return { args, apply: (...xs) => ops.concat(xs, { axis }) };
  },

  range(draw) {
    const size = whole(draw, 1, 9);
    return { args: [], apply: () => ops.range({ size }), blocked: true };
  },
  gather(draw) {
    const table = sizes(draw, 1, 3, 4);
    const args = [float(draw, table), indices(draw, sizes(draw, 0, 2), table[0])];
    return { args, apply: ops.gather };
  },
  scatterAdd(draw) {
    const rows = whole(draw, 1, 4);
    const at = sizes(draw, 0, 2);
    const args = [float(draw, [...at, ...sizes(draw, 0, 2)]), indices(draw, at, rows)];
    return { args, apply: (values, i) => ops.scatterAdd(values, i, { rows }) };
  },
  write(draw) {
    const [batch, heads, slots, dim] = sizes(draw, 4, 4);
    const args = [
      float(draw, [batch, heads, slots, dim]),
      float(draw, [batch, heads, 1, dim]),
      indices(draw, [batch], slots),
    ];
    return { args, apply: ops.write };
  },
  pick(draw) {
    const [rows, columns] = [whole(draw, 1, 4), whole(draw, 1, 5)];
    return {
      args: [float(draw, [rows, columns]), indices(draw, [rows], columns)],
      apply: ops.pick,
    };
  },
  addAt(draw) {
    const [rows, columns] = [whole(draw, 1, 4), whole(draw, 1, 5)];
    return {
      args: [
        float(draw, [rows, columns]),
        float(draw, [rows]),
        indices(draw, [rows], columns),
      ],
      apply: ops.addAt,
    };
  },

  matmul(draw) {
    const [batchA, batchB] = broadcasting(draw, 2, sizes(draw, 0, 2));
    const [n, inner, m] = sizes(draw, 3, 3);
    const [transposeA, transposeB] = [yes(draw), yes(draw)];
    const scale = yes(draw) ? 1 : 0.75;
    const args = [
      float(draw, [...batchA, ...(transposeA ? [inner, n] : [n, inner])]),
      float(draw, [...batchB, ...(transposeB ? [m, inner] : [inner, m])]),
    ];
    return { args, apply: (a, b) => ops.matmul(a, b, { transposeA, transposeB, scale }) };
  },
  softmax: (draw) => ({ args: [float(draw, sizes(draw, 1, 4))], apply: ops.softmax }),
  rmsNorm(draw) {
    const shape = sizes(draw, 1, 4);
    const args = [float(draw, shape), float(draw, shape.slice(-1))];
    return { args, apply: (x, weight) => ops.rmsNorm(x, weight, { epsilon: 2 ** -7 }) };
  },
  rotary(draw) {
    const [batch, heads, tokens, half] = sizes(draw, 4, 4, 2);
    const angle = (): Argument => ({ ...float(draw, [batch, tokens, half], -1, 1), fixed: true });
    return {
      args: [float(draw, [batch, heads, tokens, half * 2]), angle(), angle()],
      apply: ops.rotary,
    };
  },
  crossEntropy(draw) {
    const [tokens, classes] = [whole(draw, 1, 4), whole(draw, 1, 5)];
    const args = [float(draw, [tokens, classes]), indices(draw, [tokens], classes)];
    return { args, apply: ops.crossEntropy };
  },
};
