/** Operations that move or select elements. In the formulas g is ∂loss/∂output. */
import {
  type Attributes,
  axisOf,
  broadcastShape,
  expect,
  type Kernel,
  unbroadcast,
} from "./kernel.ts";
import { elements, sameShape, show } from "./tensor_type.ts";

interface ShapeAttributes extends Attributes {
  shape: readonly number[];
}

/** reshape(x): reshape(g) */
export const reshape: Kernel<ShapeAttributes> = {
  infer([x], { shape }) {
    expect(
      elements(shape) === elements(x.shape),
      `a shape of ${elements(x.shape)} elements for ${show(x)}`,
      `[${shape.join(", ")}]`,
    );
    return { dtype: x.dtype, shape };
  },
  onnx: (writer, [x], { shape }, types) =>
    sameShape(shape, types.inputs[0].shape) ? x : writer.node("Reshape", [x, writer.ints(shape)]),
  gradient: (ops, { inputs: [x], gradient: g }) => [ops.reshape(g, { shape: x.shape })],
};

/** xᵀ: gᵀ by the inverse order. Where only axes of size 1 move, nothing is copied. */
export const transpose: Kernel<Attributes & { order: readonly number[] }> = {
  infer([x], { order }) {
    expect(
      sameShape([...order].sort((a, b) => a - b), x.shape.map((_, i) => i)),
      `an order of the ${x.shape.length} axes of ${show(x)}`,
      `[${order.join(", ")}]`,
    );
    return { dtype: x.dtype, shape: order.map((axis) => x.shape[axis]) };
  },
  onnx(writer, inputs, { order }, { inputs: [{ shape }], output }) {
    const long = order.filter((axis) => shape[axis] !== 1);
    const moves = long.some((axis, i) => i > 0 && axis < long[i - 1]);
    return moves
      ? writer.node("Transpose", inputs, { perm: order })
      : writer.node("Reshape", [inputs[0], writer.ints(output.shape)]);
  },
  gradient: (ops, { gradient: g }, { order }) => [
    ops.transpose(g, { order: order.map((_, i) => order.indexOf(i)) }),
  ],
};

/** expand(x): g summed over the axes that were stretched */
export const expand: Kernel<ShapeAttributes> = {
  infer([x], { shape }) {
    expect(
      sameShape(broadcastShape(x.shape, shape), shape),
      `a shape that ${show(x)} stretches to`,
      `[${shape.join(", ")}]`,
    );
    return { dtype: x.dtype, shape };
  },
  onnx: (writer, [x], { shape }, types) =>
    sameShape(shape, types.inputs[0].shape) ? x : writer.node("Expand", [x, writer.ints(shape)]),
  gradient: (ops, { inputs: [x], gradient: g }) => [unbroadcast(ops, g, x.shape)],
};

/** x[start:end]: g with zeros where x was cut off */
export const slice: Kernel<Attributes & { axis: number; start: number; end: number }> = {
  infer([x], { axis, start, end }) {
    const front = axisOf(axis, x.shape.length);
    expect(
      0 <= start && start < end && end <= x.shape[front],
      `0 ≤ start < end ≤ ${x.shape[front]} on axis ${front} of ${show(x)}`,
      `${start} to ${end}`,
    );
    return { dtype: x.dtype, shape: x.shape.map((size, i) => i === front ? end - start : size) };
  },
  onnx: (writer, [x], { axis, start, end }) =>
    writer.node("Slice", [x, writer.ints([start]), writer.ints([end]), writer.ints([axis])]),
  gradient: (ops, { inputs: [x], gradient: g }, { axis, start, end }) => [
    ops.pad(g, { axis, before: start, after: x.shape[axisOf(axis, x.shape.length)] - end }),
  ],
};

/** 0…, x, 0…: the part of g where x stands */
export const pad: Kernel<Attributes & { axis: number; before: number; after: number }> = {
  infer([x], { axis, before, after }) {
    const front = axisOf(axis, x.shape.length);
    expect(before >= 0 && after >= 0, "paddings ≥ 0", `${before} and ${after}`);
    return {
      dtype: x.dtype,
      shape: x.shape.map((size, i) => i === front ? before + size + after : size),
    };
  },
  onnx(writer, [x], { axis, before, after }, { inputs: [type] }) {
    const front = axisOf(axis, type.shape.length);
    const pads = [before, after].flatMap((padding) =>
      type.shape.map((_, i) => i === front ? padding : 0)
    );
    return writer.node("Pad", [x, writer.ints(pads), writer.scalar(0, type.dtype)]);
  },
  gradient: (ops, { inputs: [x], gradient: g }, { axis, before }) => [
    ops.slice(g, {
      axis,
      start: before,
      end: before + x.shape[axisOf(axis, x.shape.length)],
    }),
  ],
};

/** [a, b, …]: the slices of g that a, b, … became */
export const concat: Kernel<Attributes & { axis: number }> = {
  infer(inputs, { axis }) {
    const [first] = inputs;
    const front = axisOf(axis, first.shape.length);
    for (const x of inputs) {
      expect(
        x.dtype === first.dtype &&
          x.shape.length === first.shape.length &&
          x.shape.every((size, i) => i === front || size === first.shape[i]),
        `tensors like ${show(first)} except on axis ${front}`,
        show(x),
      );
    }
    const total = inputs.reduce((size, x) => size + x.shape[front], 0);
    return { dtype: first.dtype, shape: first.shape.map((size, i) => i === front ? total : size) };
  },
  onnx: (writer, inputs, { axis }) =>
    inputs.length === 1 ? inputs[0] : writer.node("Concat", inputs, { axis }),
  gradient(ops, { inputs, gradient: g }, { axis }) {
    let start = 0;
    return inputs.map((x) => {
      const end = start + x.shape[axisOf(axis, x.shape.length)];
      const part = ops.slice(g, { axis, start, end });
      start = end;
      return part;
    });
  },
};
