/** Elementwise operations. In the formulas g is ∂loss/∂output and y the output. */
import {
  type Applied,
  type Attributes,
  broadcastShape,
  expect,
  expectFloats,
  type Kernel,
  ONNX_DTYPE,
  unbroadcast,
} from "./kernel.ts";
import type { Ops } from "./ops.ts";
import { type DType, show, type TensorType } from "./tensor_type.ts";

type BinaryGradient = <V extends TensorType>(
  ops: Ops<V>,
  g: V,
  a: V,
  b: V,
  y: V,
) => readonly [V | undefined, V | undefined];

function sameDType(a: TensorType, b: TensorType): DType {
  expect(a.dtype === b.dtype, "operands of one type", `${show(a)} and ${show(b)}`);
  return a.dtype;
}

/** A binary operator whose operands broadcast; `gradient` may leave the broadcasting to this. */
function binary(operator: string, gradient: BinaryGradient, dtype?: DType): Kernel {
  return {
    infer([a, b]) {
      const operands = sameDType(a, b);
      expect(operator === "Equal" || operands !== "bool", "numbers", `${show(a)} and ${show(b)}`);
      return { dtype: dtype ?? operands, shape: broadcastShape(a.shape, b.shape) };
    },
    onnx: (writer, inputs) => writer.node(operator, inputs),
    gradient: (ops, { inputs: [a, b], output, gradient: g }) =>
      gradient(ops, g, a, b, output).map((d, i) =>
        d && unbroadcast(ops, d, (i === 0 ? a : b).shape)
      ),
  };
}

type UnaryGradient = <V extends TensorType>(ops: Ops<V>, g: V, x: V, y: V) => V | undefined;

function unary(operator: string, gradient: UnaryGradient): Kernel {
  return {
    infer: ([x]) => {
      expectFloats(x);
      return x;
    },
    onnx: (writer, inputs) => writer.node(operator, inputs),
    gradient: <V extends TensorType>(
      ops: Ops<V>,
      { inputs: [x], output, gradient: g }: Applied<V>,
    ) => [gradient(ops, g, x, output)],
  };
}

/** a + b: g, g */
export const add = binary("Add", (_, g) => [g, g]);

/** a − b: g, −g */
export const sub = binary("Sub", (ops, g) => [g, ops.neg(g)]);

/** a · b: g·b, g·a */
export const mul = binary("Mul", (ops, g, a, b) => [ops.mul(g, b), ops.mul(g, a)]);

/** a / b: g/b, −g·y/b */
export const div = binary("Div", (ops, g, _a, b, y) => {
  const da = ops.div(g, b);
  return [da, ops.neg(ops.mul(da, y))];
});

export const equal = binary("Equal", () => [undefined, undefined], "bool");
export const greater = binary("Greater", () => [undefined, undefined], "bool");

/** c ? a : b: –, c ? g : 0, c ? 0 : g */
export const where: Kernel = {
  infer([condition, a, b]) {
    expect(condition.dtype === "bool", "a boolean condition", show(condition));
    return {
      dtype: sameDType(a, b),
      shape: broadcastShape(condition.shape, broadcastShape(a.shape, b.shape)),
    };
  },
  onnx: (writer, inputs) => writer.node("Where", inputs),
  gradient: (ops, { inputs: [condition, a, b], gradient: g }) => [
    undefined,
    unbroadcast(ops, ops.where(condition, g, 0), a.shape),
    unbroadcast(ops, ops.where(condition, 0, g), b.shape),
  ],
};

/** −x: −g */
export const neg = unary("Neg", (ops, g) => ops.neg(g));

/** |x|: g·sign(x), with 0 at 0 */
export const abs = unary(
  "Abs",
  (ops, g, x) => ops.where(ops.greater(x, 0), g, ops.where(ops.greater(0, x), ops.neg(g), 0)),
);

/** eˣ: g·y */
export const exp = unary("Exp", (ops, g, _x, y) => ops.mul(g, y));

/** log x: g/x */
export const log = unary("Log", (ops, g, x) => ops.div(g, x));

/** √x: g/(2y) */
export const sqrt = unary("Sqrt", (ops, g, _x, y) => ops.div(ops.mul(g, 0.5), y));

/** tanh x: g·(1 − y²) */
export const tanh = unary("Tanh", (ops, g, _x, y) => ops.mul(g, ops.sub(1, ops.mul(y, y))));

/** erf x: g·(2/√π)·e^(−x²) */
export const erf = unary(
  "Erf",
  (ops, g, x) => ops.mul(g, ops.mul(ops.exp(ops.neg(ops.mul(x, x))), 2 / Math.sqrt(Math.PI))),
);

/** σ(x): g·y·(1 − y) */
export const sigmoid = unary("Sigmoid", (ops, g, _x, y) => ops.mul(g, ops.mul(y, ops.sub(1, y))));

/** x·σ(x) (arXiv 1702.03118): g·(s + y·(1 − s)) with s = σ(x) */
export const silu: Kernel = {
  ...unary("Sigmoid", (ops, g, x, y) => {
    const s = ops.sigmoid(x);
    return ops.mul(g, ops.add(s, ops.mul(y, ops.sub(1, s))));
  }),
  onnx: (writer, [x]) => writer.node("Mul", [x, writer.node("Sigmoid", [x])]),
};

/** max(x, 0): g where y > 0 */
export const relu = unary("Relu", (ops, g, _x, y) => ops.where(ops.greater(y, 0), g, 0));

/** log(1 + eˣ): g·σ(x) */
export const softplus = unary("Softplus", (ops, g, x) => ops.mul(g, ops.sigmoid(x)));

export const stopGradient: Kernel = {
  infer: ([x]) => x,
  onnx: (_, [x]) => x,
  gradient: () => [undefined],
};

interface CastAttributes extends Attributes {
  dtype: DType;
}

/** Between floating-point types the gradient is cast back; elsewhere there is none. */
export const cast: Kernel<CastAttributes> = {
  infer: ([x], { dtype }) => ({ dtype, shape: x.shape }),
  onnx: (writer, inputs, { dtype }) => writer.node("Cast", inputs, { to: ONNX_DTYPE[dtype] }),
  gradient: (ops, { inputs: [x], gradient: g }) => [
    x.dtype.startsWith("float") && g.dtype.startsWith("float")
      ? ops.cast(g, { dtype: x.dtype })
      : undefined,
  ],
};
