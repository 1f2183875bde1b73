/**
 * The operations that models are written in: the kernel table, applied to symbolic tensors. Shapes
 * and types are checked here, while tracing; an error names the operation and all its inputs.
 */
import { type Attributes, type Kernel, KernelError, KERNELS } from "../../kernels/mod.ts";
import type { KernelName, Ops } from "../../kernels/mod.ts";
import { operandType } from "./precision.ts";
import { checked } from "./signatures.ts";
import { constant, Tensor } from "./tensor.ts";

/** Inputs that an operation cannot take, found while tracing. */
export class ShapeError extends Error {
  /** What tells it from other errors. */
  override name = "ShapeError";
}

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

function apply(kernel: KernelName, given: readonly Tensor[], attributes?: object): Tensor {
  try {
    const whole = checked(kernel, given, isTensor, attributes);
    const dtype = operandType(kernel, given);
    const inputs = dtype === undefined ? given : given.map((x) => asFloat(x, dtype));
    return applied(kernel, inputs, whole);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const inputs = given.filter(isTensor).join(", ");
    throw new ShapeError(`${kernel}(${inputs}): ${error.message}`, { cause: error });
  }
}

const asFloat = (x: Tensor, dtype: "float16" | "float32"): Tensor =>
  x.dtype.startsWith("float") && x.dtype !== dtype ? applied("cast", [x], { dtype }) : x;

function applied(kernel: KernelName, inputs: readonly Tensor[], attributes: Attributes): Tensor {
  const type = (KERNELS[kernel] as Kernel).infer(inputs, attributes);
  return new Tensor(type.dtype, type.shape, { kind: "kernel", kernel, inputs, attributes });
}

/** Numbers among the operands become constants of the type that the tensors have. */
function operands(kernel: KernelName, values: readonly (Tensor | number)[]): Tensor[] {
  const tensor = values.findLast((value) => value instanceof Tensor);
  if (tensor === undefined) {
    throw new ShapeError(`${kernel}: Expected a tensor, but found only ${values.join(" and ")}`);
  }
  return values.map((value) => typeof value === "number" ? constant(value, tensor.dtype) : value);
}

const elementwise = (kernel: KernelName) => (...values: (Tensor | number)[]) =>
  apply(kernel, operands(kernel, values));
const plain = (kernel: KernelName) => (...inputs: Tensor[]) => apply(kernel, inputs);
const attributed = (kernel: KernelName) => (x: Tensor, attributes?: object) =>
  apply(kernel, [x], attributes);

/**
 * Every operation, by name.
 *
 * @throws ShapeError where the inputs do not fit
 *
 * @example
 * ```ts
 * import { input, ops } from "./mod.ts";
 *
 * const x = input("x", "float32", [8, 64]);
 * const weight = input("up_proj.weight", "float32", [256, 64]);
 * const y = ops.relu(ops.matmul(x, weight, { transposeB: true }));
 * if (String(y) !== "float32[8, 256]") throw new Error(String(y));
 * ```
 */
export const ops: Ops<Tensor> = {
  add: elementwise("add"),
  sub: elementwise("sub"),
  mul: elementwise("mul"),
  div: elementwise("div"),
  equal: elementwise("equal"),
  greater: elementwise("greater"),
  where: (condition, a, b) => {
    const [x, y] = typeof a === "number" && typeof b === "number"
      ? [constant(a), constant(b)]
      : operands("where", [a, b]);
    return apply("where", [condition, x, y]);
  },
  neg: plain("neg"),
  abs: plain("abs"),
  exp: plain("exp"),
  log: plain("log"),
  sqrt: plain("sqrt"),
  tanh: plain("tanh"),
  erf: plain("erf"),
  sigmoid: plain("sigmoid"),
  silu: plain("silu"),
  relu: plain("relu"),
  softplus: plain("softplus"),
  stopGradient: plain("stopGradient"),
  cast: (x, attributes) => {
    const isThat = isTensor(x) && x.dtype === attributes?.dtype;
    return isThat ? x : apply("cast", [x], attributes);
  },
  sum: attributed("sum"),
  mean: attributed("mean"),
  max: attributed("max"),
  argmax: attributed("argmax"),
  reshape: attributed("reshape"),
  transpose: attributed("transpose"),
  expand: attributed("expand"),
  slice: attributed("slice"),
  pad: attributed("pad"),
  concat: (xs, attributes) => apply("concat", [xs].flat(), attributes),
  range: (attributes) => apply("range", [], attributes),
  gather: plain("gather"),
  scatterAdd: (values, indices, attributes) => apply("scatterAdd", [values, indices], attributes),
  write: plain("write"),
  pick: plain("pick"),
  addAt: plain("addAt"),
  matmul: (a, b, attributes) => apply("matmul", [a, b], attributes),
  softmax: plain("softmax"),
  rmsNorm: (x, weight, attributes) => apply("rmsNorm", [x, weight], attributes),
  rotary: plain("rotary"),
  crossEntropy: plain("crossEntropy"),
};
