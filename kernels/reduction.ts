/** Reductions over axes. In the formulas g is ∂loss/∂output, for all that was reduced to it. */
import {
  type Attributes,
  axisOf,
  expect,
  expectFloats,
  type Kernel,
  ONNX_DTYPE,
} from "./kernel.ts";
import { elements, type TensorType } from "./tensor_type.ts";
import type { Ops } from "./ops.ts";

interface ReductionAttributes extends Attributes {
  axes: readonly number[];
  keepAxes: boolean;
}

function reducedShape(shape: readonly number[], axes: readonly number[], keepAxes: boolean) {
  const reduced = new Set(axes.map((axis) => axisOf(axis, shape.length)));
  expect(reduced.size === axes.length, "axes that differ", `[${axes.join(", ")}]`);
  return keepAxes
    ? shape.map((size, i) => reduced.has(i) ? 1 : size)
    : shape.filter((_, i) => !reduced.has(i));
}

/** A reduced value or gradient, with axes of size 1 where x was reduced. */
function kept<V extends TensorType>(ops: Ops<V>, y: V, x: V, axes: readonly number[]): V {
  return ops.reshape(y, { shape: reducedShape(x.shape, axes, true) });
}

/** A gradient, spread over the reduced axes. */
const spread = <V extends TensorType>(ops: Ops<V>, g: V, x: V): V =>
  ops.expand(g, { shape: x.shape });

function reduction(
  operator: string,
  gradient: <V extends TensorType>(
    ops: Ops<V>,
    g: V,
    x: V,
    y: V,
    axes: readonly number[],
  ) => V,
): Kernel<ReductionAttributes> {
  return {
    infer([x], { axes, keepAxes }) {
      expectFloats(x);
      return { dtype: x.dtype, shape: reducedShape(x.shape, axes, keepAxes) };
    },
    onnx(writer, [x], { axes, keepAxes }) {
      const keepdims = keepAxes ? 1 : 0;
      if (axes.length === 0) return x;
      return writer.node(operator, [x, writer.ints(axes)], { keepdims });
    },
    gradient(ops, { inputs: [x], output, gradient: g }, { axes }) {
      return [gradient(ops, kept(ops, g, x, axes), x, kept(ops, output, x, axes), axes)];
    },
  };
}

/** Σx: g */
export const sum = reduction("ReduceSum", (ops, g, x) => spread(ops, g, x));

/** Σx / n: g / n */
export const mean = reduction("ReduceMean", (ops, g, x, _y, axes) => {
  const count = elements(axes.map((axis) => x.shape[axisOf(axis, x.shape.length)]));
  return spread(ops, ops.mul(g, 1 / count), x);
});

/** max x: g where x is the maximum, in equal parts where several are */
export const max = reduction("ReduceMax", (ops, g, x, y, axes) => {
  const chosen = ops.cast(ops.equal(x, y), { dtype: x.dtype });
  return ops.mul(chosen, ops.div(g, ops.sum(chosen, { axes, keepAxes: true })));
});

interface ArgmaxAttributes extends Attributes {
  axis: number;
}

export const argmax: Kernel<ArgmaxAttributes> = {
  infer: ([x], { axis }) => ({
    dtype: "int32",
    shape: reducedShape(x.shape, [axis], false),
  }),
  onnx: (writer, [x], { axis }) =>
    writer.node("Cast", [writer.node("ArgMax", [x], { axis, keepdims: 0 })], {
      to: ONNX_DTYPE.int32,
    }),
  gradient: () => [undefined],
};
