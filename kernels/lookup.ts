/** Table look-up and its opposite. In the formulas g is ∂loss/∂output. */
import { type Attributes, expect, type Kernel } from "./kernel.ts";
import { elements, sameShape, show } from "./tensor_type.ts";

export const range: Kernel<Attributes & { size: number }> = {
  infer: (_, { size }) => ({ dtype: "int32", shape: [size] }),
  onnx: (writer, _, { size }) =>
    writer.node("Range", [0, size, 1].map((value) => writer.scalar(value, "int32"))),
  gradient: () => [],
};

/** table[i]: g added up at the rows it came from */
export const gather: Kernel = {
  infer([table, indices]) {
    expect(table.shape.length >= 1, "a table of rank 1 or more", show(table));
    expect(indices.dtype === "int32", "int32 indices", show(indices));
    return { dtype: table.dtype, shape: [...indices.shape, ...table.shape.slice(1)] };
  },
  onnx: (writer, inputs) => writer.node("Gather", inputs, { axis: 0 }),
  gradient: (ops, { inputs: [table, indices], gradient: g }) => [
    ops.scatterAdd(g, indices, { rows: table.shape[0] }),
    undefined,
  ],
};

/**
 * Σ values at rows i: the rows i of g. Written as ScatterElements, since ONNX Runtime's ScatterND
 * loses sums where several threads add to one row.
 */
export const scatterAdd: Kernel<Attributes & { rows: number }> = {
  infer([values, indices], { rows }) {
    expect(indices.dtype === "int32", "int32 indices", show(indices));
    const rank = indices.shape.length;
    expect(
      sameShape(values.shape.slice(0, rank), indices.shape),
      `values that begin with the indices' shape [${indices.shape.join(", ")}]`,
      show(values),
    );
    return { dtype: values.dtype, shape: [rows, ...values.shape.slice(rank)] };
  },
  onnx(writer, [values, indices], { rows }, { inputs, output }) {
    const count = elements(inputs[1].shape);
    const width = elements(output.shape.slice(1));
    const reshaped = (x: string, shape: readonly number[]) =>
      writer.node("Reshape", [x, writer.ints(shape)]);
    const table = writer.node("Expand", [
      writer.scalar(0, output.dtype),
      writer.ints([rows, width]),
    ]);
    const row = writer.node("Expand", [
      reshaped(indices, [count, 1]),
      writer.ints([count, width]),
    ]);
    const summed = writer.node("ScatterElements", [table, row, reshaped(values, [count, width])], {
      axis: 0,
      reduction: "add",
    });
    return reshaped(summed, output.shape);
  },
  gradient: (ops, { inputs: [, indices], gradient: g }) => [ops.gather(g, indices), undefined],
};
