/**
 * Operations of neural networks that have a form or a gradient better than their parts. In the
 * formulas g is ∂loss/∂output and y the output.
 */
import { type Attributes, expect, expectFloats, type Kernel } from "./kernel.ts";
import { elements, sameShape, show } from "./tensor_type.ts";

const LAST = { axes: [-1], keepAxes: true } as const;

/** y = softmax(x): y·(g − Σ g·y) */
export const softmax: Kernel = {
  infer([x]) {
    expectFloats(x);
    expect(x.shape.length >= 1, "a tensor of rank 1 or more", show(x));
    return x;
  },
  onnx: (writer, inputs) => writer.node("Softmax", inputs, { axis: -1 }),
  gradient: (ops, { output: y, gradient: g }) => [
    ops.mul(y, ops.sub(g, ops.sum(ops.mul(g, y), LAST))),
  ],
};

/**
 * r = 1/√(mean(x²) + ε), y = x·r·w (arXiv 1910.07467, eq. 4):
 * ∂x = r·g·w − x·r³·mean(g·x·w), ∂w = Σ g·x·r. Both sums are products of g·x with a vector.
 */
export const rmsNorm: Kernel<Attributes & { epsilon: number }> = {
  infer([x, weight]) {
    expectFloats(x, weight);
    expect(
      x.shape.length >= 1 && sameShape(weight.shape, x.shape.slice(-1)),
      `a weight of shape [${x.shape.at(-1)}] for ${show(x)}`,
      show(weight),
    );
    return x;
  },
  onnx: (writer, inputs, { epsilon }) =>
    writer.node("RMSNormalization", inputs, { axis: -1, epsilon: { float: epsilon } }),
  gradient(ops, { inputs: [x, weight], gradient: g }, { epsilon }) {
    const [size] = weight.shape;
    const rows = elements(x.shape) / size;
    const byRow = (v: typeof x, columns: number) => ops.reshape(v, { shape: [rows, columns] });
    const each = [...x.shape.slice(0, -1), 1];
    const r = ops.div(1, ops.sqrt(ops.add(ops.mean(ops.mul(x, x), LAST), epsilon)));
    const gx = byRow(ops.mul(g, x), size);
    const sums = ops.reshape(ops.matmul(gx, ops.reshape(weight, { shape: [size, 1] })), {
      shape: each,
    });
    const cube = ops.mul(ops.mul(r, ops.mul(r, r)), ops.mul(sums, 1 / size));
    const dx = ops.sub(ops.mul(ops.mul(g, weight), r), ops.mul(x, cube));
    const dw = ops.matmul(byRow(r, 1), gx, { transposeA: true });
    return [dx, ops.reshape(dw, { shape: [size] })];
  },
};

/** A rotation, so its gradient is the rotation by the opposite angle. */
export const rotary: Kernel = {
  infer([x, cos, sin]) {
    expectFloats(x, cos, sin);
    expect(x.shape.length === 4, "x [batch, heads, tokens, dim]", show(x));
    const [batch, , tokens, dim] = x.shape;
    expect(dim % 2 === 0, "an even dim", show(x));
    for (const angle of [cos, sin]) {
      expect(
        sameShape(angle.shape, [batch, tokens, dim / 2]),
        `cos and sin of shape [${batch}, ${tokens}, ${dim / 2}] for ${show(x)}`,
        show(angle),
      );
    }
    return x;
  },
  onnx: (writer, inputs) => writer.node("RotaryEmbedding", inputs),
  gradient: (ops, { inputs: [, cos, sin], gradient: g }) => [
    ops.rotary(g, cos, ops.neg(sin)),
    undefined,
    undefined,
  ],
};

/**
 * log Σ eˣ − x[label]: g·(softmax(x) − onehot(label)). The sum is max x − log max softmax(x), so
 * that softmax(x) is computed once.
 */
export const crossEntropy: Kernel = {
  infer([logits, labels]) {
    expectFloats(logits);
    expect(logits.shape.length === 2, "logits [tokens, classes]", show(logits));
    expect(
      labels.dtype === "int32" && sameShape(labels.shape, logits.shape.slice(0, 1)),
      `labels int32[${logits.shape[0]}] for ${show(logits)}`,
      show(labels),
    );
    return { dtype: logits.dtype, shape: labels.shape };
  },
  onnx(writer, [logits, labels], _, { inputs: [{ shape: [tokens] }] }) {
    const largest = (x: string) => writer.node("ReduceMax", [x, writer.ints([1])], { keepdims: 1 });
    const likeliest = largest(writer.node("Softmax", [logits], { axis: -1 }));
    const total = writer.node("Sub", [largest(logits), writer.node("Log", [likeliest])]);
    const index = writer.node("Reshape", [labels, writer.ints([tokens, 1])]);
    const chosen = writer.node("GatherElements", [logits, index], { axis: 1 });
    return writer.node("Reshape", [writer.node("Sub", [total, chosen]), writer.ints([tokens])]);
  },
  gradient(ops, { inputs: [logits, labels], gradient: g }) {
    const spread = ops.mul(ops.softmax(logits), ops.reshape(g, { shape: [...g.shape, 1] }));
    return [ops.addAt(spread, ops.neg(g), labels), undefined];
  },
};
