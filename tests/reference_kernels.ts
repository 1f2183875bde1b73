/** Every kernel as a plain loop in float64, whatever the traced type. Booleans are 0 and 1. */
import type { KernelName, KERNELS } from "../kernels/mod.ts";
import type { Tensor } from "../lib/graph/tensor.ts";

/** Elements in row-major order. */
export interface Value {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export type AttributesOf<K extends KernelName> = Parameters<(typeof KERNELS)[K]["infer"]>[1];
export type Rule<K extends KernelName> = (
  inputs: readonly Value[],
  attributes: AttributesOf<K>,
  traced: Tensor,
) => Value;

export const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);
const front = (axis: number, { shape }: Value) => axis < 0 ? axis + shape.length : axis;
const last = ({ shape }: Value) => shape[shape.length - 1];

/** How far apart neighbours along each axis are. */
function strides(shape: readonly number[]): number[] {
  return shape.map((_, i) => product(shape.slice(i + 1)));
}

/** base + Σ index·step for every index into the shape, row by row. */
function offsets(shape: readonly number[], steps: readonly number[], base = 0): Int32Array {
  const result = new Int32Array(product(shape));
  const index = shape.map(() => 0);
  for (let i = 0, offset = base; i < result.length; i++) {
    result[i] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += steps[axis];
      if (++index[axis] < shape[axis]) break;
      offset -= steps[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

/** Where each element of the shape finds its own in a smaller shape stretched to it. */
function stretched(from: readonly number[], to: readonly number[]): Int32Array {
  const step = strides(from);
  const missing = to.length - from.length;
  return offsets(
    to,
    to.map((_, i) => i < missing || from[i - missing] === 1 ? 0 : step[i - missing]),
  );
}

function commonShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from(
    { length: rank },
    (_, i) => Math.max(...shapes.map((shape) => shape[i - rank + shape.length] ?? 1)),
  );
}

/** The elements of x at the offsets, as a tensor of a shape. */
const taken = (x: Value, at: Int32Array, shape: readonly number[]): Value => ({
  shape,
  data: new Float64Array(at.length).map((_, i) => x.data[at[i]]),
});

const unary = (f: (x: number) => number) => ([x]: readonly Value[]): Value => ({
  shape: x.shape,
  data: x.data.map(f),
});

const binary =
  (f: (a: number, b: number) => number) =>
  ([a, b]: readonly Value[], _attributes: unknown, { dtype }: Tensor): Value => {
    const shape = commonShape([a.shape, b.shape]);
    const [atA, atB] = [stretched(a.shape, shape), stretched(b.shape, shape)];
    const data = new Float64Array(atA.length);
    for (let i = 0; i < data.length; i++) data[i] = f(a.data[atA[i]], b.data[atB[i]]);
    return { shape, data: dtype.startsWith("int") ? data.map(Math.trunc) : data };
  };

const reduction =
  (start: number, f: (total: number, x: number, count: number) => number) =>
  ([x]: readonly Value[], { axes, keepAxes }: { axes: readonly number[]; keepAxes: boolean }) => {
    const reduced = new Set(axes.map((axis) => front(axis, x)));
    const kept = x.shape.map((size, i) => reduced.has(i) ? 1 : size);
    const data = new Float64Array(product(kept)).fill(start);
    const count = x.data.length / data.length;
    stretched(kept, x.shape).forEach((at, i) => data[at] = f(data[at], x.data[i], count));
    return { shape: keepAxes ? kept : kept.filter((_, i) => !reduced.has(i)), data };
  };

/** Calls `f` with the start of every row along the last axis. */
function rows(x: Value, f: (start: number, end: number, row: number) => void): void {
  const size = last(x);
  for (let row = 0; row * size < x.data.length; row++) f(row * size, (row + 1) * size, row);
}

/** How many elements a row of a table has, and where the rows that the indices name begin. */
function tableRows(indices: Value, tableShape: readonly number[]) {
  const width = product(tableShape.slice(1));
  for (const i of indices.data) {
    if (!(i >= 0 && i < tableShape[0])) {
      throw new Error(`Expected a row below ${tableShape[0]}, but found ${i}`);
    }
  }
  return { width, starts: Array.from(indices.data, (i) => i * width) };
}

/** Where in each row of x the element stands that the indices name. */
function picked(x: Value, indices: Value): number[] {
  return Array.from(indices.data, (index, row) => {
    if (!(index >= 0 && index < last(x))) {
      throw new Error(`Expected an index below ${last(x)}, but found ${index}`);
    }
    return row * last(x) + index;
  });
}

const logSumExp = (x: Float64Array) => {
  const largest = x.reduce((a, b) => Math.max(a, b), -Infinity);
  return largest + Math.log(x.reduce((total, value) => total + Math.exp(value - largest), 0));
};

/** By its series, all of whose terms have one sign (DLMF 7.6.2); beyond 6 it is ±1 in float64. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = 0;
  for (let n = 1; sum + term !== sum; n++) {
    sum += term;
    term *= 2 * x * x / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
}

/** One loop for each kernel; a kernel without one does not compile. */
export const REFERENCE: { readonly [K in KernelName]: Rule<K> } = {
  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b),
  equal: binary((a, b) => a === b ? 1 : 0),
  greater: binary((a, b) => a > b ? 1 : 0),
  where([condition, a, b]) {
    const shape = commonShape([condition.shape, a.shape, b.shape]);
    const atA = stretched(a.shape, shape);
    const atB = stretched(b.shape, shape);
    const chosen = taken(condition, stretched(condition.shape, shape), shape).data;
    return { shape, data: chosen.map((yes, i) => yes ? a.data[atA[i]] : b.data[atB[i]]) };
  },

  neg: unary((x) => -x),
  abs: unary(Math.abs),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  tanh: unary(Math.tanh),
  erf: unary(erf),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  silu: unary((x) => x / (1 + Math.exp(-x))),
  relu: unary((x) => Math.max(x, 0)),
  softplus: unary((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  stopGradient: ([x]) => x,
  cast: ([x], { dtype }) => ({
    shape: x.shape,
    data: dtype.startsWith("float")
      ? x.data
      : x.data.map(dtype === "bool" ? (value) => value === 0 ? 0 : 1 : Math.trunc),
  }),

  sum: reduction(0, (total, x) => total + x),
  mean: reduction(0, (total, x, count) => total + x / count),
  max: reduction(-Infinity, (largest, x) => Math.max(largest, x)),
  argmax([x], { axis }) {
    const along = front(axis, x);
    const step = strides(x.shape)[along];
    const shape = x.shape.filter((_, i) => i !== along);
    const first = offsets(shape, strides(x.shape).filter((_, i) => i !== along));
    const data = Float64Array.from(first, (start) => {
      let best = 0;
      for (let i = 1; i < x.shape[along]; i++) {
        if (x.data[start + i * step] > x.data[start + best * step]) best = i;
      }
      return best;
    });
    return { shape, data };
  },

  reshape: ([x], { shape }) => ({ shape, data: x.data }),
  transpose([x], { order }) {
    const shape = order.map((axis) => x.shape[axis]);
    const step = strides(x.shape);
    return taken(x, offsets(shape, order.map((axis) => step[axis])), shape);
  },
  expand: ([x], { shape }) => taken(x, stretched(x.shape, shape), shape),
  slice([x], { axis, start, end }) {
    const step = strides(x.shape);
    const along = front(axis, x);
    const shape = x.shape.map((size, i) => i === along ? end - start : size);
    return taken(x, offsets(shape, step, start * step[along]), shape);
  },
  pad([x], { axis, before, after }) {
    const along = front(axis, x);
    const shape = x.shape.map((size, i) => i === along ? before + size + after : size);
    const step = strides(shape);
    const data = new Float64Array(product(shape));
    offsets(x.shape, step, before * step[along]).forEach((at, i) => data[at] = x.data[i]);
    return { shape, data };
  },
  concat(xs, { axis }) {
    const along = front(axis, xs[0]);
    const total = xs.reduce((size, x) => size + x.shape[along], 0);
    const shape = xs[0].shape.map((size, i) => i === along ? total : size);
    const step = strides(shape);
    const data = new Float64Array(product(shape));
    let start = 0;
    for (const x of xs) {
      offsets(x.shape, step, start * step[along]).forEach((at, i) => data[at] = x.data[i]);
      start += x.shape[along];
    }
    return { shape, data };
  },

  range: (_, { size }) => ({
    shape: [size],
    data: Float64Array.from({ length: size }, (_, i) => i),
  }),
  gather([table, indices]) {
    const { width, starts } = tableRows(indices, table.shape);
    const data = new Float64Array(starts.length * width);
    starts.forEach((start, i) => data.set(table.data.subarray(start, start + width), i * width));
    return { shape: [...indices.shape, ...table.shape.slice(1)], data };
  },
  scatterAdd([values, indices], { rows }) {
    const shape = [rows, ...values.shape.slice(indices.shape.length)];
    const { width, starts } = tableRows(indices, shape);
    const data = new Float64Array(product(shape));
    starts.forEach((start, i) => {
      for (let j = 0; j < width; j++) data[start + j] += values.data[i * width + j];
    });
    return { shape, data };
  },
  write([x, values, indices]) {
    const [, heads, slots, dim] = x.shape;
    const data = x.data.slice();
    rows(values, (start, end, row) => {
      const slot = indices.data[Math.floor(row / heads)];
      if (!(slot >= 0 && slot < slots)) {
        throw new Error(`Expected a slot below ${slots}, but found ${slot}`);
      }
      data.set(values.data.subarray(start, end), (row * slots + slot) * dim);
    });
    return { shape: x.shape, data };
  },
  pick([x, indices]) {
    const at = picked(x, indices);
    return { shape: indices.shape, data: Float64Array.from(at, (i) => x.data[i]) };
  },
  addAt([x, values, indices]) {
    const data = x.data.slice();
    picked(x, indices).forEach((at, row) => data[at] += values.data[row]);
    return { shape: x.shape, data };
  },

  matmul([a, b], { transposeA, transposeB, scale }) {
    const [n, inner] = transposeA ? a.shape.slice(-2).toReversed() : a.shape.slice(-2);
    const m = b.shape.at(transposeB ? -2 : -1)!;
    const batch = commonShape([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
    const atA = stretched(a.shape.slice(0, -2), batch);
    const atB = stretched(b.shape.slice(0, -2), batch);
    const [rowA, columnA] = transposeA ? [1, n] : [inner, 1];
    const [rowB, columnB] = transposeB ? [1, inner] : [m, 1];
    const data = new Float64Array(atA.length * n * m);
    for (let p = 0; p < atA.length; p++) {
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < inner; k++) {
          const x = scale * a.data[atA[p] * n * inner + i * rowA + k * columnA];
          const row = atB[p] * inner * m + k * rowB;
          const out = (p * n + i) * m;
          for (let j = 0; j < m; j++) data[out + j] += x * b.data[row + j * columnB];
        }
      }
    }
    return { shape: [...batch, n, m], data };
  },
  softmax([x]) {
    const data = new Float64Array(x.data.length);
    rows(x, (start, end) => {
      const total = logSumExp(x.data.subarray(start, end));
      for (let i = start; i < end; i++) data[i] = Math.exp(x.data[i] - total);
    });
    return { shape: x.shape, data };
  },
  rmsNorm([x, weight], { epsilon }) {
    const data = new Float64Array(x.data.length);
    rows(x, (start, end) => {
      let squares = 0;
      for (let i = start; i < end; i++) squares += x.data[i] ** 2;
      const root = Math.sqrt(squares / (end - start) + epsilon);
      for (let i = start; i < end; i++) data[i] = x.data[i] / root * weight.data[i - start];
    });
    return { shape: x.shape, data };
  },
  rotary([x, cos, sin]) {
    const [, heads, tokens, dim] = x.shape;
    const half = dim / 2;
    const data = new Float64Array(x.data.length);
    rows(x, (start, _, row) => {
      const batch = Math.floor(row / (heads * tokens));
      const angles = (batch * tokens + row % tokens) * half;
      for (let i = 0; i < half; i++) {
        const [c, s] = [cos.data[angles + i], sin.data[angles + i]];
        const [u, v] = [x.data[start + i], x.data[start + half + i]];
        data[start + i] = u * c - v * s;
        data[start + half + i] = v * c + u * s;
      }
    });
    return { shape: x.shape, data };
  },
  crossEntropy([logits, labels]) {
    const at = picked(logits, labels);
    const data = new Float64Array(labels.data.length);
    rows(logits, (start, end, row) => {
      data[row] = logSumExp(logits.data.subarray(start, end)) - logits.data[at[row]];
    });
    return { shape: labels.shape, data };
  },
};
