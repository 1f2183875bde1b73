/**
 * Operations of neural networks that have a form or a gradient better than their parts. In the
 * formulas g is ∂loss/∂output and y the output.
 */
import { type Attributes, expect, expectFloats, type Kernel } from "./kernel.ts";
import { sameShape, show } from "./tensor_type.ts";

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
 * r = 1/√(mean(x²) + ε), n = x·r, y = n·w (arXiv 1910.07467, eq. 4):
 * ∂x = r·(g·w − n·mean(g·w·n)), ∂w = Σ g·n
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
    const r = ops.div(1, ops.sqrt(ops.add(ops.mean(ops.mul(x, x), LAST), epsilon)));
    const n = ops.mul(x, r);
    const gw = ops.mul(g, weight);
    const dx = ops.mul(r, ops.sub(gw, ops.mul(n, ops.mean(ops.mul(gw, n), LAST))));
    const leading = x.shape.slice(0, -1).map((_, i) => i);
    return [dx, ops.sum(ops.mul(g, n), { axes: leading, keepAxes: false })];
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

/** log Σ eˣ − x[label]: g·(softmax(x) − onehot(label)) */
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
    const axis = writer.ints([1]);
    const largest = writer.node("ReduceMax", [logits, axis], { keepdims: 1 });
    const shifted = writer.node("Sub", [logits, largest]);
    const total = writer.node("ReduceSum", [writer.node("Exp", [shifted]), axis], { keepdims: 1 });
    const index = writer.node("Reshape", [labels, writer.ints([tokens, 1])]);
    const chosen = writer.node("GatherElements", [shifted, index], { axis: 1 });
    const loss = writer.node("Sub", [writer.node("Log", [total]), chosen]);
    return writer.node("Reshape", [loss, writer.ints([tokens])]);
  },
  gradient(ops, { inputs: [logits, labels], gradient: g }) {
    const [tokens, classes] = logits.shape;
    const column = { shape: [tokens, 1] };
    const target = ops.equal(ops.range({ size: classes }), ops.reshape(labels, column));
    const error = ops.sub(ops.softmax(logits), ops.cast(target, { dtype: logits.dtype }));
    return [ops.mul(error, ops.reshape(g, column)), undefined];
  },
};
