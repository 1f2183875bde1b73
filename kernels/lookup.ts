/** Table look-up and its opposite. In the formulas g is ∂loss/∂output. */
import { type Attributes, expect, type Kernel, ONNX_DTYPE, type OnnxWriter } from "./kernel.ts";
import { elements, sameShape, show, type TensorType } from "./tensor_type.ts";

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

/**
 * x with values in one slot of each row: g outside the slot, g in the slot. Written as
 * ScatterND, which writes in place where input and output have one buffer.
 */
export const write: Kernel = {
  infer([x, values, indices]) {
    expect(x.shape.length === 4, "x [batch, heads, slots, dim]", show(x));
    const [batch, heads, , dim] = x.shape;
    expect(
      values.dtype === x.dtype && sameShape(values.shape, [batch, heads, 1, dim]),
      `values ${x.dtype}[${batch}, ${heads}, 1, ${dim}] for ${show(x)}`,
      show(values),
    );
    expect(
      indices.dtype === "int32" && sameShape(indices.shape, [batch]),
      `indices int32[${batch}] for ${show(x)}`,
      show(indices),
    );
    return x;
  },
  onnx(writer, [x, values, indices], _, { output: { shape: [batch, heads] } }) {
    const rows = Array.from(
      { length: batch * heads },
      (_, i) => [Math.floor(i / heads), i % heads],
    );
    const row = writer.constant(rows.flat(), { dtype: "int32", shape: [batch, heads, 1, 2] });
    const slot = writer.node("Expand", [
      writer.node("Reshape", [indices, writer.ints([batch, 1, 1, 1])]),
      writer.ints([batch, heads, 1, 1]),
    ]);
    const place = writer.node("Concat", [row, slot], { axis: 3 });
    return writer.node("ScatterND", [
      x,
      writer.node("Cast", [place], { to: ONNX_DTYPE.int64 }),
      values,
    ]);
  },
  gradient(ops, { inputs: [{ shape }, , indices], gradient: g }) {
    const places = ops.reshape(ops.range({ size: shape[2] }), { shape: [1, 1, shape[2], 1] });
    const slot = ops.reshape(indices, { shape: [shape[0], 1, 1, 1] });
    const here = ops.equal(places, slot);
    const values = ops.sum(ops.where(here, g, 0), { axes: [2], keepAxes: true });
    return [ops.where(here, 0, g), values, undefined];
  },
};

function expectRows(x: TensorType, indices: TensorType): void {
  expect(x.shape.length === 2, "rows and columns", show(x));
  expect(
    indices.dtype === "int32" && sameShape(indices.shape, x.shape.slice(0, 1)),
    `indices int32[${x.shape[0]}] for ${show(x)}`,
    show(indices),
  );
}

const column = (writer: OnnxWriter, x: string, rows: number) =>
  writer.node("Reshape", [x, writer.ints([rows, 1])]);

/** x[i, indexᵢ]: g at the indices, 0 elsewhere */
export const pick: Kernel = {
  infer([x, indices]) {
    expectRows(x, indices);
    return { dtype: x.dtype, shape: indices.shape };
  },
  onnx(writer, [x, indices], _, { output: { shape: [rows] } }) {
    const chosen = writer.node("GatherElements", [x, column(writer, indices, rows)], { axis: 1 });
    return writer.node("Reshape", [chosen, writer.ints([rows])]);
  },
  gradient(ops, { inputs: [{ dtype, shape: [rows, columns] }, indices], gradient: g }) {
    const column = { shape: [rows, 1] };
    const target = ops.equal(ops.range({ size: columns }), ops.reshape(indices, column));
    return [ops.mul(ops.cast(target, { dtype }), ops.reshape(g, column)), undefined];
  },
};

/** x + values at the indices: g, g at the indices */
export const addAt: Kernel = {
  infer([x, values, indices]) {
    expectRows(x, indices);
    expect(
      values.dtype === x.dtype && sameShape(values.shape, indices.shape),
      `values ${x.dtype}[${x.shape[0]}] for ${show(x)}`,
      show(values),
    );
    return x;
  },
  onnx(writer, [x, values, indices], _, { output: { shape: [rows] } }) {
    const inputs = [x, column(writer, indices, rows), column(writer, values, rows)];
    return writer.node("ScatterElements", inputs, { axis: 1, reduction: "add" });
  },
  gradient: (ops, { inputs: [, , indices], gradient: g }) => [g, ops.pick(g, indices), undefined],
};
